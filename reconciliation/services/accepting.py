"""Taking the provider's word for what a statement says: through the same doors as its notices and answers, never around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from audit.services import Actor
from payments_site.kernel.errors import DomainError
from reconciliation.models import ReconciliationItem, StatementLine
from transactions.models import MoneyIssue, PaymentAttempt, Receipt, Refund
from transactions.providers import registry
from transactions.providers.base import Capability, Outcome, RefundReport, SeenRefund, StatusReport, Transfer
from transactions.services._refunds import UNSETTLED, apply_report
from transactions.services.fee_correction import correct_fee
from transactions.services.manual_refund import apply_paid
from transactions.services.portal_refund import take_in_portal_refunds
from transactions.services.settle import Source, settle
from transactions.services.unidentified import keep_unidentified

Type = ReconciliationItem.Type
Effects = dict[str, Any]
_PAID_LINES = (StatementLine.Kind.PAYMENT, StatementLine.Kind.CREDIT)
_BACK_LINES = (StatementLine.Kind.REFUND, StatementLine.Kind.DEBIT)
_NOTHING_SAID = gettext_noop("the statement has no line that could be taken over")
_NO_NUMBER = gettext_noop("the line has no number of the provider")
_NOT_KNOWN = gettext_noop("no payment of ours is known for this refund")
_NOT_TAKEN = gettext_noop("the refund can not be taken in: one of ours is on its way, or more than is left would go back")
_STANDS = gettext_noop("what has ended in our books is not undone by a statement: refund it, or note why it differs")
_NO_SUCH_WAY = gettext_noop("there is nothing to take over in a difference of this type")


class CanNotAccept(DomainError):
    """The provider's word can not become a fact here; ``details.constraint`` says why."""

    code = "VALIDATION_ERROR"

    def __init__(self, item: ReconciliationItem, why: str) -> None:
        super().__init__({"field": "action", "constraint": why, "detail_id": item.public_id, "type": str(item.item_type)})


@dataclass(frozen=True)
class Acceptance:
    """One item whose line is taken for true, by whom and when."""

    item: ReconciliationItem
    actor: Actor
    now: datetime

    @property
    def source(self) -> Source:
        """How a receipt tells that it comes from a statement."""
        return Source(kind=Receipt.Source.STATEMENT.value, actor=self.actor)

    @property
    def line(self) -> StatementLine:
        """What the provider says. Raises ``CanNotAccept`` where it says nothing."""
        if self.item.line is None:
            raise CanNotAccept(self.item, _NOTHING_SAID)
        return self.item.line

    @property
    def number(self) -> str:
        """The provider's number: without one, money that comes twice could not be told from money told twice."""
        if not self.line.number:
            raise CanNotAccept(self.item, _NO_NUMBER)
        return self.line.number


def accept(item: ReconciliationItem, *, actor: Actor, now: datetime) -> Effects:
    """Make the provider's word a fact; says what that did. In a database transaction. Raises ``CanNotAccept``."""
    way = way_of(item)
    effects = way(Acceptance(item, actor, now))
    opened = MoneyIssue.objects.filter(account_id=item.account_id, created_at=now).order_by("-id").first()
    return {**effects, **({"issue_opened": opened.public_id} if opened is not None else {})}


def way_of(item: ReconciliationItem) -> Callable[[Acceptance], Effects]:
    """How an item's line is taken over. Raises ``CanNotAccept`` where there is none, before anybody is asked."""
    line = item.line
    if line is not None and item.item_type in (Type.MISSING_IN_SYSTEM, Type.UNIDENTIFIED_MONEY, Type.REFUND_UNKNOWN, Type.TIMING):
        return _money_came if line.kind in _PAID_LINES else _refund_was_made
    way = _WAYS.get(item.item_type)
    if way is None:
        raise CanNotAccept(item, _NO_SUCH_WAY)
    return way


def attempt_of(line: StatementLine) -> PaymentAttempt | None:
    """The attempt that a line is about: by our reference, the provider's number, or the one reference in its memo."""
    attempts = PaymentAttempt.objects.filter(account_id=line.account_id)
    for column, value in (
        ("provider_reference", line.reference),
        ("provider_transaction_no", line.number if line.kind in _PAID_LINES else line.original_number),
    ):
        found = list(attempts.filter(**{column: value})[:2]) if value else []
        if len(found) == 1:
            return found[0]
    named = list(attempts.filter(provider_reference__in=line.memo_references or [])[:2])
    return named[0] if len(named) == 1 else None


# -- money that came ----------------------------------------------------------------------------------------------------


def _money_came(one: Acceptance) -> Effects:
    attempt = attempt_of(one.line)
    if attempt is None:
        return _keep(one)
    outcome = settle(attempt_id=attempt.pk, report=_report(one, attempt, Outcome.PAID), source=one.source, now=one.now)
    receipt = Receipt.objects.filter(attempt=attempt, provider_transaction_no=one.number).first()
    return {
        "settlement": outcome.value,
        "transaction_id": attempt.transaction.public_id,
        "receipt_id": receipt.public_id if receipt is not None else None,
    }


