"""Child `admin_data ROWS`: fill a migrated, seeded database with a year of payments for the admin benchmark.

SQL makes the rows (`sql/admin/`); Python makes only what needs keys: sealed payers, keyed hashes of e-mail, telephone and words.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ProviderAccount
from tenants.services.accounts import create_account
from tenants.services.projects import create_project
from tenants.services.tenants import create_tenant
from transactions.personal import email_index, fresh_key, phone_index, seal_json, search_terms

PROJECTS, TENANTS_EACH = 4, 5
RARE, UNCOMMON = "Zuzana", "Quỳnhanh"  # one payer of all; 20 in 100,000
_SQL = Path(__file__).with_name("sql") / "admin"
_FAMILIES = {
    "Nguyễn": 38, "Trần": 11, "Lê": 10, "Phạm": 7, "Hoàng": 5, "Phan": 5, "Vũ": 4, "Đặng": 3, "Bùi": 3, "Đỗ": 2,
    "Hồ": 2, "Ngô": 2,
}  # fmt: skip
_MIDDLES = ("Văn", "Thị", "Hữu", "Đức", "Minh", "Ngọc", "Thanh", "Quang", "Hoài", "Bảo", "Gia", "Kim", "Xuân", "Thu")
_GIVEN = (
    "An", "Anh", "Bình", "Châu", "Chi", "Dũng", "Dương", "Giang", "Hà", "Hải", "Hạnh", "Hiếu", "Hoa", "Huy",
    "Hương", "Khánh", "Khoa", "Lan", "Linh", "Long", "Mai", "Nam", "Nga", "Nhung", "Phong", "Phúc", "Phương", "Quân",
    "Quỳnh", "Sơn", "Tâm", "Thảo", "Thủy", "Trang", "Trung", "Tuấn", "Tùng", "Vân", "Vy", "Yến",
)  # fmt: skip
# Two sessions at a time; what belongs to the newest payments only ("detailed") comes last.
_WHOLE = ("transactions_datakey", "transactions_paymentattempt", "transactions_receipt", "transactions_moneyissue")
_DETAILED = ("transactions_transactionevent", "webhooks_callbackdelivery", "webhooks_providernotification", "audit_auditentry")
_SEQUENCED = ("transactions_transaction", *_WHOLE, *_DETAILED)
_SLICE = 500_000


def main(rows: str) -> None:
    """All of it, saying on stderr how long each step took."""
    _Build(int(rows)).run()


def detailed(rows: int) -> int:
    """How many of the newest payments have events, callbacks, notices and audit entries as well."""
    return max(rows // 10, min(rows, 10_000))


class _Build:
    def __init__(self, rows: int) -> None:
        self._rows, self._began = rows, time.monotonic()
        self._url = os.environ["DATABASE_URL"]

    def run(self) -> None:
        self._helpers()
        with self._session() as session:
            indexes = take_indexes(session, _SEQUENCED)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._load, (("transactions_transaction",), (*_WHOLE, *_DETAILED))))
        # The largest first, so that the two sessions end together.
        indexes.sort(key=lambda row: "gin" not in row[1])
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._index, indexes))
        with self._session() as session:
            for table, _make, name, constraint in indexes:
                if constraint:
                    session.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" UNIQUE USING INDEX "{name}"')
            for table in _SEQUENCED:
                session.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._vacuum, (("transactions_transaction",), (*_WHOLE, *_DETAILED))))
        self._say("made")

    def _session(self) -> psycopg.Connection[Any]:
        session = psycopg.connect(self._url, autocommit=True)
        for setting in (
            "session_replication_role = replica",
            "maintenance_work_mem = '1GB'",
            "work_mem = '256MB'",
            "timezone = 'UTC'",
        ):
            session.execute(f"SET {setting}")
        return session

    def _say(self, text: str) -> None:
        sys.stderr.write(f"  {time.monotonic() - self._began:5.0f} s  {text}\n")
        sys.stderr.flush()

    def _helpers(self) -> None:
        tenants = list(_tenants())
        key, row = fresh_key(clock.now())
        payers = max(1000, self._rows // 50)
        with self._session() as session:
            session.execute((_SQL / "helpers.sql").read_text(encoding="utf-8"))
            now = clock.now()
            session.execute(
                "INSERT INTO bench_base VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    self._rows,
                    detailed(self._rows),
                    now,
                    *map(list, zip(*tenants, strict=True)),
                    bytes(row.wrapped or b""),
                    payers,
                ],
            )
            _copy(session, "bench_payer", _payers(payers, key))
            _copy(session, "bench_number", ((k, search_terms(None, f"{k:04d}")) for k in range(10_000)))
            days = ((now - timedelta(days=back)).date() for back in range(367))
            _copy(session, "bench_day", ((day, f"DH{day:%y%m%d}", search_terms(None, f"DH{day:%y%m%d}")) for day in days))
            session.execute("ANALYZE bench_payer, bench_number, bench_day, bench_base")
        self._say("helpers")

    def _load(self, tables: Sequence[str]) -> None:
        with self._session() as session:
            for table in tables:
                statement = (_SQL / f"{table}.sql").read_text(encoding="utf-8")
                first = self._rows - detailed(self._rows) + 1 if table in _DETAILED else 1
                for low in range(first, self._rows + 1, _SLICE):
                    session.execute(statement, {"lo": low, "hi": min(low + _SLICE - 1, self._rows)})
                self._say(table)

    def _index(self, index: tuple[str, str, str, bool]) -> None:
        with self._session() as session:
            session.execute(index[1])
        self._say(index[2])

    def _vacuum(self, tables: Sequence[str]) -> None:
        with self._session() as session:
            for table in tables:
                session.execute(f"VACUUM (ANALYZE) {table}")
        self._say("vacuumed")


def take_indexes(session: psycopg.Connection[Any], tables: Sequence[str]) -> list[tuple[str, str, str, bool]]:
    """Drop all but the primary keys; (table, statement that makes it, name, whether it is a constraint's)."""
    found: list[tuple[str, str, str, bool]] = session.execute(
        """
        SELECT i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid), i.indexrelid::regclass::text, c.oid IS NOT NULL
        FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
        WHERE NOT i.indisprimary AND i.indrelid = ANY (%s::regclass[])
        """,
        [list(tables)],
    ).fetchall()
    for table, _make, name, constraint in found:
        session.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}" if constraint else f"DROP INDEX {name}")
    return found


