"""Reading payments. Every selector takes the tenant: another tenant's payment does not exist."""

from __future__ import annotations

from typing import Any

from payments_site.kernel.errors import DomainError
from tenants.selectors import TenantContext
from transactions import representation
from transactions.models import Refund, Transaction
from webhooks.outbound.selectors import callback_summary


class TransactionNotFound(DomainError):
    """No such payment of this tenant."""

    code = "TRANSACTION_NOT_FOUND"


IN_FLIGHT = (
    Refund.Status.REQUESTED,
    Refund.Status.AWAITING_APPROVAL,
    Refund.Status.PROCESSING,
    Refund.Status.UNKNOWN,
    Refund.Status.AWAITING_TRANSFER,
)


def payment_of(*, tenant: TenantContext, transaction_id: str) -> Transaction:
    """The tenant's payment by its public id. Raises ``TransactionNotFound``."""
    payment = (
        Transaction.objects.select_related("data_key").filter(public_id=transaction_id, tenant_id=tenant.id).first()
        if "\x00" not in transaction_id
        else None
    )
    if payment is None:
        raise TransactionNotFound
    return payment


def remaining_to_refund(payment: Transaction) -> int:
    """Received minus refunded minus what is on its way, in đồng."""
    in_flight = sum(payment.refunds.filter(status__in=IN_FLIGHT).values_list("amount", flat=True))
    return max(0, payment.received_amount - payment.refunded_amount - in_flight)


def refunds_of(payment: Transaction) -> list[dict[str, Any]]:
    """The payment's refunds as the API shows them, oldest first."""
    remaining = remaining_to_refund(payment)
    return [representation.refund_line(refund, payment, remaining) for refund in payment.refunds.order_by("id")]


def detail_of(payment: Transaction) -> dict[str, Any]:
    """GET's data."""
    return representation.detail(
        payment,
        callback=callback_summary(payment.pk),
        events=payment.events.order_by("sequence"),
        attempts=payment.attempts.order_by("id"),
        refunds=payment.refunds.order_by("id"),
        remaining=remaining_to_refund(payment),
    )
