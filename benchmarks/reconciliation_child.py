"""Child `reconciliation_child ROWS ROUNDS PLACE POSTMASTER`: a day of that many payments and lines, beside a bare join.

One JSON document on stdout. Each round does, one after the other: the bare COPY + ANALYZE + join that keeps its pairs; ours (COPY
of the same lines into the table of lines, ANALYZE, the run with every match kept, explained and constrained); a second run of
the same day.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from audit.services import SYSTEM
from benchmarks.memory import Memory
from payments_site.kernel.clock import VIETNAM
from reconciliation.models import Match, Reconciliation, ReconciliationItem, Statement
from reconciliation.services.runs import start, work
from tenants.models import FeeSchedule, ProviderAccount, Tenant
from transactions.personal import fresh_key

DAY = date(2026, 11, 18)
NIGHT = datetime(2026, 11, 19, 3, 0, tzinfo=VIETNAM)
_SQL = Path(__file__).with_name("sql") / "reconciliation"
_LINE_COLUMNS = (
    "statement_id, account_id, line_no, kind, status, number, original_number, reference, memo_references, amount, fee, net,"
    " currency, occurred_at, business_day"
)


def main(rows: str, rounds: str, place: str, postmaster: str) -> None:
    """Fill, measure, print."""
    day = _Day(int(rows), Path(place) / "lines.tsv")
    day.fill()
    memory = Memory(int(postmaster))
    found: dict[str, Any] = {"rows": int(rows), "bare": [], "ours": [], "copy": [], "again": [], "steps": {}}
    for _ in range(int(rounds)):
        found["bare"].append(_timed(day.bare))
        day.empty()
        with memory:
            copied = _timed(day.copy)
            ran = _timed(day.run)
        found["copy"].append(copied)
        found["ours"].append(round(copied + ran, 3))
        found["again"].append(_timed(day.run))
        day.check()
    found["memory_mb"] = memory.peaks()
    sys.stdout.write(json.dumps(found) + "\n")


def _timed(what: Callable[[], None]) -> float:
    began = time.monotonic()
    what()
    return round(time.monotonic() - began, 3)


class _Day:
    def __init__(self, rows: int, path: Path) -> None:
        self.rows, self.path = rows, path

    def fill(self) -> None:
        """One account's payments of one day, and the lines of the provider, of which one in 1,000 is missing or differs."""
        self.account = ProviderAccount.objects.filter(provider__code="vnpay").order_by("pk")[0]
        tenant = Tenant.objects.get(pk=self.account.tenant_id)
        FeeSchedule.objects.update_or_create(
            account=self.account, valid_from=datetime(2026, 1, 1, tzinfo=VIETNAM),
            defaults={"basis_points": 110, "fixed": 1_650, "vat_basis_points": 1_000},
        )  # fmt: skip
        _key, data_key = fresh_key(NIGHT)
        data_key.save()
        self.statement = Statement.objects.create(
            account=self.account, source="upload", state="imported", sha256="0" * 64, file_name="day.csv", size=1,
            data_key=data_key, day_from=DAY, day_to=DAY, created_by="bench", created_by_type="system", created_at=NIGHT,
            updated_at=NIGHT,
        )  # fmt: skip
        values = {"rows": self.rows, "account": self.account.pk, "tenant": tenant.pk, "statement": self.statement.pk}
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # no checks of foreign keys while rows are made
            for name in ("payments", "lines"):
                text = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
                for statement in text.split(";\n"):
                    if statement.strip():
                        cursor.execute(connection.ops.compose_sql(statement, values))
            cursor.execute("RESET session_replication_role")
            with self.path.open("wb") as file, cursor.copy("COPY bench_line TO STDOUT") as copy:
                for block in copy:
                    file.write(block)
            cursor.execute("DROP TABLE bench_line")
            cursor.execute("VACUUM ANALYZE")

    def bare(self) -> None:
        """What any reconciliation in a database must do: read the lines, look at them, join, keep the pairs."""
        with connection.cursor() as cursor:
            columns = f"SELECT {_LINE_COLUMNS} FROM reconciliation_statementline"
            cursor.execute(f"CREATE TABLE bare_line AS {columns} WITH NO DATA")
            cursor.execute("ALTER TABLE bare_line ADD id bigserial")
            self._copy(cursor, "bare_line")
            cursor.execute("ANALYZE bare_line")
            cursor.execute(
                "CREATE TABLE bare_pair AS SELECT l.id AS line, c.id AS receipt, l.amount = c.amount AS same"
                " FROM bare_line l JOIN transactions_receipt c"
                " ON c.account_id = l.account_id AND c.provider_transaction_no = l.number"
            )
            cursor.execute("DROP TABLE bare_pair, bare_line")

    def empty(self) -> None:
        """As if nothing had been reconciled."""
        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE reconciliation_reconciliationitem, reconciliation_match, reconciliation_settlement,"
                " reconciliation_statementline, reconciliation_reconciliation RESTART IDENTITY"
            )

    def copy(self) -> None:
        """The lines, into their table with its keys."""
        with connection.cursor() as cursor:
            self._copy(cursor, "reconciliation_statementline")
            cursor.execute("ANALYZE reconciliation_statementline")

    def _copy(self, cursor: Any, table: str) -> None:
        with self.path.open("rb") as file, cursor.copy(f"COPY {table} ({_LINE_COLUMNS}) FROM STDIN") as copy:
            while block := file.read(1 << 20):
                copy.write(block)

    def run(self) -> None:
        """One run."""
        run = start(account=self.account, day=DAY, cause="command", actor=SYSTEM, now=NIGHT + timedelta(days=7))
        work(run_id=run.pk, now=NIGHT + timedelta(days=7))

    def check(self) -> None:
        """A fast engine that finds the wrong things is none: counts of what was planted."""
        runs = list(Reconciliation.objects.order_by("pk"))
        odd = self.rows // 1_000
        kinds = dict.fromkeys(("amount", "missing_at_provider", "missing_in_system", "fee"), odd)
        assert runs[0].counts["by_type"] == kinds, runs[0].counts
        assert runs[0].matched == self.rows - odd
        assert runs[1].changes == []
        assert Match.objects.filter(undone_at=None).count() == self.rows - odd
        assert ReconciliationItem.objects.count() == 4 * odd
