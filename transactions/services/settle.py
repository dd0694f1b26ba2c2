"""The one door through which a provider's word about a payment becomes a fact: notices, queries and statements all use it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from payments_site.kernel.rows import first, lock, write
from transactions.lifecycle import CLOSED_UNPAID, PAID, IssueType, Status, Trigger
from transactions.models import PaymentAttempt, Receipt
from transactions.providers import registry
from transactions.providers.base import Capability, Outcome, StatusReport
from transactions.services import _transition, alerts
from transactions.services._settling import UNDECIDED, Settlement, Settling, Source
from transactions.services._transfers import TransferSettling
from transactions.services._transition import Happening

__all__ = ["Settlement", "Source", "settle"]

_BY_NUMBER = "t.account_id = %s AND t.provider_transaction_no = %s ORDER BY t.id"


@transaction.atomic
def settle(*, attempt_id: int, report: StatusReport, source: Source, now: datetime) -> Settlement:
    """Apply a *verified* report to an attempt and its payment.

    Promises: a repeat changes nothing; a wrong amount completes nothing and opens a MoneyIssue; money that comes late or twice is
    recorded and opens a MoneyIssue; nothing that comes later un-pays a payment. Raises ``PaymentAttempt.DoesNotExist``.
    """
    payment = _transition.lock_payment(_payment_of(attempt_id))
    attempt = lock(PaymentAttempt, attempt_id)
    if report.unknown_code:
        alerts.tell_unknown_code(provider_code=attempt.provider_code, report=report, attempt_id=attempt.public_id, now=now)
    by_transfers = Capability.TRANSFERS in registry.get(attempt.provider_code).capabilities
    way = TransferSettling if by_transfers else _WholeSettling
    return way(payment, attempt, report, source, now).apply()


def _payment_of(attempt_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_id FROM transactions_paymentattempt WHERE id = %s", [attempt_id])
        row = cursor.fetchone()
    if row is None:
        raise PaymentAttempt.DoesNotExist
    return int(row[0])


class _WholeSettling(Settling):
    """One report on one locked payment that is paid whole or not at all: cards and wallets."""

    def apply(self) -> Settlement:
        if self.report.outcome is Outcome.PENDING or not self.report.conclusive:
            return self._no_news()
        if self.report.amount != self.attempt.amount:
            return self._wrong_amount()
        if self.report.outcome is Outcome.PAID:
            return self._paid()
        if self.report.outcome is Outcome.SUSPECTED:
            return self._suspected()
        return self._failed()

    # -- outcomes ------------------------------------------------------------------------------------------------------

    def _no_news(self) -> Settlement:
        """Nothing final: what was told before (a suspicion, a failure) stays on the record."""
        if self.report.conclusive and self.attempt.status in UNDECIDED:
            if self.report.held:  # captured or released when the resolver comes to it, at once
                self.attempt.next_query_at = self.now
            self._remember(self.attempt.status)
        elif self.source.is_notice:
            self._stamp_arrival()
        return Settlement.UNCHANGED

    def _wrong_amount(self) -> Settlement:
        """Kept as evidence, never completes, makes no receipt and does not use up the provider's number."""
        if self.source.is_notice:
            self._stamp_arrival()
        if self.report.outcome in (Outcome.PAID, Outcome.SUSPECTED):
            self._issue(
                IssueType.WRONG_AMOUNT,
                cause=f"{self.attempt.public_id}:{self.report.transaction_no}:{self.report.amount}",
                amount=max(self.report.amount or 0, 0),
                data={"expected": self.attempt.amount, "reported": self.report.amount},
            )
        self._audit("wrong_amount", {"expected": self.attempt.amount, "reported": self.report.amount})
        return Settlement.WRONG_AMOUNT

    def _paid(self) -> Settlement:
        status = Status(self.payment.status)
        if self.attempt.status == PaymentAttempt.Status.PAID and self._known_money():
            self._remember(self.attempt.status)
            return Settlement.REPEATED
        receipt, number_is_taken = self._receipt()
        words = self._words(PaymentAttempt.Status.PAID, paid_at=self._paid_at())
        facts = (words,) if receipt.pk else (receipt, words)
        if status in PAID:
            write(*facts)
            self._tell_of_taken(receipt, number_is_taken)
            return self._paid_twice(receipt)
        if status in CLOSED_UNPAID:
            _transition.take_volume_again(self.payment)
        changes, told = self._paid_changes(), self._told()
        move, _ = _transition.transition(
            self.payment,
            Happening(Trigger.PROVIDER_SUCCEEDED, self.source.actor, self.now, changes=changes, event_data=told, also=facts),
        )
        self._tell_of_taken(receipt, number_is_taken)
        if move.issue is not None:
            self._issue(move.issue, cause=self.payment.public_id, amount=receipt.amount, receipt=receipt, data=self._told())
        _transition.tell_of_excess(self.payment, receipt, self.now)
        return Settlement.APPLIED

    def _paid_twice(self, receipt: Receipt) -> Settlement:
        """Money for an order that is paid already: recorded, never dropped; the status of a paid payment does not change."""
        _transition.write_event(
            self.payment,
            event_type="double_payment",
            now=self.now,
            data={**self._told(), "receipt_id": receipt.public_id, "amount": receipt.amount},
        )
        self.payment.save(update_fields=["received_amount", "last_sequence", "updated_at"])
        self._issue(IssueType.DOUBLE_PAYMENT, cause=receipt.public_id, amount=receipt.amount, receipt=receipt, data=self._told())
        self._audit("double_payment", {"receipt_id": receipt.public_id, "amount": receipt.amount})
        return Settlement.APPLIED

    def _suspected(self) -> Settlement:
        if self.attempt.status in (PaymentAttempt.Status.SUSPECTED, PaymentAttempt.Status.PAID):
            if self.attempt.status == PaymentAttempt.Status.PAID:
                self._contradiction()
            return Settlement.REPEATED
        status = Status(self.payment.status)
        self._remember(PaymentAttempt.Status.SUSPECTED)
        if status in PAID:
            self._contradiction()
            return Settlement.REPEATED
        if status is Status.UNDER_REVIEW:
            return Settlement.REPEATED
        if status in CLOSED_UNPAID:
            _transition.take_volume_again(self.payment)
        changes = {**self._told_columns(), "failure_code": None, "failure_reason": None}
        _transition.transition(
            self.payment,
            Happening(Trigger.PROVIDER_SUSPECTS, self.source.actor, self.now, changes=changes, event_data=self._told()),
        )
        return Settlement.APPLIED

    def _failed(self) -> Settlement:
        status = Status(self.payment.status)
        if self.attempt.status == PaymentAttempt.Status.PAID:
            self._contradiction()
            return Settlement.REPEATED
        already = self.attempt.status == PaymentAttempt.Status.FAILED
        self._remember(PaymentAttempt.Status.FAILED, error=self.report.failure_vi)
        if already or status in PAID or status in CLOSED_UNPAID:
            return Settlement.REPEATED
        if self._another_attempt_holds_it(status):
            self._audit("attempt_failed", self._told())
            return Settlement.APPLIED
        changes = {
            "failure_code": self.report.failure_code,
            "failure_reason": self.report.failure_vi if self.payment.locale == "vi" else self.report.failure_en,
        }
        _transition.give_back_volume(self.payment)
        _transition.transition(
            self.payment,
            Happening(Trigger.PROVIDER_FAILED, self.source.actor, self.now, changes=changes, event_data=self._told()),
        )
        return Settlement.APPLIED

    # -- pieces ---------------------------------------------------------------------------------------------------------

    def _known_money(self) -> bool:
        """Whether the money reported is a receipt we have: the same number, or no number to tell it apart by."""
        number = self.report.transaction_no
        numbers = set(self.attempt.receipts.values_list("provider_transaction_no", flat=True))
        return number is None or number in numbers or None in numbers

    def _receipt(self) -> tuple[Receipt, bool]:
        """The receipt of this money, to be written unless it has a key, and whether another order's money has its number.

        One that a rejected review wrote for the same number is the same money.
        """
        number = self.report.transaction_no
        known = first(Receipt, _BY_NUMBER, [self.attempt.account_id, number or ""])
        if known is not None and known.attempt_id == self.attempt.pk:
            return known, False
        taken = known is not None
        self.payment.received_amount += self.attempt.amount
        receipt = Receipt(
            account_id=self.attempt.account_id,
            transaction=self.payment,
            attempt=self.attempt,
            provider_transaction_no=None if taken else number,
            amount=self.attempt.amount,  # the amount reported: another one never comes here
            source=self.source.kind,
            notice_id=self.source.notice_id,
            received_at=self._paid_at(),
            created_at=self.now,
        )
        return receipt, taken

    def _tell_of_taken(self, receipt: Receipt, taken: bool) -> None:
        if taken:
            number = self.report.transaction_no
            self._issue(
                IssueType.REUSED_NUMBER, cause=receipt.public_id, amount=receipt.amount, receipt=receipt, data={"number": number}
            )

    def _another_attempt_holds_it(self, status: Status) -> bool:
        """Whether the payment may still be paid, or is under review, by an attempt that this report is not about."""
        states = [PaymentAttempt.Status.SUSPECTED]
        if status is Status.PENDING:
            states = [PaymentAttempt.Status.CREATED, PaymentAttempt.Status.PENDING, PaymentAttempt.Status.UNKNOWN]
        return self.payment.attempts.filter(status__in=states).exclude(pk=self.attempt.pk).exists()

    def _contradiction(self) -> None:
        """The provider takes back what it said. Nothing un-pays a payment; a person looks at it."""
        self._issue(
            IssueType.FAILURE_AFTER_SUCCESS,
            cause=f"{self.attempt.public_id}:{self.report.response_code}:{self.report.transaction_status}",
            amount=self.payment.amount,
            data=self._told(),
        )
