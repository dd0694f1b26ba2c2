"""Money that the payer pushes by bank transfer: each transfer is a receipt, and the payment is paid once enough has come.

Less than the amount stays pending (and becomes a MoneyIssue at expiry); more completes it and opens one for the rest.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from payments_site.kernel.rows import insert
from payments_site.kernel.sealing import KeyDestroyed, SealBroken
from transactions.lifecycle import CLOSED_UNPAID, PAID, IssueType, Status, Trigger
from transactions.models import MoneyIssue, PaymentAttempt, Receipt
from transactions.personal import key_of, seal_json
from transactions.providers.base import Outcome, Transfer
from transactions.services import _transition
from transactions.services._settling import UNDECIDED, Settlement, Settling
from transactions.services._transition import Happening
from transactions.services.issues import resolve_issue


class TransferSettling(Settling):
    """One report with any number of transfers on one locked payment."""

    def apply(self) -> Settlement:
        if not self.report.conclusive:
            return self._no_news()
        fresh = [receipt for transfer in self.report.transfers if (receipt := self._take_in(transfer)) is not None]
        if fresh:
            return self._received(fresh)
        if self.report.transfers:
            self._keep_words()
            return Settlement.REPEATED
        if self.report.outcome is Outcome.PAID and self.attempt.status != PaymentAttempt.Status.PAID:
            self._paid_by_nothing()
        if self.report.outcome is Outcome.FAILED and not self.attempt.receipts.exists():
            return self._closed_there()
        return self._no_news()

    # -- money ---------------------------------------------------------------------------------------------------------

    def _take_in(self, transfer: Transfer) -> Receipt | None:
        """The receipt of a transfer that was not known; None for one that was."""
        known = Receipt.objects.filter(account_id=self.attempt.account_id, provider_transaction_no=transfer.number).first()
        if known is not None:
            return self._claim(known, transfer)
        receipt = Receipt(
            account_id=self.attempt.account_id,
            transaction=self.payment,
            attempt=self.attempt,
            provider_transaction_no=transfer.number,
            amount=transfer.amount,
            payer_sealed=self._payer(transfer),
            source=self.source.kind,
            notice_id=self.source.notice_id,
            received_at=transfer.paid_at or self.now,
            created_at=self.now,
        )
        insert(receipt)
        self.payment.received_amount += transfer.amount
        return receipt

    def _claim(self, known: Receipt, transfer: Transfer) -> Receipt | None:
        """Money that came before anybody knew whose it was is this payment's now; another payment's stays there."""
        if known.transaction_id is None:
            known.transaction, known.attempt, known.payer_sealed = self.payment, self.attempt, self._payer(transfer)
            known.save(update_fields=["transaction", "attempt", "payer_sealed"])
            self.payment.received_amount += known.amount
            self._identified(known)
            return known
        if known.transaction_id != self.payment.pk:
            self._issue(
                IssueType.REUSED_NUMBER,
                cause=f"{self.attempt.public_id}:{transfer.number}",
                amount=transfer.amount,
                receipt=known,
                data={"number": transfer.number},
            )
        return None

    def _identified(self, receipt: Receipt) -> None:
        """Nobody need look for the owner of this money any more."""
        unidentified = MoneyIssue.objects.filter(issue_type=IssueType.UNIDENTIFIED_MONEY, cause=receipt.public_id)
        for issue in unidentified.filter(state=MoneyIssue.State.OPEN):
            resolve_issue(issue_id=issue.pk, note=self.payment.public_id, actor=self.source.actor, now=self.now)

    def _payer(self, transfer: Transfer) -> bytes | None:
        """Where the money came from, sealed under the payer's key: a refund without an API goes back there."""
        told = {**transfer.payer, "memo": transfer.memo}
        try:
            return seal_json({name: value for name, value in told.items() if value}, key_of(self.payment.data_key))
        except (KeyDestroyed, SealBroken):
            return None  # the payer was erased: the money is recorded all the same

    # -- what it means -------------------------------------------------------------------------------------------------

    def _received(self, fresh: list[Receipt]) -> Settlement:
        status = Status(self.payment.status)
        if status in PAID:
            return self._too_much(fresh)
        held = self.payment.received_amount - self.payment.refunded_amount
        if held < self.payment.amount:
            return self._not_enough(fresh, status)
        return self._paid(fresh, excess=held - self.payment.amount)

    def _paid(self, fresh: list[Receipt], *, excess: int) -> Settlement:
        last = fresh[-1]
        if Status(self.payment.status) in CLOSED_UNPAID:
            _transition.take_volume_again(self.payment)
        self._words_of(last)
        self._remember(PaymentAttempt.Status.PAID, paid_at=last.received_at)
        changes = {**self._paid_changes(), "paid_at": last.received_at, "provider_transaction_id": last.provider_transaction_no}
        move, _ = _transition.transition(
            self.payment,
            Happening(Trigger.PROVIDER_SUCCEEDED, self.source.actor, self.now, changes=changes, event_data=self._told_of(last)),
        )
        if move.issue is not None:
            self._issue(move.issue, cause=self.payment.public_id, amount=last.amount, receipt=last, data=self._told_of(last))
        if excess:
            self._issue(
                IssueType.OVERPAID, cause=last.public_id, amount=excess, receipt=last, data={"expected": self.payment.amount}
            )
        return Settlement.APPLIED

    def _not_enough(self, fresh: list[Receipt], status: Status) -> Settlement:
        """Recorded and waited on; after the end of the payment a person has to look at it."""
        for receipt in fresh:
            self._note("underpaid", receipt)
            if status in CLOSED_UNPAID:
                self._issue(
                    IssueType.UNDERPAID,
                    cause=receipt.public_id,
                    amount=receipt.amount,
                    receipt=receipt,
                    data={"expected": self.payment.amount, "received": self.payment.received_amount},
                )
        self.payment.save(update_fields=["received_amount", "last_sequence", "updated_at"])
        self._keep_words()
        return Settlement.UNDERPAID

    def _too_much(self, fresh: list[Receipt]) -> Settlement:
        """Money for a payment that is paid already: by this very order it is overpaid, by another one it is paid twice."""
        again = self.attempt.status != PaymentAttempt.Status.PAID
        issue_type = IssueType.DOUBLE_PAYMENT if again else IssueType.OVERPAID
        for receipt in fresh:
            self._note(issue_type.value, receipt)
            self._issue(issue_type, cause=receipt.public_id, amount=receipt.amount, receipt=receipt, data=self._told_of(receipt))
        self.payment.save(update_fields=["received_amount", "last_sequence", "updated_at"])
        if again and sum(self.attempt.receipts.values_list("amount", flat=True)) >= self.attempt.amount:
            self._words_of(fresh[-1])
            self._remember(PaymentAttempt.Status.PAID, paid_at=fresh[-1].received_at)
        else:
            self._keep_words()
        return Settlement.APPLIED

    def _closed_there(self) -> Settlement:
        """The provider takes no more money for it and none came."""
        status, undecided = Status(self.payment.status), self.attempt.status in UNDECIDED
        self._remember(PaymentAttempt.Status.FAILED, error=self.report.failure_vi)
        if not undecided or status is not Status.PENDING or self._another_may_pay():
            return Settlement.REPEATED
        _transition.give_back_volume(self.payment)
        vietnamese = self.payment.locale == "vi"
        changes = {
            "failure_code": self.report.failure_code,
            "failure_reason": self.report.failure_vi if vietnamese else self.report.failure_en,
        }
        _transition.transition(
            self.payment,
            Happening(Trigger.PROVIDER_FAILED, self.source.actor, self.now, changes=changes, event_data=self._told()),
        )
        return Settlement.APPLIED

    def _paid_by_nothing(self) -> None:
        """The provider says paid and shows no transfer that we can read: nothing is guessed, a person has to look."""
        self._issue(IssueType.UNKNOWN_FATE, cause=f"{self.attempt.public_id}:paid", amount=self.attempt.amount, data=self._told())

    def _no_news(self) -> Settlement:
        if self.report.conclusive:
            self._keep_words()
        return Settlement.UNCHANGED

    # -- pieces --------------------------------------------------------------------------------------------------------

    def _another_may_pay(self) -> bool:
        return self.payment.attempts.filter(status__in=UNDECIDED).exclude(pk=self.attempt.pk).exists()

    def _keep_words(self) -> None:
        self._remember(self.attempt.status, paid_at=self.attempt.paid_at)

    def _words_of(self, receipt: Receipt) -> None:
        self.attempt.provider_transaction_no = receipt.provider_transaction_no

    def _note(self, event_type: str, receipt: Receipt) -> None:
        _transition.write_event(self.payment, event_type=event_type, now=self.now, data=self._told_of(receipt))
        self._audit(event_type, self._told_of(receipt))

    def _told_of(self, receipt: Receipt) -> dict[str, Any]:
        return {
            **self._told(),
            "provider_transaction_id": receipt.provider_transaction_no,
            "receipt_id": receipt.public_id,
            "amount": receipt.amount,
            "received_amount": self.payment.received_amount,
        }

    def _paid_at(self) -> datetime:
        moments = [transfer.paid_at for transfer in self.report.transfers if transfer.paid_at is not None]
        return max(moments, default=self.now)
