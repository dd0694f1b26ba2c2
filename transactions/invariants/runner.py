"""Asking the laws: of everything, of the payments of a time, of some tenants; always of one moment, and without writing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from transactions.invariants.law import Law
from transactions.invariants.laws import LAWS
from transactions.lifecycle import Status, moves
from transactions.messages import CALLED_BACK

# Word of a law -> its table and the column that names the payment.
_TABLES = {
    "PAYMENTS": ("transactions_transaction", "id"),
    "EVENTS": ("transactions_transactionevent", "transaction_id"),
    "ATTEMPTS": ("transactions_paymentattempt", "transaction_id"),
    "RECEIPTS": ("transactions_receipt", "transaction_id"),
    "REFUNDS": ("transactions_refund", "transaction_id"),
    "ISSUES": ("transactions_moneyissue", "transaction_id"),
    "DELIVERIES": ("webhooks_callbackdelivery", "transaction_id"),
}
# Those that are few, or belong to no payment, are narrowed to tenants only.
_OTHERS = {
    "NOBODYS": "(SELECT x.* FROM transactions_receipt x JOIN tenants_provideraccount o ON o.id = x.account_id"
    " WHERE x.transaction_id IS NULL AND (%(tenants)s::bigint[] IS NULL OR o.tenant_id = ANY(%(tenants)s::bigint[])))",
    "KEYS": "(SELECT * FROM transactions_idempotencyrecord"
    " WHERE %(tenants)s::bigint[] IS NULL OR tenant_id = ANY(%(tenants)s::bigint[]))",
    "VOLUMES": "(SELECT * FROM transactions_dailyvolume"
    " WHERE (%(tenants)s::bigint[] IS NULL OR tenant_id = ANY(%(tenants)s::bigint[]))"
    " AND day >= coalesce(DAY(%(since)s::timestamptz), '-infinity'::date))",
}
_WORD = re.compile(rf"\b({'|'.join([*_TABLES, *_OTHERS])})\b")
_DAY = re.compile(r"\bDAY\(((?:[^()]|\([^()]*\))*)\)")
# Every payment that was made or had an event since: nothing changes a payment without one.
_TOUCHED = """
SELECT t.id FROM transactions_transaction t
WHERE (%(tenants)s::bigint[] IS NULL OR t.tenant_id = ANY(%(tenants)s::bigint[]))
    AND (%(since)s::timestamptz IS NULL OR t.id IN (
        SELECT e.transaction_id FROM transactions_transactionevent e WHERE e.created_at >= %(since)s::timestamptz))
"""
DEFAULT_ROWS = 100


class UnknownLaw(Exception):
    """There is no law of this name."""


@dataclass(frozen=True)
class Finding:
    """One row that breaks a law: its id, what it should be and what it is."""

    row: str
    expected: str
    found: str


@dataclass(frozen=True)
class Broken:
    """A law and the rows that break it, at most as many as were asked for (``more``: there are more)."""

    law: Law
    rows: tuple[Finding, ...]
    more: bool


def check(
    *,
    now: datetime,
    since: datetime | None = None,
    tenants: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    rows: int = DEFAULT_ROWS,
) -> list[Broken]:
    """The laws that do not hold, each with up to ``rows`` rows; [] where all is well.

    ``since`` looks only at payments that were made or had an event since then; ``tenants`` (public ids) only at theirs; ``names``
    asks only these laws. All are asked of one snapshot, so payments may be made meanwhile. Raises ``UnknownLaw``.
    """
    asked = [law for law in LAWS if names is None or law.name in names]
    if names is not None and (unknown := set(names) - {law.name for law in asked}):
        raise UnknownLaw(", ".join(sorted(unknown)))
    with _snapshot(), connection.cursor() as cursor:
        parameters = _parameters(cursor, now, since, tenants)
        narrowed = parameters["payments"] is not None
        broken = []
        for law in asked:
            found = _ask(cursor, law, parameters, narrowed=narrowed, rows=rows)
            if found:
                broken.append(Broken(law, tuple(found[:rows]), more=len(found) > rows))
    return broken


def query_of(law: Law, *, narrowed: bool) -> str:
    """The law as PostgreSQL is asked it."""
    return _DAY.sub(r"(\1 AT TIME ZONE 'Asia/Ho_Chi_Minh')::date", _WORD.sub(lambda word: _table(word[1], narrowed), law.sql))


def _ask(cursor: Any, law: Law, parameters: dict[str, Any], *, narrowed: bool, rows: int) -> list[Finding]:
    cursor.execute(f"{query_of(law, narrowed=narrowed)} LIMIT {int(rows) + 1}", parameters)
    return [Finding(str(row or "?"), str(expected), str(found)) for row, expected, found in cursor.fetchall()]


def _table(word: str, narrowed: bool) -> str:
    if word in _OTHERS:
        return _OTHERS[word]
    table, column = _TABLES[word]
    if not narrowed:
        return table
    return f"(SELECT * FROM {table} WHERE {column} IN (SELECT unnest(%(payments)s::bigint[])))"  # noqa: S608 fixed names


def _parameters(cursor: Any, now: datetime, since: datetime | None, tenants: Sequence[str] | None) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "now": now, "since": since, "tenants": None, "payments": None, "moves": _moves(), "called_back": sorted(CALLED_BACK),
    }  # fmt: skip
    if tenants is not None:
        cursor.execute("SELECT id FROM tenants_tenant WHERE public_id = ANY(%s::text[])", [list(tenants)])
        parameters["tenants"] = [row[0] for row in cursor.fetchall()]
    if since is not None or tenants is not None:
        cursor.execute(_TOUCHED, parameters)
        parameters["payments"] = [row[0] for row in cursor.fetchall()]
    return parameters


def _moves() -> list[str]:
    """Every change of status that the table of states knows, and the beginning."""
    return [f">{Status.PENDING}", *sorted(f"{before}>{after}" for before, after in moves())]


@contextmanager
def _snapshot() -> Iterator[None]:
    """One moment for all laws, and nothing can be written; inside somebody's database transaction it is that one's moment."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # Hashes and sorts of millions of rows, for these queries only.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        yield
