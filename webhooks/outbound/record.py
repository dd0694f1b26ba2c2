"""Recording what came of many parcels: deliveries, tries, audit and alerts, in one database transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter

from django.db import connection, transaction

from audit.models import OperationalEvent
from audit.services import raise_event
from webhooks.outbound.health import judge_endpoints
from webhooks.outbound.parcel import Result
from webhooks.outbound.schedule import Verdict
from webhooks.outbound.settle import DEAD, PENDING, DeliveryState, settle
from webhooks.outbound.trail import Settled, write_trail

_LOCK = """
SELECT id, status, attempts, next_attempt_at, last_status, last_response, last_error, delivered_at, failed_at,
    tries_before
FROM webhooks_callbackdelivery WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""
# A result changes every column but the last.
_STATE_COLUMNS = attrgetter(*DeliveryState.__slots__[:-1])
_UPDATE = """
UPDATE webhooks_callbackdelivery AS delivery
SET status = new.status, attempts = new.attempts, next_attempt_at = new.next_attempt_at, last_status = new.last_status,
    last_response = new.last_response, last_error = new.last_error, delivered_at = new.delivered_at,
    failed_at = new.failed_at
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::timestamptz[], %s::int[], %s::text[], %s::text[],
            %s::timestamptz[], %s::timestamptz[])
    AS new (id, status, attempts, next_attempt_at, last_status, last_response, last_error, delivered_at, failed_at)
WHERE delivery.id = new.id
"""
_TRIES = """
INSERT INTO webhooks_callbackattempt
    (delivery_id, number, started_at, duration_ms, response_status, response_body, error)
SELECT * FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::int[], %s::int[], %s::text[], %s::text[])
"""


# The lowest event that is pending: ended ones are so no more, for the update above came first.
_WAKE = """
UPDATE webhooks_callbackdelivery SET next_attempt_at = %s WHERE id IN (
    SELECT next.id FROM webhooks_callbackdelivery AS ended
    JOIN webhooks_callbackpolicy AS policy ON policy.tenant_id = ended.tenant_id AND policy.strict_order
    CROSS JOIN LATERAL (
        SELECT id FROM webhooks_callbackdelivery
        WHERE transaction_id = ended.transaction_id AND url = ended.url AND status = 'pending' AND event_id > ended.event_id
        ORDER BY event_id LIMIT 1) AS next
    WHERE ended.id = ANY(%s::bigint[]) ORDER BY next.id)
AND status = 'pending' AND attempts = tries_before AND next_attempt_at > %s
"""


def record(results: Sequence[Result], *, now: datetime, chance: Callable[[], float]) -> list[Settled]:
    """Write every result; all of them or none. A result whose lease was lost leaves its try, and a 2xx its delivery.

    The number of a try is the row's, counted under its lock, so it is unique even when two drains sent the same delivery.
    """
    settled: list[Settled] = []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [sorted({result.parcel.delivery_id for result in results})])
            states = {row[0]: DeliveryState(*row) for row in cursor.fetchall()}
            for result in results:
                before = states[result.parcel.delivery_id]
                after = settle(before, result, now=now, chance=chance())
                states[after.id] = after
                settled.append(Settled(result, before, after))
            cursor.execute(_UPDATE, _columns([_STATE_COLUMNS(state) for state in states.values()]))
            tries = [_try(item) for item in settled if item.result.verdict is not Verdict.WITHDRAWN]
            if tries:
                cursor.execute(_TRIES, _columns(tries))
        write_trail(settled)
        _wake_successors(settled, now)
        judge_endpoints([item.result for item in settled], now=now)
        _alert_of_dead(settled, now)
    return settled


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _try(item: Settled) -> tuple[object, ...]:
    result = item.result
    return (
        item.after.id, item.after.attempts, result.started_at, result.duration_ms, result.status, result.body, result.error,
    )  # fmt: skip


def _wake_successors(settled: Sequence[Settled], now: datetime) -> None:
    """Where order is strict, the end of a delivery makes the next event of the same payment and address due at once."""
    ended = [item.after.id for item in settled if item.before.status == PENDING and item.after.status != PENDING]
    if ended:
        with connection.cursor() as cursor:
            cursor.execute(_WAKE, [now, ended, now])


def _alert_of_dead(settled: Sequence[Settled], now: datetime) -> None:
    """A delivery that was given up is an alert, unless its content was erased, its endpoint is off, or it
    was a test."""
    for item in settled:
        died = item.after.status == DEAD and item.before.status != DEAD
        if not died or item.result.verdict is Verdict.WITHDRAWN or item.result.parcel.is_test:
            continue
        raise_event(
            kind="callback.dead",
            severity=OperationalEvent.Severity.ERROR,
            subject=item.result.parcel.transaction_id,
            now=now,
            event_id=item.result.parcel.event_id,
            host=item.result.parcel.host,
            attempts=item.after.attempts,
            error=item.result.error,
        )
