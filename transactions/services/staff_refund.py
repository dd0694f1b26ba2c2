"""Refunds that staff ask for: the money is reserved at once, and sent when a second person agrees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import approvals
from audit.approvals import Person
from audit.models import ApprovalRequest
from audit.services import Actor
from payments_site.kernel import queue
from payments_site.kernel.errors import DomainError, InvalidInput
from transactions.lifecycle import CLOSED_UNPAID, PAID, Status
from transactions.models import Receipt, Refund, Transaction
from transactions.selectors import remaining_to_refund
from transactions.services import _transition
from transactions.services._allocations import CannotBeRefunded, lefts_of, manual_is_possible, plan_for
from transactions.services._refunds import fail, lock_refund, write_refund
from transactions.services.payees import account_to_pay, sealed_account
from transactions.transfers.account import BankAccount

REFUND = "transactions.refund"
RIGHT = "transactions.request_refund"
# Also what came of a payment that never was paid in full.
_REFUNDABLE = PAID | CLOSED_UNPAID
_REASONS = {
    "rejected": ("REFUND_REFUSED", ("Người duyệt không đồng ý hoàn tiền", "The refund was not approved")),
    "expired": ("REFUND_NOT_APPROVED", ("Không ai duyệt yêu cầu hoàn tiền trong thời hạn", "Nobody approved the refund in time")),
}


class NotWaiting(DomainError):
    """The refund does not wait for a second person any more."""

    code = "TRANSACTION_ALREADY_PROCESSED"


def can_be_refunded(payment: Transaction) -> bool:
    """Whether staff may ask for a refund: money of it is here, and the payment waits for no more."""
    return Status(payment.status) in _REFUNDABLE and remaining_to_refund(payment) > 0


def goes_by_hand(payment: Transaction) -> bool:
    """Whether money of the payment came in a way that a person has to send it back."""
    return manual_is_possible(payment)


def receipts_with_money(payment: Transaction) -> list[tuple[Receipt, int]]:
    """The receipts that have something left to refund, and how much, as things are now."""
    receipts = {one.pk: one for one in payment.receipts.order_by("id")}
    return [(receipts[pk], left) for pk, left in lefts_of(receipts.values()) if left > 0]


@transaction.atomic
def ask_for_refund(
    *,
    payment: Transaction,
    amount: int,
    reason: str,
    person: Person,
    actor: Actor,
    now: datetime,
    receipt_id: str = "",
    payee: BankAccount | None = None,
) -> ApprovalRequest:
    """Reserve a refund and put it before a second person; nothing is sent before they agree, and a refusal frees the money.

    ``payee`` is for money that goes back by bank transfer, where not to the account that it came from; else it is not looked at.
    Raises ``CannotBeRefunded``, ``NotEnoughLeft``, ``InvalidInput``, ``PayerErased``, ``audit.approvals.MayNotDecide``.
    """
    if amount <= 0:
        raise InvalidInput({"field": "refund_amount", "value": amount, "constraint": "a positive number of đồng"})
    locked = _transition.lock_payment(payment.pk)
    if Status(locked.status) not in _REFUNDABLE:
        raise CannotBeRefunded({"transaction_id": locked.public_id, "status": str(locked.status)})
    left = remaining_to_refund(locked)
    plan = plan_for(locked, amount, receipt_id=receipt_id)
    sealed = sealed_account(payee, locked) if plan.manual and payee is not None else None
    refund = write_refund(
        locked, plan, reason=reason, actor=actor, now=now, status=Refund.Status.AWAITING_APPROVAL, payee_sealed=sealed
    )
    difference: dict[str, Any] = {"refund_amount": [0, amount], "remaining_amount": [left, left - amount]}
    if plan.manual and (account := account_to_pay(refund)) is not None:
        difference["payee"] = account.masked
    return approvals.ask(
        action=REFUND, subject_type="refund", subject_id=refund.public_id, tenant_id=locked.tenant.public_id,
        payload={"refund_id": refund.public_id}, difference=difference, reason=reason, person=person, actor=actor, now=now,
    )  # fmt: skip


def apply_refund(payload: dict[str, Any], actor: Actor, now: datetime) -> Mapping[str, Any]:
    """What an approved refund does (``audit.approvals``): a worker sends it, or it waits for the transfer by hand."""
    _payment, refund = _waiting(payload)
    refund.updated_at = now
    if refund.manual:
        refund.status = Refund.Status.AWAITING_TRANSFER
    else:
        refund.status, refund.next_query_at = Refund.Status.REQUESTED, now
        queue.enqueue("transactions.resolve_due")
    refund.save(update_fields=["status", "next_query_at", "updated_at"])
    return {"refund_id": refund.public_id, "status": str(refund.status)}


def drop_refund(payload: dict[str, Any], state: str, actor: Actor, now: datetime) -> None:
    """A refund that nobody allowed: nothing was sent, and the money is free again."""
    payment, refund = _waiting(payload)
    code, texts = _REASONS[state]
    fail(payment, refund, code=code, texts=texts, actor=actor, now=now)


def _waiting(payload: dict[str, Any]) -> tuple[Transaction, Refund]:
    payment, refund = lock_refund(Refund.objects.values_list("pk", flat=True).get(public_id=payload["refund_id"]))
    if refund.status != Refund.Status.AWAITING_APPROVAL:
        raise NotWaiting({"refund_id": refund.public_id, "status": str(refund.status)})
    return payment, refund
