"""Payer-facing notices of a tenant: what its payers may be told, in plain words, from the same events as callbacks."""

from __future__ import annotations

from typing import Any

from django.db import connection

from payments_site.kernel import ids
from payments_site.kernel.clock import iso
from payments_site.kernel.errors import DomainError
from payments_site.kernel.money import format_vnd
from tenants.selectors import TenantContext

LIMIT = 50

# event type: (Vietnamese, English); {order} and {amount} are filled in.
_WORDS: dict[str, tuple[str, str]] = {
    "paid": ("Đã nhận {amount} cho đơn hàng {order}.", "{amount} received for order {order}."),
    "review_accepted": ("Đã nhận {amount} cho đơn hàng {order}.", "{amount} received for order {order}."),
    "payment_failed": ("Thanh toán đơn hàng {order} không thành công.", "The payment of order {order} did not succeed."),
    "expired": ("Đơn hàng {order} đã hết thời gian thanh toán.", "The time to pay order {order} has run out."),
    "cancelled": ("Thanh toán đơn hàng {order} đã bị hủy.", "The payment of order {order} was cancelled."),
    "under_review": ("Thanh toán đơn hàng {order} đang được kiểm tra.", "The payment of order {order} is being checked."),
    "refund_completed": ("Đã hoàn tiền cho đơn hàng {order}.", "Order {order} was refunded."),
}
_POSITION = "SELECT xid::text, id FROM transactions_transactionevent WHERE tenant_id = %s AND public_id = %s"
_PAGE = """
SELECT e.public_id, e.event_type, e.created_at, t.public_id, t.order_id, t.amount, e.to_status
FROM transactions_transactionevent e JOIN transactions_transaction t ON t.id = e.transaction_id
WHERE e.tenant_id = %s AND e.message_type IS NOT NULL AND e.event_type = ANY(%s) AND (e.xid, e.id) > (%s::xid8, %s)
    AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY e.xid, e.id LIMIT %s
"""


class NoticeUnknown(DomainError):
    """The notice after which to go on is not one of this tenant's."""

    code = "NOT_FOUND"


def notices_after(*, tenant: TenantContext, after: str | None, language: str) -> list[dict[str, Any]]:
    """Up to 50 notices behind ``after`` (an ``ntf_`` id; from the start without one), oldest first. Raises ``NoticeUnknown``."""
    with connection.cursor() as cursor:
        position = ("0", 0)
        if after:
            cursor.execute(_POSITION, [tenant.id, _event_id(after)])
            row = cursor.fetchone()
            if row is None:
                raise NoticeUnknown({"field": "after"})
            position = (row[0], row[1])
        cursor.execute(_PAGE, [tenant.id, list(_WORDS), *position, LIMIT])
        return [_notice(row, language) for row in cursor.fetchall()]


def _event_id(notice_id: str) -> str:
    """A notice has its event's id under another prefix."""
    return ids.EVENT + notice_id.replace("\x00", "").removeprefix(ids.NOTIFICATION)


def _notice(row: tuple[Any, ...], language: str) -> dict[str, Any]:
    event_id, event_type, created_at, transaction_id, order_id, amount, status = row
    words = _WORDS[event_type][1 if language == "en" else 0]
    return {
        "notification_id": ids.NOTIFICATION + event_id.removeprefix(ids.EVENT),
        "type": event_type,
        "message": words.format(order=order_id, amount=format_vnd(amount)),
        "transaction_id": transaction_id,
        "order_id": order_id,
        "status": status,
        "created_at": iso(created_at),
    }
