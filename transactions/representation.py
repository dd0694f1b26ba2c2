"""Payments as the API shows them (``spec``: the HTTP contract). Pure over loaded rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from payments_site.kernel.clock import iso
from transactions.models import PaymentAttempt, Refund, Transaction, TransactionEvent
from transactions.personal import payer_of

_REFUND_STATUS = {
    Refund.Status.REQUESTED: "processing",
    Refund.Status.AWAITING_APPROVAL: "processing",
    Refund.Status.PROCESSING: "processing",
    Refund.Status.UNKNOWN: "processing",
    Refund.Status.AWAITING_TRANSFER: "awaiting_manual",
    Refund.Status.COMPLETED: "completed",
    Refund.Status.FAILED: "failed",
}


def created(payment: Transaction) -> dict[str, Any]:
    """The data of a create's answer."""
    return {
        "transaction_id": payment.public_id,
        "order_id": payment.order_id,
        "amount": payment.amount,
        "currency": payment.currency,
        "status": str(payment.status),
        "provider_code": payment.provider_code,
        "provider_transaction_id": payment.provider_transaction_id,
        "payment_url": payment.payment_url,
        "qr_code": payment.qr_code,
        "expires_at": iso(payment.expires_at),
        "created_at": iso(payment.created_at),
    }


def item(payment: Transaction, callback: dict[str, Any]) -> dict[str, Any]:
    """A payment in a list: everything but events, attempts and refunds."""
    return {
        **created(payment),
        "payment_method": payment.payment_method,
        "description": payment.description,
        "customer_info": payer_of(payment).get("customer_info"),
        "metadata": payment.metadata,
        "provider_order_id": payment.provider_order_id,
        "received_amount": payment.received_amount,
        "transaction_fee": payment.transaction_fee,
        "net_amount": payment.net_amount,
        "refunded_amount": payment.refunded_amount,
        "paid_at": iso(payment.paid_at),
        "late": payment.late,
        "failure_code": payment.failure_code,
        "failure_reason": payment.failure_reason,
        "updated_at": iso(payment.updated_at),
        **callback,
    }


def detail(
    payment: Transaction,
    *,
    callback: dict[str, Any],
    events: Iterable[TransactionEvent],
    attempts: Iterable[PaymentAttempt],
    refunds: Iterable[Refund],
    remaining: int,
) -> dict[str, Any]:
    """A payment with all that belongs to it."""
    return {
        **item(payment, callback),
        "events": [event_line(event) for event in events],
        "attempts": [attempt_line(attempt) for attempt in attempts],
        "refunds": [refund_line(refund, payment, remaining) for refund in refunds],
    }


def event_line(event: TransactionEvent) -> dict[str, Any]:
    """One line of a payment's history."""
    return {
        "event_id": event.public_id,
        "event_type": event.event_type,
        "sequence": event.sequence,
        "created_at": iso(event.created_at),
        "data": event.data,
    }


def attempt_line(attempt: PaymentAttempt) -> dict[str, Any]:
    """One attempt."""
    return {
        "attempt_id": attempt.public_id,
        "provider_code": attempt.provider_code,
        "provider_order_id": attempt.provider_reference,
        "provider_transaction_id": attempt.provider_transaction_no,
        "status": attempt.status,
        "created_at": iso(attempt.created_at),
    }


def refund_status(refund: Refund) -> str:
    """A refund's status in the API's words."""
    return _REFUND_STATUS[Refund.Status(refund.status)]


def refund_line(refund: Refund, payment: Transaction, remaining: int) -> dict[str, Any]:
    """One refund; ``remaining`` is what may still be refunded of the payment."""
    return {
        "refund_id": refund.public_id,
        "transaction_id": payment.public_id,
        "refund_amount": refund.amount,
        "remaining_amount": remaining,
        "status": refund_status(refund),
        "provider_refund_id": refund.provider_refund_id,
        "internal_refund_id": refund.internal_refund_id,
        "reason": refund.reason,
        "failure_reason": refund.failure_reason,
        "created_at": iso(refund.created_at),
    }