def _keep(one: Acceptance) -> Effects:
    """Money that names no order: a receipt without a payment, and a money issue for a person."""
    line = one.line
    transfer = Transfer(one.number, line.amount, line.occurred_at)
    report = StatusReport(Outcome.PAID, line.reference or "", line.amount, one.number, transfers=(transfer,))
    keep_unidentified(account=one.item.account, report=report, source=one.source, now=one.now)
    receipt = Receipt.objects.get(account_id=line.account_id, provider_transaction_no=one.number)
    return {"settlement": "unidentified", "receipt_id": receipt.public_id}


def _report(one: Acceptance, attempt: PaymentAttempt, outcome: Outcome) -> StatusReport:
    line = one.line
    by_transfers = Capability.TRANSFERS in registry.get(attempt.provider_code).capabilities
    paid = outcome is Outcome.PAID
    return StatusReport(
        outcome,
        attempt.provider_reference,
        line.amount,
        one.number if paid else line.number,
        paid_at=line.occurred_at if paid else None,
        transfers=(Transfer(one.number, line.amount, line.occurred_at),) if by_transfers and paid else (),
    )


# -- money that went back -----------------------------------------------------------------------------------------------


def _refund_was_made(one: Acceptance) -> Effects:
    """A refund that somebody made in the provider's portal."""
    line, attempt = one.line, attempt_of(one.line)
    if attempt is None:
        raise CanNotAccept(one.item, _NOT_KNOWN)
    return _take_in(one, attempt, SeenRefund(one.number, line.amount, made_at=line.occurred_at))


def _take_in(one: Acceptance, attempt: PaymentAttempt, seen: SeenRefund) -> Effects:
    taken = take_in_portal_refunds(attempt_id=attempt.pk, refunds=[seen], refunded_total=None, actor=one.actor, now=one.now)
    refund = Refund.objects.filter(account_id=attempt.account_id, provider_refund_id=one.number).first()
    if refund is None:
        raise CanNotAccept(one.item, _NOT_TAKEN)
    return {"refunds_taken_in": taken, "refund_id": refund.public_id, "transaction_id": attempt.transaction.public_id}


# -- what differs --------------------------------------------------------------------------------------------------------


def _state_differs(one: Acceptance) -> Effects:
    if one.item.refund is not None:
        return _refund_ended(one, one.item.refund)
    if one.line.status == StatementLine.Status.SUCCESS:
        return _money_came(one)
    return _told_of_payment(one, Outcome.FAILED)


def _refund_ended(one: Acceptance, refund: Refund) -> Effects:
    succeeded = one.line.status == StatementLine.Status.SUCCESS
    if refund.status in UNSETTLED:
        outcome = Outcome.PAID if succeeded else Outcome.FAILED
        report = RefundReport(outcome, refund_no=one.line.number, failure_vi="Theo sao kê", failure_en="As the statement says")
        apply_report(refund_id=refund.pk, report=report, actor=one.actor, now=one.now)
    elif refund.status == Refund.Status.AWAITING_TRANSFER and succeeded:
        apply_paid({"refund_id": refund.public_id, "bank_reference": one.number}, one.actor, one.now)
    else:
        raise CanNotAccept(one.item, _STANDS)
    refund.refresh_from_db(fields=["status"])
    return {"refund_id": refund.public_id, "refund_status": str(refund.status)}


def _told_of_payment(one: Acceptance, outcome: Outcome) -> Effects:
    """The provider contradicts a receipt: nothing un-pays a payment, the door opens a money issue with its word."""
    receipt = one.item.receipt
    if receipt is None or receipt.attempt is None:
        raise CanNotAccept(one.item, _STANDS)
    report = _report(one, receipt.attempt, outcome)
    told = settle(attempt_id=receipt.attempt.pk, report=report, source=one.source, now=one.now)
    return {"settlement": told.value, "receipt_id": receipt.public_id, "transaction_id": receipt.attempt.transaction.public_id}


def _amount_differs(one: Acceptance) -> Effects:
    refund = one.item.refund
    if refund is None:
        return _told_of_payment(one, Outcome.PAID)
    attempt = refund.receipt.attempt
    if attempt is None:
        raise CanNotAccept(one.item, _STANDS)
    line = one.line
    seen = SeenRefund(one.number, line.amount, reference=refund.provider_reference, made_at=line.occurred_at)
    return _take_in(one, attempt, seen)


def _fee_differs(one: Acceptance) -> Effects:
    """The payment's fee changes by what the line says more or less than was expected of it."""
    payment, told = one.item.transaction, one.item.differences
    fees: Mapping[str, Any] = told.get("fee") or {}
    if not fees and "net" in told:  # what is paid out less is a fee more
        fees = {"ours": told["net"]["theirs"], "theirs": told["net"]["ours"]}
    if payment is None or not isinstance(fees.get("ours"), int) or not isinstance(fees.get("theirs"), int):
        raise CanNotAccept(one.item, _NOTHING_SAID)
    before, after = correct_fee(transaction_id=payment.public_id, by=fees["theirs"] - fees["ours"], actor=one.actor, now=one.now)
    return {"transaction_id": payment.public_id, "fee": [before, after]}


_WAYS: Mapping[str, Callable[[Acceptance], Effects]] = {
    Type.STATUS: _state_differs,
    Type.AMOUNT: _amount_differs,
    Type.FEE: _fee_differs,
}
