"""Refunds that somebody made in the provider's own portal: taken in when a question about the payment shows them.

Nothing is invented: what does not fit into what was received, or contradicts what we know, is left to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.models import AuditEntry
from audit.services import Actor
from transactions.lifecycle import IssueType, Status
from transactions.models import PaymentAttempt, Refund, RefundAllocation, Transaction
from transactions.providers.base import SeenRefund
from transactions.services import _transition
from transactions.services._allocations import Part, Plan, lefts_of, lock_receipts, split
from transactions.services._refunds import UNSETTLED, complete, insert_refund


@transaction.atomic
def take_in_portal_refunds(
    *, attempt_id: int, refunds: Sequence[SeenRefund] | None, refunded_total: int | None, actor: Actor, now: datetime
) -> int:
    """Make facts of the finished refunds that a query shows and that we do not have; returns how many.

    One of ours that is shown is completed. A repeat changes nothing. Where only a total is told, the difference to ours is one
    refund, and nothing is concluded while one of ours is on its way. Opens a MoneyIssue for what does not add up.
    """
    if not refunds and not refunded_total:
        return 0
    transaction_id = PaymentAttempt.objects.values_list("transaction_id", flat=True).get(pk=attempt_id)
    payment = _transition.lock_payment(transaction_id)
    if Status(payment.status) is Status.PENDING:
        return 0
    taking = _TakingIn(payment, PaymentAttempt.objects.get(pk=attempt_id), actor, now)
    if refunds:
        return sum(taking.seen(one) for one in refunds)
    return taking.total(refunded_total or 0)


@dataclass
class _TakingIn:
    """What a query of one attempt shows, held against what is known of its locked payment."""

    payment: Transaction
    attempt: PaymentAttempt
    actor: Actor
    now: datetime

    def seen(self, one: SeenRefund) -> bool:
        """One refund that the provider shows by itself; whether it is a new one."""
        ours = self._ours(one)
        if ours is not None:
            self._told_again(ours, one)
            return False
        if one.reference is None and any(not refund.provider_refund_id for refund in self._on_their_way()):
            return False  # it may be the one of ours whose number we do not know yet
        return self._take_in(one.amount, number=one.refund_no, made_at=one.made_at)

    def total(self, refunded: int) -> bool:
        """Only a sum is told; whether it hides a new refund."""
        if self._on_their_way().exists():
            return False
        completed = RefundAllocation.objects.filter(receipt__attempt=self.attempt, refund__status=Refund.Status.COMPLETED)
        difference = refunded - sum(completed.values_list("amount", flat=True))
        return difference > 0 and self._take_in(difference, number=None, made_at=None)

    def _ours(self, one: SeenRefund) -> Refund | None:
        refunds = self.payment.refunds.select_related("receipt")
        by_reference = refunds.filter(provider_reference=one.reference).first() if one.reference else None
        by_number = refunds.filter(provider_refund_id=one.refund_no, account_id=self.attempt.account_id).first()
        return by_reference or by_number or self._nameless(one)

    def _nameless(self, one: SeenRefund) -> Refund | None:
        """A finished one of the same amount whose number nobody has told us yet: it is told now, and is no second refund."""
        if one.reference is not None:
            return None
        finished = self.payment.refunds.filter(
            allocations__receipt__attempt=self.attempt, status=Refund.Status.COMPLETED, provider_refund_id=None, amount=one.amount
        )
        refund = finished.order_by("id").first()
        if refund is not None:
            refund.provider_refund_id = one.refund_no
            refund.save(update_fields=["provider_refund_id"])
        return refund

    def _on_their_way(self) -> Any:
        """Ours that the provider may have, or may get any moment."""
        return Refund.objects.filter(allocations__receipt__attempt=self.attempt, status__in=UNSETTLED, manual=False)

    def _told_again(self, refund: Refund, one: SeenRefund) -> None:
        if refund.amount != one.amount or refund.status == Refund.Status.FAILED:
            self._does_not_add_up(one.amount, cause=refund.public_id, refund=refund, number=one.refund_no)
        elif refund.status in UNSETTLED:
            refund.transaction = self.payment
            refund.provider_refund_id = one.refund_no
            complete(self.payment, refund, actor=self.actor, now=self.now)

    def _take_in(self, amount: int, *, number: str | None, made_at: datetime | None) -> bool:
        receipts = {one.pk: one for one in lock_receipts(self.payment, attempt_id=self.attempt.pk)}
        lefts = lefts_of(receipts.values())
        parts = split(lefts, amount)
        if not parts:
            cause = f"{self.attempt.public_id}:{number or amount}"
            self._does_not_add_up(amount, cause=cause, number=number, left=sum(left for _pk, left in lefts))
            return False
        portal = Actor(user_id=self.attempt.provider_code, user_type=AuditEntry.UserType.PROVIDER)
        refund = insert_refund(
            self.payment,
            Plan(tuple(Part(receipts[pk], part) for pk, part in parts), manual=False),
            actor=portal,
            now=self.now,
            source=Refund.Source.PORTAL,
            status=Refund.Status.PROCESSING,
            provider_refund_id=number,
            sent_at=made_at,
        )
        complete(self.payment, refund, actor=self.actor, now=self.now)
        return True

    def _does_not_add_up(self, amount: int, *, cause: str, refund: Refund | None = None, **data: Any) -> None:
        _transition.open_issue(
            IssueType.REFUND_MISMATCH,
            cause=cause,
            amount=amount,
            now=self.now,
            payment=self.payment,
            refund=refund,
            account_id=self.attempt.account_id,
            data={"reported": amount, **{name: value for name, value in data.items() if value is not None}},
        )
