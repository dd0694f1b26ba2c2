"""What settling a report needs whatever the report says: receipts, the provider's words, issues, the audit trail.

``settle.py`` is the door; this is shared by its two ways, one whole payment (``settle.py``) and several transfers
(``_transfers.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from audit.services import Actor, record
from payments_site.kernel.rows import Change, write
from tenants.selectors import fee_in_force
from transactions.fees import fee_of
from transactions.lifecycle import IssueType
from transactions.models import PaymentAttempt, Receipt, Transaction
from transactions.providers.base import StatusReport
from transactions.services import _transition

# What a report may change on an attempt.
_TOLD_FIELDS = (
    "status", "provider_transaction_no", "bank_code", "bank_transaction_no", "card_type", "provider_pay_date", "response_code",
    "transaction_status", "provider_signature", "raw_data", "error_message", "paid_at", "next_query_at", "notice_received_at",
    "held", "updated_at",
)  # fmt: skip
UNDECIDED = (PaymentAttempt.Status.CREATED, PaymentAttempt.Status.PENDING, PaymentAttempt.Status.UNKNOWN)


class Settlement(StrEnum):
    """What a report did to the payment."""

    APPLIED = "applied"
    REPEATED = "repeated"
    UNCHANGED = "unchanged"
    WRONG_AMOUNT = "wrong_amount"
    # Money came, but not yet enough of it.
    UNDERPAID = "underpaid"


@dataclass(frozen=True)
class Source:
    """Where the report comes from."""

    kind: str  # Receipt.Source
    actor: Actor
    notice_id: str = ""
    is_notice: bool = False


class Settling:
    """One report on one locked payment."""

    def __init__(
        self, payment: Transaction, attempt: PaymentAttempt, report: StatusReport, source: Source, now: datetime
    ) -> None:
        self.payment, self.attempt, self.report, self.source, self.now = payment, attempt, report, source, now

    def _paid_at(self) -> datetime:
        return self.report.paid_at or self.now

    def _paid_changes(self) -> dict[str, Any]:
        # Providers write times to the second, and their clocks are not ours: nobody paid before the attempt was made.
        moment = max(self._paid_at(), self.attempt.created_at)
        fee = fee_of(self.payment.amount, fee_in_force(self.attempt.account_id, moment))
        return {
            **self._told_columns(),
            "received_amount": self.payment.received_amount,
            "transaction_fee": fee,
            "net_amount": self.payment.amount - fee,
            "paid_at": self._paid_at(),
            "failure_code": None,
            "failure_reason": None,
        }

    def _told_columns(self) -> dict[str, Any]:
        return {
            "provider_code": self.attempt.provider_code,
            "account_id": self.attempt.account_id,
            "provider_order_id": self.attempt.provider_reference,
            "provider_transaction_id": self.report.transaction_no,
        }

    def _told(self) -> dict[str, Any]:
        told = {
            "attempt_id": self.attempt.public_id,
            "provider_response_code": self.report.response_code,
            "provider_transaction_id": self.report.transaction_no,
            "bank_code": self.report.bank_code,
            "source": self.source.kind,
            "notice_id": self.source.notice_id or None,
        }
        return {name: value for name, value in told.items() if value is not None}

    def _stamp_arrival(self) -> None:
        if self.attempt.notice_received_at is None:
            self.attempt.notice_received_at = self.now
            self.attempt.save(update_fields=["notice_received_at"])

    def _remember(self, status: str, *, paid_at: datetime | None = None, error: str | None = None) -> None:
        """Write what ``_words`` says."""
        write(self._words(status, paid_at=paid_at, error=error))

    def _words(self, status: str, *, paid_at: datetime | None = None, error: str | None = None) -> Change:
        """The provider's own words on the attempt, to be written. A paid attempt keeps those that paid it."""
        attempt, report = self.attempt, self.report
        if self.source.is_notice and attempt.notice_received_at is None:
            attempt.notice_received_at = self.now
        if attempt.status != PaymentAttempt.Status.PAID:
            attempt.status = status
            attempt.provider_transaction_no = report.transaction_no or attempt.provider_transaction_no
            attempt.bank_code = report.bank_code
            attempt.bank_transaction_no = report.bank_transaction_no
            attempt.card_type = report.card_type
            attempt.provider_pay_date = report.pay_date
            attempt.response_code = report.response_code
            attempt.transaction_status = report.transaction_status
            attempt.provider_signature = report.signature
            attempt.raw_data = dict(report.fields)
            attempt.error_message = error
            attempt.paid_at = paid_at
            attempt.held = report.held
            if status in (PaymentAttempt.Status.PAID, PaymentAttempt.Status.FAILED):
                attempt.next_query_at = None
        attempt.updated_at = self.now
        return Change(attempt, _TOLD_FIELDS)

    def _issue(
        self, issue_type: IssueType, *, cause: str, amount: int, receipt: Receipt | None = None, data: dict[str, Any]
    ) -> None:
        _transition.open_issue(
            issue_type,
            cause=cause,
            amount=amount,
            now=self.now,
            payment=self.payment,
            receipt=receipt,
            account_id=self.attempt.account_id,
            notice_id=self.source.notice_id,
            data=data,
        )

    def _audit(self, action: str, extra: dict[str, Any]) -> None:
        record(
            actor=self.source.actor,
            action=action,
            entity_type="transaction",
            entity_id=self.payment.public_id,
            now=self.now,
            tenant_id=self.payment.tenant.public_id,
            extra={"attempt_id": self.attempt.public_id, "notice_id": self.source.notice_id, **extra},
        )
