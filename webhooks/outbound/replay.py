"""Catching up: what an endpoint missed while it was off is enqueued once it is on again, and what was given up is sent again.

A payment that was being written while the endpoint was switched on may still have found it off. So the replay looks at least
twice: at once, and again when every database transaction of that moment has ended. Both are safe to repeat: an event goes to
an address once, and a delivery that was given up after the endpoint came back is not revived.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from payments_site.kernel import ids
from payments_site.kernel.faults import fault_point
from webhooks.outbound.health import SWITCH
from webhooks.outbound.models import CallbackEndpoint
from webhooks.outbound.parcel import Obstacle
from webhooks.outbound.words import MESSAGE_TYPES

# Deliveries that one look may make and revive; the next one goes on where it ended.
BATCH = 2_000
_STEP = timedelta(microseconds=1)

_HORIZON = """
SELECT pg_snapshot_xmin(moment)::text::bigint, pg_snapshot_xmax(moment)::text::bigint
FROM pg_current_snapshot() AS moment
"""
_MISSED = """
SELECT event.id, event.transaction_id FROM transactions_transactionevent AS event
WHERE event.tenant_id = %s AND event.xid >= %s::text::xid8 AND event.message_type IS NOT NULL
    AND event.message_type = ANY(%s::text[]) AND event.body_sealed IS NOT NULL
    AND NOT EXISTS (SELECT FROM webhooks_callbackdelivery AS known WHERE known.event_id = event.id AND known.url = %s)
ORDER BY event.xid, event.id LIMIT %s
"""
_ENQUEUE = """
INSERT INTO webhooks_callbackdelivery
    (public_id, event_id, transaction_id, tenant_id, endpoint_id, url, status, attempts, next_attempt_at,
     last_response, last_error, created_at)
SELECT missed.public_id, missed.event_id, missed.transaction_id, %s::bigint, %s::bigint, %s::text, 'pending', 0, missed.due,
       '', '', %s::timestamptz
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[])
    WITH ORDINALITY AS missed (public_id, event_id, transaction_id, due, position)
ORDER BY missed.position
ON CONFLICT (event_id, url) DO NOTHING
"""
_REVIVE = """
UPDATE webhooks_callbackdelivery AS delivery
SET status = 'pending', next_attempt_at = %s::timestamptz + dead.position * interval '1 microsecond', failed_at = NULL,
    tries_before = attempts
FROM (
    SELECT id, row_number() OVER (ORDER BY event_id) - 1 AS position FROM (
        SELECT id, event_id FROM webhooks_callbackdelivery
        WHERE endpoint_id = %s AND status = 'dead' AND event_id IS NOT NULL AND failed_at >= %s
            AND (failed_at <= %s OR last_error = %s)
        ORDER BY id LIMIT %s FOR UPDATE) AS locked) AS dead
WHERE delivery.id = dead.id
"""


def switch_on(endpoint: CallbackEndpoint, *, replay: bool, now: datetime) -> int:
    """Use a locked endpoint again; with ``replay``, how many deliveries of what it missed are on their way at once.

    What is left over (more than a batch, or written this very moment) follows within a minute, by ``catch_up``.
    """
    since = [moment for moment in (endpoint.missed_since, endpoint.failing_since, endpoint.disabled_at) if moment]
    endpoint.is_active, endpoint.disabled_reason, endpoint.disabled_at, endpoint.enabled_at = True, "", None, now
    endpoint.failing_since = endpoint.replay_until_xid = None
    endpoint.missed_since = min(since) if replay and since else None
    endpoint.missed_xid = endpoint.missed_xid if endpoint.missed_since else None
    endpoint.save(update_fields=[*SWITCH, "failing_since", "missed_xid", "missed_since", "replay_until_xid"])
    return _enqueue_missed(endpoint, now) + _revive(endpoint, now)


def catch_up(*, now: datetime) -> int:
    """One more look for every endpoint that is not known to have everything; how many deliveries were made or revived."""
    waiting, done = CallbackEndpoint.objects.filter(is_active=True, missed_since__isnull=False), 0
    for key in waiting.order_by("pk").values_list("pk", flat=True):
        done += _look(key, now)
        fault_point("catch_up.looked")
    return done


def _look(key: int, now: datetime) -> int:
    with transaction.atomic():
        endpoint = CallbackEndpoint.objects.select_for_update(skip_locked=True).filter(pk=key).first()
        if endpoint is None or not endpoint.is_active or endpoint.missed_since is None:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_HORIZON)
            oldest_running, newest = cursor.fetchone()
        is_last = endpoint.replay_until_xid is not None and oldest_running >= endpoint.replay_until_xid
        missed, revived = _enqueue_missed(endpoint, now), _revive(endpoint, now)
        if endpoint.replay_until_xid is None:
            endpoint.replay_until_xid = newest
        elif is_last and missed < BATCH and revived < BATCH:
            endpoint.missed_xid = endpoint.missed_since = endpoint.replay_until_xid = None
        endpoint.save(update_fields=["missed_xid", "missed_since", "replay_until_xid"])
        return missed + revived


def _enqueue_missed(endpoint: CallbackEndpoint, now: datetime) -> int:
    if endpoint.missed_xid is None:
        return 0
    types = endpoint.event_types or list(MESSAGE_TYPES)
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, [endpoint.tenant_id, str(endpoint.missed_xid), types, endpoint.url, BATCH])
        rows = cursor.fetchall()
        if rows:
            columns = [
                [ids.new_id(ids.DELIVERY) for _ in rows],
                [event for event, _ in rows],
                [payment for _, payment in rows],
                [now + position * _STEP for position in range(len(rows))],
            ]
            cursor.execute(_ENQUEUE, [endpoint.tenant_id, endpoint.pk, endpoint.url, now, *columns])
    return len(rows)


def _revive(endpoint: CallbackEndpoint, now: datetime) -> int:
    if endpoint.missed_since is None:
        return 0
    until, off = endpoint.enabled_at or now, Obstacle.ENDPOINT_OFF.value
    with connection.cursor() as cursor:
        cursor.execute(_REVIVE, [now, endpoint.pk, endpoint.missed_since, until, off, BATCH])
        return int(cursor.rowcount)
