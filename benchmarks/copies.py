"""Child `copies PAYMENTS`: copy the rows of all payments, set by set, until there are so many; each set a while before the last.

Keys of rows are moved by the same distance everywhere, public ids get another end wherever they are written (columns and JSON),
and so do the names that have to be unique. Nothing is known here of what a row means: what was lawful in the originals is so in
the copies.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks.admin_data import take_indexes

_TABLES = (
    "transactions_datakey", "transactions_transaction", "transactions_paymentattempt", "transactions_receipt",
    "transactions_transactionevent", "webhooks_providernotification", "webhooks_callbackdelivery", "webhooks_callbackattempt",
    "audit_auditentry",
)  # fmt: skip
# Names that are unique within a tenant, account or provider, and what repeats them.
_NAMED = frozenset({
    "order_id", "provider_order_id", "provider_reference", "provider_transaction_id", "provider_transaction_no",
})  # fmt: skip
_PUBLIC_ID = r"((?:txn|att|rcp|evt|whk|cb)_[0-9a-z]{20})[0-9a-z]{6}"
_SETS_AT_ONCE = 250
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL), f.confrelid::regclass::text
FROM pg_attribute a LEFT JOIN pg_constraint f ON f.contype = 'f' AND f.conrelid = a.attrelid AND f.conkey = ARRAY[a.attnum]
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
# What counts against the limits of a day: what is open or paid.
_VOLUMES = """
INSERT INTO transactions_dailyvolume (tenant_id, day, amount)
SELECT tenant_id, (created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, sum(amount) FROM transactions_transaction
WHERE status NOT IN ('failed', 'cancelled', 'expired') GROUP BY 1, 2
"""


@dataclass(frozen=True)
class _Plan:
    """How far apart the keys of two sets are in each table, and how far apart in time the sets are."""

    strides: dict[str, int]
    seconds: int


def main(payments: str) -> None:
    """Copy, make the indexes anew, count the days' volumes."""
    began = time.monotonic()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as session:
        for setting in ("session_replication_role = replica", "maintenance_work_mem = '512MB'", "timezone = 'UTC'"):
            session.execute(f"SET {setting}")
        sets = int(payments) // _number(session, "SELECT count(*) FROM transactions_transaction")
        plan = _Plan({name: _number(session, f"SELECT max(id) FROM {name}") for name in _TABLES}, 365 * 86400 // max(sets, 1))
        indexes = take_indexes(session, _TABLES)
        for name in _TABLES:
            _copy(session, name, plan, sets)
            _say(began, name)
        for name, make, index, is_constraint in indexes:
            session.execute(make)
            if is_constraint:
                session.execute(f'ALTER TABLE {name} ADD CONSTRAINT "{index}" UNIQUE USING INDEX "{index}"')
        _say(began, "indexes")
        session.execute("DELETE FROM transactions_dailyvolume")
        session.execute(_VOLUMES)
        session.execute("VACUUM ANALYZE")
    _say(began, "vacuumed")


def _copy(session: Any, table: str, plan: _Plan, sets: int) -> None:
    columns = session.execute(_COLUMNS, [table]).fetchall()
    values = [_value(session, table, plan, *column) for column in columns]
    names = ", ".join(f'"{name}"' for name, _, _ in columns)
    session.execute(f"CREATE TEMP TABLE original AS SELECT * FROM {table}")
    copy = f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM original o, generate_series(%s::int, %s::int) AS k"
    for low in range(1, sets, _SETS_AT_ONCE):
        session.execute(copy, [low, min(low + _SETS_AT_ONCE, sets) - 1])
    session.execute("DROP TABLE original")
    session.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def _value(session: Any, table: str, plan: _Plan, name: str, kind: str, refers_to: str | None) -> str:
    """The SQL of a column of copy `k`. It must not hold a percent sign."""
    column = f'o."{name}"'
    if name == "id" or refers_to in plan.strides:
        return f"{column} + k * {plan.strides[table if name == 'id' else str(refers_to)]}"
    if kind == "timestamp with time zone":
        return f"{column} - k * interval '{plan.seconds} seconds'"
    if name in _NAMED:
        return f"{column} || '-' || k"
    if kind in ("character varying", "text", "jsonb") and _has_ids(session, table, name):
        moved = f"regexp_replace({column}::text, '{_PUBLIC_ID}', '\\1' || lpad(to_hex(k), 6, '0'), 'g')"
        return f"({moved})::jsonb" if kind == "jsonb" else moved
    return column


def _has_ids(session: Any, table: str, name: str) -> bool:
    found = session.execute(f'SELECT EXISTS (SELECT FROM {table} WHERE "{name}"::text ~ %s)', [_PUBLIC_ID]).fetchone()
    return bool(found[0])


def _number(session: Any, query: str) -> int:
    return int(session.execute(query).fetchone()[0])


def _say(began: float, text: str) -> None:
    sys.stdout.write(f"  {time.monotonic() - began:5.0f} s  {text}\n")
