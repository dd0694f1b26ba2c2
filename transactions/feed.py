"""The events feed: every callback body of a tenant, byte for byte, oldest first, and never one skipped.

Rows are ordered by (id of the writing database transaction, row id), and shown only below the oldest one still running: an
event whose writer commits late can not appear behind a position that a poller has passed.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from payments_site.kernel.errors import DomainError
from payments_site.kernel.sealing import KeyDestroyed, unseal, unwrap
from tenants.selectors import TenantContext

FEED_LIMIT = 200

_POSITION = (
    "SELECT xid::text, id FROM transactions_transactionevent WHERE tenant_id = %s AND public_id = %s AND message_type IS NOT NULL"
)
_PAGE = """
SELECT e.public_id, e.body_sealed, k.wrapped
FROM transactions_transactionevent e
JOIN transactions_transaction t ON t.id = e.transaction_id JOIN transactions_datakey k ON k.id = t.data_key_id
WHERE e.tenant_id = %s AND e.message_type IS NOT NULL AND (e.xid, e.id) > (%s::xid8, %s)
    AND e.body_sealed IS NOT NULL AND k.wrapped IS NOT NULL AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY e.xid, e.id LIMIT %s
"""


class EventUnknown(DomainError):
    """The event after which the feed should go on is not one of this tenant's."""

    code = "NOT_FOUND"


def events_after(*, tenant: TenantContext, after: str | None, limit: int = FEED_LIMIT) -> list[bytes]:
    """The bodies that follow event ``after`` (all from the start without one). Raises ``EventUnknown``.

    Events of an erased payer have no body any more and are left out.
    """
    with connection.cursor() as cursor:
        position = ("0", 0)
        if after:
            cursor.execute(_POSITION, [tenant.id, after.replace("\x00", "")])
            row = cursor.fetchone()
            if row is None:
                raise EventUnknown({"field": "after"})
            position = (row[0], row[1])
        cursor.execute(_PAGE, [tenant.id, *position, limit])
        rows = cursor.fetchall()
    return [body for _, sealed, wrapped in rows if (body := _open(sealed, wrapped)) is not None]


def _open(sealed: bytes | None, wrapped: bytes | None) -> bytes | None:
    if sealed is None:
        return None
    try:
        return unseal(bytes(sealed), unwrap(wrapped, settings.FERNET_KEYS))
    except KeyDestroyed:
        return None
