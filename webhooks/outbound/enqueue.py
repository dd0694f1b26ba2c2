"""Putting an event in the outbox: the rows are written in the database transaction that writes the event itself."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from payments_site.kernel import ids

# Clients see it in the feed; it is never posted to them.
FEED_ONLY = frozenset({"transaction.created"})

_ENDPOINTS = """
SELECT id, url FROM webhooks_callbackendpoint
WHERE tenant_id = %s AND is_active AND (event_types = '[]'::jsonb OR event_types @> to_jsonb(%s::text))
ORDER BY id
"""
_INSERT = """
INSERT INTO webhooks_callbackdelivery
    (public_id, event_id, transaction_id, tenant_id, endpoint_id, url, status, attempts, next_attempt_at,
     last_response, last_error, created_at)
SELECT address.public_id, %s::bigint, %s::bigint, %s::bigint, address.endpoint_id, address.url, 'pending', 0,
       %s::timestamptz, '', '', %s::timestamptz
FROM unnest(%s::text[], %s::bigint[], %s::text[]) WITH ORDINALITY AS address (public_id, endpoint_id, url, position)
ORDER BY address.position
ON CONFLICT (event_id, url) DO NOTHING
"""


class OutsideTransactionError(Exception):
    """An event and its deliveries commit together or not at all; the caller has no database transaction open."""


def enqueue_callbacks(
    *,
    event_id: int,
    transaction_id: int,
    tenant_id: int,
    message_type: str,
    default_url: str,
    extra_url: str = "",
    now: datetime,
) -> int:
    """One pending delivery, due at ``now``, for every address that hears of this event; how many there are.

    ``default_url``: the payment's own callback URL, else the tenant's. ``extra_url``: a refund's notification URL. The
    tenant's active endpoints that want ``message_type`` come on top; the same URL counts once. 0 means feed only. Call it
    inside the database transaction that writes the event, or ``OutsideTransactionError`` is raised.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError
    if message_type in FEED_ONLY:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_ENDPOINTS, [tenant_id, message_type])
        addresses = _merged(default_url, extra_url, cursor.fetchall())
        if addresses:
            public_ids = [ids.new_id(ids.DELIVERY) for _ in addresses]
            event: tuple[int | datetime, ...] = (event_id, transaction_id, tenant_id, now, now)
            cursor.execute(_INSERT, [*event, public_ids, list(addresses.values()), list(addresses)])
    return len(addresses)


def _merged(default_url: str, extra_url: str, endpoints: list[tuple[int, str]]) -> dict[str, int | None]:
    """Address -> endpoint (none for the first two), each address once and the client's own first."""
    addresses: dict[str, int | None] = {url: None for url in (default_url, extra_url) if url}
    for endpoint_id, url in endpoints:
        addresses.setdefault(url, endpoint_id)
    return addresses
