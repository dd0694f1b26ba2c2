"""Claiming: due deliveries are taken under a lease, host by host in fair shares, and opened ready for sending.

The lease is ``next_attempt_at`` itself, pushed forward: a drain that dies needs no repair, its rows fall due again. The hosts
are found by hopping through the index (split_part(url), next_attempt_at), so a long queue of one host costs nothing to skip.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from payments_site.kernel import sealing
from payments_site.kernel.faults import fault_point
from webhooks.outbound.keyring import live_secrets
from webhooks.outbound.parcel import Obstacle, Parcel

logger = logging.getLogger(__name__)

# The first subquery asks whether anything is due at all, by ORDER BY and LIMIT: EXISTS would be planned as a sequential scan.
_CLAIM = """
WITH RECURSIVE host AS (
    (SELECT split_part(url, '/', 3) AS name FROM webhooks_callbackdelivery
     WHERE status = 'pending' AND %(now)s >= (
         SELECT next_attempt_at FROM webhooks_callbackdelivery WHERE status = 'pending' ORDER BY next_attempt_at LIMIT 1)
     ORDER BY split_part(url, '/', 3) LIMIT 1)
    UNION ALL
    SELECT later.name FROM host CROSS JOIN LATERAL (
        SELECT split_part(url, '/', 3) AS name FROM webhooks_callbackdelivery
        WHERE status = 'pending' AND split_part(url, '/', 3) > host.name
        ORDER BY split_part(url, '/', 3) LIMIT 1) AS later
), candidate AS (
    SELECT due.id FROM host
    LEFT JOIN unnest(%(hosts)s::text[], %(rooms)s::int[]) AS known (name, room) ON known.name = host.name
    CROSS JOIN LATERAL (
        SELECT id, next_attempt_at FROM webhooks_callbackdelivery
        WHERE status = 'pending' AND split_part(url, '/', 3) = host.name AND next_attempt_at <= %(now)s
        ORDER BY next_attempt_at LIMIT coalesce(known.room, %(room)s)) AS due
    ORDER BY due.next_attempt_at LIMIT %(limit)s
), leased AS (
    SELECT id FROM webhooks_callbackdelivery
    WHERE id IN (SELECT id FROM candidate) AND status = 'pending' AND next_attempt_at <= %(now)s
    FOR UPDATE SKIP LOCKED
)
UPDATE webhooks_callbackdelivery AS delivery SET next_attempt_at = %(until)s
FROM leased
JOIN webhooks_callbackdelivery AS old ON old.id = leased.id
JOIN transactions_transactionevent AS event ON event.id = old.event_id
JOIN transactions_transaction AS payment ON payment.id = old.transaction_id
JOIN transactions_datakey AS data_key ON data_key.id = payment.data_key_id
JOIN tenants_tenant AS tenant ON tenant.id = old.tenant_id
LEFT JOIN webhooks_callbackendpoint AS endpoint ON endpoint.id = old.endpoint_id
WHERE delivery.id = leased.id
RETURNING delivery.id, delivery.attempts, delivery.url, delivery.endpoint_id, coalesce(endpoint.is_active, TRUE),
    event.public_id, payment.public_id, tenant.public_id, tenant.id, event.body_sealed, data_key.wrapped
"""
_RELEASE = """
UPDATE webhooks_callbackdelivery AS delivery SET next_attempt_at = %s
FROM unnest(%s::bigint[], %s::timestamptz[]) AS held (id, until)
WHERE delivery.id = held.id AND delivery.status = 'pending' AND delivery.next_attempt_at = held.until
"""


@dataclass(frozen=True, slots=True)
class Shares:
    """How many may be taken: in all, of the named hosts, and of any other host."""

    limit: int
    rooms: Mapping[str, int]
    room: int


class _Row(NamedTuple):
    delivery_id: int
    attempts: int
    url: str
    endpoint_id: int | None
    endpoint_active: bool
    event_id: str
    transaction_id: str
    tenant_id: str
    tenant_pk: int
    body_sealed: bytes | None
    wrapped_key: bytes | None


def claim_due(*, shares: Shares, lease: timedelta, master_keys: Sequence[str], now: datetime) -> list[Parcel]:
    """Due deliveries, ours until ``now + lease``, with body and signing secrets. Commits before it returns."""
    until = now + lease
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "now": now, "until": until, "limit": shares.limit, "room": shares.room,
                "hosts": list(shares.rooms), "rooms": list(shares.rooms.values()),
            },
        )  # fmt: skip
        rows = [_Row(*row) for row in cursor.fetchall()]
    if rows:
        fault_point("callback.claimed")
    secrets = live_secrets({row.tenant_pk for row in rows}, now)
    return [_open(row, until, secrets.get(row.tenant_pk, ()), master_keys) for row in rows]


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
    body, obstacle = b"", None
    if not row.endpoint_active:
        obstacle = Obstacle.ENDPOINT_OFF
    else:
        try:
            body = sealing.unseal(row.body_sealed or b"", sealing.unwrap(row.wrapped_key, master_keys))
        except sealing.KeyDestroyed:
            obstacle = Obstacle.ERASED
        except sealing.SealBroken:
            obstacle = Obstacle.UNREADABLE
            logger.exception("callback cannot be decrypted: event=%s", row.event_id)
    return Parcel(
        delivery_id=row.delivery_id, lease_until=until, attempt=row.attempts + 1, url=row.url,
        endpoint_id=row.endpoint_id, event_id=row.event_id, transaction_id=row.transaction_id, tenant_id=row.tenant_id,
        body=body, secrets=secrets, obstacle=obstacle,
    )  # fmt: skip
