"""One account's day for tests of the engine: payments by the real services, lines as a statement has them, and runs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from audit.services import SYSTEM
from payments_site.kernel.clock import VIETNAM
from reconciliation.calendars import business_day
from reconciliation.models import Match, Reconciliation, ReconciliationItem, ReconciliationRules, Statement, StatementLine
from reconciliation.services import runs
from tenants.models import FeeSchedule, ProviderAccount
from tests.factories.books import Books
from tests.factories.world import Role
from transactions.models import PaymentAttempt, Receipt, Refund
from transactions.personal import fresh_key
from transactions.providers.base import Outcome

DAY = date(2026, 11, 18)  # a Wednesday
SUCCESS, PAYMENT, REFUND = "success", "payment", "refund"


def at(clock: str, day: date = DAY) -> datetime:
    """A moment of the day by Vietnam's clock."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=VIETNAM)


@dataclass
class Ledger:
    """A tenant's account at one provider."""

    role: Role
    code: str = "vnpay"

    def __post_init__(self) -> None:
        self.books = Books(self.role, now=at("08:00"))
        self.account = ProviderAccount.objects.select_related("provider").get(tenant=self.books.tenant, provider__code=self.code)
        self.lines = 0

    def rules(self, **columns: Any) -> ReconciliationRules:
        """Rules of the account."""
        return ReconciliationRules.objects.update_or_create(account=self.account, defaults=columns)[0]

    def fee(self, **columns: Any) -> FeeSchedule:
        """A fee schedule; 1.1 % and 1.650 đồng with 10 % VAT unless said otherwise."""
        terms = {"basis_points": 110, "fixed": 1_650, "vat_basis_points": 1_000, "valid_from": at("00:00", date(2026, 1, 1))}
        return FeeSchedule.objects.create(account=self.account, **{**terms, **columns})

    def ordered(self, amount: int = 100_000, *, moment: datetime | None = None) -> PaymentAttempt:
        """An order whose payer has not paid."""
        self.books.now = moment or self.books.now + timedelta(minutes=1)
        return self.books.order(self.code, amount=amount).attempts.get()

    def paid(self, amount: int = 100_000, *, moment: datetime | None = None, number: str = "") -> Receipt:
        """A payment that came in full."""
        attempt = self.ordered(amount, moment=moment)
        number = number or secrets.token_hex(6)
        self.books.tell(attempt, amount=amount, number=number)
        return Receipt.objects.select_related("attempt", "transaction").get(attempt=attempt)

    def refunded(self, receipt: Receipt, amount: int, *, number: str = "") -> Refund:
        """A refund that the provider made."""
        refund = self.books.refund(receipt.transaction, amount)
        self.books.end(refund, Outcome.PAID)
        if number:
            Refund.objects.filter(pk=refund.pk).update(provider_refund_id=number)
        return Refund.objects.get(pk=refund.pk)

    def statement(self, *, first: date = DAY, last: date | None = None, kind: str = "provider") -> Statement:
        """An imported file."""
        _key, data_key = fresh_key(self.books.now)
        data_key.save()
        return Statement.objects.create(
            account=self.account, kind=kind, source="upload", state="imported", sha256=secrets.token_hex(32), file_name="a.csv",
            size=1, data_key=data_key, day_from=first, day_to=last or first, created_by="ketoan", created_by_type="staff",
            created_at=self.books.now, updated_at=self.books.now, imported_at=self.books.now,
        )  # fmt: skip

    def line(self, receipt: Receipt | None = None, *, statement: Statement, **columns: Any) -> StatementLine:
        """A line of a statement; that of ``receipt`` as the provider would list it, but for ``columns``."""
        given: dict[str, Any] = {"kind": PAYMENT, "status": SUCCESS, "amount": 100_000, "occurred_at": at("12:00")}
        if receipt is not None:
            reference = receipt.attempt.provider_reference if receipt.attempt else None
            given |= {"number": receipt.provider_transaction_no, "reference": reference, "amount": receipt.amount}
            given |= {"occurred_at": receipt.received_at}
        given |= columns
        self.lines += 1
        rules = ReconciliationRules.objects.filter(account=self.account).first() or ReconciliationRules()
        day = business_day(given["occurred_at"], rules.cutoff)
        return StatementLine.objects.create(
            **{"statement": statement, "account": self.account, "line_no": self.lines, "business_day": day, **given}
        )

    def run(self, day: date = DAY, *, now: datetime | None = None) -> Reconciliation:
        """A run of the day, by default in the night after it."""
        now = now or at("03:00", day + timedelta(days=1))
        started = runs.start(account=self.account, day=day, cause="command", actor=SYSTEM, now=now)
        runs.work(run_id=started.pk, now=now)
        return Reconciliation.objects.get(pk=started.pk)

    def open_items(self) -> dict[str, str]:
        """Cause and type of what is open."""
        rows = ReconciliationItem.objects.filter(account=self.account, state="open")
        return dict(rows.values_list("cause", "item_type"))

    def matches(self) -> dict[int, tuple[str, int | None, int | None]]:
        """Strategy, receipt and refund of each line that is matched."""
        rows = Match.objects.filter(account=self.account, undone_at=None, line__isnull=False)
        return {row.line_id: (row.strategy, row.receipt_id, row.refund_id) for row in rows if row.line_id}
