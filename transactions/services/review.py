"""Payments that the provider suspects: staff accept the money, or two people reject it and it goes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services import Actor
from payments_site.kernel.errors import DomainError
from tenants.selectors import fee_in_force
from transactions.fees import fee_of
from transactions.lifecycle import Status, Trigger
from transactions.models import PaymentAttempt, Receipt, Refund, Transaction
from transactions.services import _transition
from transactions.services._allocations import Part, Plan
from transactions.services._refunds import write_refund
from transactions.services._transition import Happening

REJECT_REVIEW = "transactions.reject_review"


class NotUnderReview(DomainError):
    """The payment is not (or no longer) under review."""

    code = "TRANSACTION_ALREADY_PROCESSED"


@transaction.atomic
def accept_review(*, transaction_id: str, note: str, actor: Actor, now: datetime) -> Transaction:
    """The money is ours: the payment is completed with a receipt. Raises ``NotUnderReview``."""
    payment, attempt = _under_review(transaction_id)
    receipt = _receipt(payment, attempt, now)
    fee = fee_of(payment.amount, fee_in_force(attempt.account_id, receipt.received_at))
    attempt.status, attempt.paid_at, attempt.next_query_at = PaymentAttempt.Status.PAID, receipt.received_at, None
    attempt.save(update_fields=["status", "paid_at", "next_query_at"])
    changes = {
        "received_amount": payment.received_amount + receipt.amount,
        "transaction_fee": fee,
        "net_amount": payment.amount - fee,
        "paid_at": receipt.received_at,
    }
    event_data = {"note": note, "receipt_id": receipt.public_id}
    _transition.transition(payment, Happening(Trigger.REVIEW_ACCEPTED, actor, now, changes=changes, event_data=event_data))
    _transition.tell_of_excess(payment, receipt, now)
    return payment


@transaction.atomic
def reject_review(*, transaction_id: str, note: str, actor: Actor, now: datetime) -> Refund:
    """The money goes back: receipt and full refund are written, a worker sends it. Called by an approval only.

    The payment stays under review until the provider says that the money went back. Raises ``NotUnderReview``.
    """
    payment, attempt = _under_review(transaction_id)
    receipt = _receipt(payment, attempt, now)
    changes = {"received_amount": payment.received_amount + receipt.amount}
    event_data = {"note": note, "receipt_id": receipt.public_id}
    _transition.transition(payment, Happening(Trigger.REVIEW_REJECTED, actor, now, changes=changes, event_data=event_data))
    # Due at once: the resolver's worker sends what was never sent.
    plan = Plan((Part(receipt, receipt.amount),), manual=False)
    return write_refund(payment, plan, reason=note[:255], actor=actor, now=now, due=now)


def apply_rejection(payload: dict[str, Any], actor: Actor, now: datetime) -> Mapping[str, Any]:
    """What an approved rejection does (``audit.approvals``)."""
    refund = reject_review(transaction_id=payload["transaction_id"], note=payload["note"], actor=actor, now=now)
    return {"refund_id": refund.public_id}


def is_decided(payment: Transaction) -> bool:
    """Whether somebody has already said what becomes of the suspected money; a part that came by transfer says nothing of it."""
    return payment.receipts.filter(attempt__status=PaymentAttempt.Status.SUSPECTED).exists()


def _under_review(transaction_id: str) -> tuple[Transaction, PaymentAttempt]:
    pk = Transaction.objects.values_list("pk", flat=True).filter(public_id=transaction_id).first()
    if pk is None:
        raise NotUnderReview({"transaction_id": transaction_id})
    payment = _transition.lock_payment(pk)
    attempt = payment.attempts.filter(status=PaymentAttempt.Status.SUSPECTED).order_by("-id").first()
    if payment.status != Status.UNDER_REVIEW or attempt is None or is_decided(payment):
        raise NotUnderReview({"transaction_id": transaction_id, "status": str(payment.status)})
    return payment, attempt


def _receipt(payment: Transaction, attempt: PaymentAttempt, now: datetime) -> Receipt:
    return Receipt.objects.create(
        account_id=attempt.account_id,
        transaction=payment,
        attempt=attempt,
        provider_transaction_no=attempt.provider_transaction_no,
        amount=attempt.amount,
        source=Receipt.Source.MANUAL,
        received_at=attempt.notice_received_at or now,
        created_at=now,
    )
