"""Rows of the reconciliation room as its engine leaves them, for tests of what people do with them; nothing is decided here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from payments_site.kernel import clock
from reconciliation.models import (
    BadLine,
    Holiday,
    MappingProfile,
    Match,
    Reconciliation,
    ReconciliationItem,
    ReconciliationRules,
    Settlement,
    Statement,
    StatementLine,
)
from tenants.models import ProviderAccount
from transactions.models import Receipt, Transaction
from transactions.personal import fresh_key, seal_json


@dataclass
class Paper:
    """One imported statement of one account, and the run that read it."""

    account: ProviderAccount
    now: datetime

    def __post_init__(self) -> None:
        self.key, data_key = fresh_key(self.now)
        data_key.save()
        self.day = clock.vietnam_day(self.now)
        self.statement = Statement.objects.create(
            account=self.account, source=Statement.Source.UPLOAD, state=Statement.State.IMPORTED, sha256=secrets.token_hex(32),
            file_name=f"{self.account.provider.code}.csv", size=1_234, data_key=data_key, day_from=self.day, day_to=self.day,
            rows_read=3, rows_imported=2, rows_bad=1, created_by="ketoan", created_by_type="staff", created_at=self.now,
            updated_at=self.now, imported_at=self.now,
        )  # fmt: skip
        self.run = Reconciliation.objects.create(
            account=self.account, day=self.day, state=Reconciliation.State.COMPLETED, cause=Reconciliation.Cause.STAFF,
            requested_by="ketoan", lines=2, records=2, matched=1, items_open=1, created_at=self.now, started_at=self.now,
            finished_at=self.now, steps_done=[{"step": "number", "matched": 1}],
            totals={"gross": {"ours": 100_000, "theirs": 250_000}, "fees": {"ours": 2_200, "theirs": 2_500}},
            counts={"by_strategy": {"number": 1}, "by_type": {"missing_in_system": 1}},
        )  # fmt: skip

    def line(self, **columns: Any) -> StatementLine:
        """One line; a paid one unless said otherwise."""
        self.lines = getattr(self, "lines", 1) + 1
        given = {
            "kind": StatementLine.Kind.PAYMENT, "status": StatementLine.Status.SUCCESS, "number": secrets.token_hex(6),
            "amount": 100_000, "occurred_at": self.now - timedelta(minutes=1),
        }  # fmt: skip
        return StatementLine.objects.create(
            statement=self.statement, account=self.account, line_no=self.lines, business_day=self.day, **{**given, **columns}
        )

    def item(self, item_type: str, **columns: Any) -> ReconciliationItem:
        """A difference."""
        line = columns.get("line")
        given = {"amount": line.amount if line else 100_000, "cause": f"test:{secrets.token_hex(6)}"}
        return ReconciliationItem.objects.create(
            account=self.account, day=self.day, item_type=item_type, first_run=self.run, last_run=self.run,
            created_at=self.now, updated_at=self.now, **{**given, **columns},
        )  # fmt: skip

    def match(self, line: StatementLine, receipt: Receipt, **columns: Any) -> Match:
        """A line and a receipt, found by the provider's number."""
        given = {"strategy": "number", "score": 100, "created_at": self.now}
        return Match.objects.create(account=self.account, run=self.run, line=line, receipt=receipt, **{**given, **columns})

    def bad_row(self, value: str = "mot trieu", **columns: Any) -> BadLine:
        """A row that nobody could read."""
        given = {"line_no": 9, "field": "amount", "reason": "amount"}
        sealed = seal_json(value, self.key)
        return BadLine.objects.create(statement=self.statement, value_sealed=sealed, **{**given, **columns})

    def settlement(self, **columns: Any) -> Settlement:
        """A pay-out that is awaited."""
        given = {"gross": 250_000, "refunds": 0, "fees": 2_500, "net": 247_500, "due_day": self.day + timedelta(days=1)}
        return Settlement.objects.create(
            account=self.account, day_from=self.day, day_to=self.day, created_at=self.now, updated_at=self.now,
            **{**given, **columns},
        )  # fmt: skip


def one_of_each(payment: Transaction) -> Paper:
    """One row of every model of this room, about a payment; how often it is called tells them apart."""
    receipt = Receipt.objects.select_related("account__provider").filter(transaction=payment).earliest("id")
    how_often = Reconciliation.objects.filter(account=receipt.account).count()
    paper = Paper(receipt.account, clock.now() - timedelta(days=how_often))
    match = paper.match(paper.line(number=receipt.provider_transaction_no, amount=receipt.amount), receipt)
    paper.item("missing_in_system", line=paper.line())
    paper.item(
        "fee", line=match.line, match=match, transaction=payment, receipt=receipt, amount=300,
        differences={"fee": {"ours": 2_200, "theirs": 2_500}},
    )  # fmt: skip
    paper.bad_row()
    paper.settlement()
    now, name = paper.now, secrets.token_hex(4)
    ReconciliationRules.objects.get_or_create(account=receipt.account)
    Holiday.objects.get_or_create(day=date(2030, 1, 1) + timedelta(days=Holiday.objects.count()), name_vi=name, name_en=name)
    MappingProfile.objects.create(provider_code="vnpay", name=name, spec={}, created_at=now)
    return paper
