"""Claiming: due deliveries are taken under a lease, lane by lane in fair shares, and opened ready for sending.

The lease is ``next_attempt_at`` itself, pushed forward: a drain that dies needs no repair, its rows fall due again. The lanes
(host, tenant, endpoint) are found by hopping through the index on them, so a long queue of one lane costs nothing to skip.
Where a tenant wants strict order, an event whose predecessor is still on its way is put off instead of taken.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from payments_site.kernel import sealing
from payments_site.kernel.faults import fault_point
from webhooks.outbound.keyring import live_secrets
from webhooks.outbound.parcel import Obstacle, Parcel
from webhooks.outbound.schedule import schedule_of
from webhooks.outbound.window import Shares

logger = logging.getLogger(__name__)

# The first subquery asks whether anything is due at all, by ORDER BY and LIMIT: EXISTS would be planned as a sequential scan.
# A lane's first comes before another's second: an old queue does not go before everybody else's.
_CLAIM = """
WITH RECURSIVE lane AS (
    (SELECT split_part(url, '/', 3) AS host, tenant_id, coalesce(endpoint_id, 0) AS endpoint
     FROM webhooks_callbackdelivery
     WHERE status = 'pending' AND %(now)s >= (
         SELECT next_attempt_at FROM webhooks_callbackdelivery WHERE status = 'pending' ORDER BY next_attempt_at LIMIT 1)
     ORDER BY split_part(url, '/', 3), tenant_id, coalesce(endpoint_id, 0) LIMIT 1)
    UNION ALL
    SELECT later.host, later.tenant_id, later.endpoint FROM lane CROSS JOIN LATERAL (
        SELECT split_part(url, '/', 3) AS host, tenant_id, coalesce(endpoint_id, 0) AS endpoint
        FROM webhooks_callbackdelivery
        WHERE status = 'pending'
            AND (split_part(url, '/', 3), tenant_id, coalesce(endpoint_id, 0)) > (lane.host, lane.tenant_id, lane.endpoint)
        ORDER BY split_part(url, '/', 3), tenant_id, coalesce(endpoint_id, 0) LIMIT 1) AS later
), candidate AS (
    SELECT id FROM (
        SELECT due.*, coalesce(known.slow, FALSE) AS slow, coalesce(busy.room, %(host_room)s) AS host_room,
            row_number() OVER (PARTITION BY lane.host ORDER BY due.place, due.next_attempt_at) AS host_place,
            row_number() OVER (PARTITION BY coalesce(known.slow, FALSE) ORDER BY due.place, due.next_attempt_at) AS pool_place
        FROM lane
        LEFT JOIN unnest(%(hosts)s::text[], %(tenants)s::bigint[], %(endpoints)s::bigint[], %(rooms)s::int[], %(slow)s::bool[])
            AS known (host, tenant, endpoint, room, slow)
            ON (known.host, known.tenant, known.endpoint) = (lane.host, lane.tenant_id, lane.endpoint)
        LEFT JOIN unnest(%(busy_hosts)s::text[], %(busy_rooms)s::int[]) AS busy (host, room) ON busy.host = lane.host
        CROSS JOIN LATERAL (
            SELECT id, next_attempt_at, row_number() OVER (ORDER BY next_attempt_at) AS place FROM (
                SELECT id, next_attempt_at FROM webhooks_callbackdelivery
                WHERE status = 'pending' AND split_part(url, '/', 3) = lane.host AND tenant_id = lane.tenant_id
                    AND coalesce(endpoint_id, 0) = lane.endpoint AND next_attempt_at <= %(now)s
                ORDER BY next_attempt_at LIMIT least(coalesce(known.room, %(room)s), %(limit)s)) AS first) AS due) AS ranked
    WHERE host_place <= host_room AND (NOT slow OR pool_place <= %(slow_room)s)
    ORDER BY place, next_attempt_at LIMIT %(limit)s
), leased AS (
    SELECT id FROM webhooks_callbackdelivery
    WHERE id IN (SELECT id FROM candidate) AND status = 'pending' AND next_attempt_at <= %(now)s
    FOR UPDATE SKIP LOCKED
)
UPDATE webhooks_callbackdelivery AS delivery
SET next_attempt_at = CASE WHEN ahead.until IS NULL THEN %(until)s ELSE greatest(ahead.until, %(later)s) END
FROM leased
JOIN webhooks_callbackdelivery AS old ON old.id = leased.id
JOIN tenants_tenant AS tenant ON tenant.id = old.tenant_id
LEFT JOIN transactions_transactionevent AS event ON event.id = old.event_id
LEFT JOIN transactions_transaction AS payment ON payment.id = old.transaction_id
LEFT JOIN transactions_datakey AS data_key ON data_key.id = payment.data_key_id
LEFT JOIN webhooks_callbackendpoint AS endpoint ON endpoint.id = old.endpoint_id
LEFT JOIN webhooks_callbackpolicy AS policy ON policy.tenant_id = old.tenant_id
LEFT JOIN LATERAL (
    SELECT max(next_attempt_at) AS until FROM webhooks_callbackdelivery AS earlier
    WHERE policy.strict_order AND earlier.transaction_id = old.transaction_id AND earlier.status = 'pending'
        AND earlier.event_id < old.event_id AND earlier.url = old.url) AS ahead ON TRUE