def _copy(session: psycopg.Connection[Any], table: str, rows: Iterable[Sequence[Any]]) -> None:
    with session.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _tenants() -> Iterator[tuple[int, str, int]]:
    """(row, public id, account) of the tenants, each with a VNPay account."""
    for p in range(PROJECTS):
        project = create_project(code=f"BENCH{p}", name=f"Bench {p}", actor=SYSTEM, now=clock.now())
        for t in range(TENANTS_EACH):
            made = create_tenant(
                project_id=project.public_id,
                app_code=f"app{t}",
                name=f"Cửa hàng {p}.{t}",
                callback_url="",
                actor=SYSTEM,
                now=clock.now(),
            )
            account: ProviderAccount = create_account(
                provider_code="vnpay",
                environment="sandbox",
                credentials={"tmn_code": f"BENCH{p}{t}0", "hash_secret": "0" * 32},
                tenant_id=made.tenant.public_id,
                actor=SYSTEM,
                now=clock.now(),
            )
            yield made.tenant.pk, made.tenant.public_id, account.pk


def payer_info(k: int) -> dict[str, str]:
    """Who payer k is."""
    chance = random.Random(k)
    [family] = chance.choices(list(_FAMILIES), list(_FAMILIES.values()))
    given = RARE if k == 1 else UNCOMMON if k % 5000 == 2 else chance.choice(_GIVEN)
    name = f"{family} {chance.choice(_MIDDLES)} {given}"
    return {"name": name, "email": f"payer{k}@example.vn", "phone": f"09{k:08d}"}


def _payers(count: int, key: bytes) -> Iterator[tuple[Any, ...]]:
    for k in range(1, count + 1):
        info = payer_info(k)
        sealed = seal_json({"customer_info": info, "customer_ip": "203.0.113.7"}, key)
        yield k, search_terms(info, ""), email_index(info["email"]), phone_index(info["phone"]), sealed