WHERE delivery.id = leased.id
RETURNING delivery.id, delivery.attempts, delivery.url, delivery.endpoint_id, coalesce(endpoint.is_active, TRUE),
    event.public_id, payment.public_id, tenant.public_id, tenant.id, event.body_sealed, data_key.wrapped,
    delivery.test_event_id, delivery.test_body, policy.retry_delays, ahead.until IS NOT NULL
"""
_RELEASE = """
UPDATE webhooks_callbackdelivery AS delivery SET next_attempt_at = %s
FROM unnest(%s::bigint[], %s::timestamptz[]) AS held (id, until)
WHERE delivery.id = held.id AND delivery.status = 'pending' AND delivery.next_attempt_at = held.until
"""


# How soon an event that waits for its predecessor is looked at again; its predecessor's end wakes it sooner.
_PUT_OFF = timedelta(seconds=1)
# Claims in a row that may find nothing but such events, before the drain turns to something else.
_FRUITLESS = 20


class _Row(NamedTuple):
    delivery_id: int
    attempts: int
    url: str
    endpoint_id: int | None
    endpoint_active: bool
    event_id: str | None
    transaction_id: str | None
    tenant_id: str
    tenant_pk: int
    body_sealed: bytes | None
    wrapped_key: bytes | None
    test_event_id: str
    test_body: bytes | None
    retry_delays: str | list[int] | None
    is_blocked: bool

    @property
    def is_test(self) -> bool:
        return self.test_body is not None

    @property
    def delays(self) -> tuple[timedelta, ...]:
        if self.is_test:
            return ()
        # As the driver hands JSON out: text under Django's connection, a list elsewhere.
        steps = json.loads(self.retry_delays) if isinstance(self.retry_delays, str) else self.retry_delays
        return schedule_of(steps)


def claim_due(*, shares: Shares, lease: timedelta, master_keys: Sequence[str], now: datetime) -> list[Parcel]:
    """Due deliveries, ours until ``now + lease``, with body and signing secrets. Commits before it returns."""
    until = now + lease
    values = {**_values(shares), "now": now, "until": until, "later": now + _PUT_OFF}
    rows: list[_Row] = []
    for _ in range(_FRUITLESS):
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, values)
            found = [_Row(*row) for row in cursor.fetchall()]
        rows = [row for row in found if not row.is_blocked]
        if rows or not found:
            break
    if rows:
        fault_point("callback.claimed")
    secrets = live_secrets({row.tenant_pk for row in rows}, now)
    return [_open(row, until, secrets.get(row.tenant_pk, ()), master_keys) for row in rows]


def _values(shares: Shares) -> dict[str, Any]:
    lanes = list(shares.rooms)
    return {
        "limit": shares.limit, "room": shares.room, "host_room": shares.host_room, "slow_room": shares.slow_room,
        "hosts": [lane.host for lane in lanes], "tenants": [lane.tenant for lane in lanes],
        "endpoints": [lane.endpoint for lane in lanes], "rooms": list(shares.rooms.values()),
        "slow": [lane in shares.slow for lane in lanes],
        "busy_hosts": list(shares.host_rooms), "busy_rooms": list(shares.host_rooms.values()),
    }  # fmt: skip


def release(parcels: Iterable[Parcel], now: datetime) -> None:
    """Give leases back: what nobody else has taken or settled since is due at once."""
    held = list(parcels)
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [now, [p.delivery_id for p in held], [p.lease_until for p in held]])


def oldest_due() -> datetime | None:
    """Since when the first pending delivery has been due (in the future: will be); ``None`` if none is pending."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(next_attempt_at) FROM webhooks_callbackdelivery WHERE status = 'pending'")
        moment: datetime | None = cursor.fetchone()[0]
    return moment


def anything_pending() -> bool:
    """Whether any delivery still waits for a try, now or later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM webhooks_callbackdelivery WHERE status = 'pending')")
        return bool(cursor.fetchone()[0])


def _open(row: _Row, until: datetime, secrets: tuple[str, ...], master_keys: Sequence[str]) -> Parcel:
    body, obstacle = _body(row, master_keys)
    return Parcel(
        delivery_id=row.delivery_id, lease_until=until, attempt=row.attempts + 1, url=row.url,
        endpoint_id=row.endpoint_id, event_id=row.event_id or row.test_event_id, transaction_id=row.transaction_id or "",
        tenant_id=row.tenant_id, body=body, secrets=secrets, obstacle=obstacle, tenant_pk=row.tenant_pk, delays=row.delays,
        is_test=row.is_test,
    )  # fmt: skip


def _body(row: _Row, master_keys: Sequence[str]) -> tuple[bytes, Obstacle | None]:
    if row.test_body is not None:  # an endpoint that is switched off may be tested before it is switched on again
        return bytes(row.test_body), None
    if not row.endpoint_active:
        return b"", Obstacle.ENDPOINT_OFF
    try:
        return sealing.unseal(row.body_sealed or b"", sealing.unwrap(row.wrapped_key, master_keys)), None
    except sealing.KeyDestroyed:
        return b"", Obstacle.ERASED
    except sealing.SealBroken:
        logger.exception("callback cannot be decrypted: event=%s", row.event_id)
        return b"", Obstacle.UNREADABLE
