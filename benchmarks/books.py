"""How long the audit of the books takes on many payments: `manage.py check_invariants` on rows that keep every law.

Two hundred payments go through the service itself (created, paid, failed, expired; callbacks delivered); a child then copies
their rows in SQL, whole sets at a time, so that what is lawful stays so. A run that finds a law broken is no measurement.
"""

from __future__ import annotations

import json
import re
import sys
import time
from typing import Any

import psycopg

from benchmarks.callbacks import start_receiver
from benchmarks.machine import machine
from benchmarks.options import Options
from benchmarks.report import table
from benchmarks.stack import Stack

_COUNTED = (
    "transactions_transaction", "transactions_paymentattempt", "transactions_receipt", "transactions_transactionevent",
    "webhooks_callbackdelivery", "webhooks_callbackattempt", "webhooks_providernotification", "audit_auditentry",
)  # fmt: skip
_ELSEWHERE = "UPDATE {table} SET {column} = %s WHERE {column} LIKE '%%/hook'"
_RUNS = {"everything": (), "the last 36 hours": ("--since", "36h")}


def books(payments: int, _options: Options) -> dict[str, Any]:
    """Make them, then ask three times: all of it and the last 36 hours."""
    with Stack() as stack:
        _templates(stack)
        began = time.perf_counter()
        sys.stderr.write(stack.run("-m", "benchmarks.child", "copies", str(payments)))
        made = time.perf_counter() - began
        with psycopg.connect(stack.environ["DATABASE_URL"]) as database:
            rows = {name: _number(database, f"SELECT count(*) FROM {name}") for name in _COUNTED}
            size = _number(database, "SELECT pg_database_size(current_database())")
        seconds = {name: [_ask(stack, arguments) for _ in range(3)] for name, arguments in _RUNS.items()}
        laws = _laws(stack)
        found = {"rows": rows, "made_seconds": made, "bytes": size, "seconds": seconds, "laws": laws}
        return {**found, "machine": machine(stack.bin_dir)}


def printed(found: dict[str, Any]) -> str:
    """As tables."""
    total = sum(found["rows"].values())
    lines = [", ".join(f"{name} {value}" for name, value in found["machine"].items()), ""]
    lines.append(f"{total:,} rows made in {found['made_seconds']:.0f} s, {found['bytes'] / 1e9:.1f} GB")
    lines.append(table(["Table", "rows"], [[name, f"{number:,}"] for name, number in found["rows"].items()]))
    runs = [[name, *(f"{one:.1f} s" for one in seconds)] for name, seconds in found["seconds"].items()]
    lines += ["", table(["All laws, of", "first", "second", "third"], runs)]
    slowest = sorted(found["laws"].items(), key=lambda law: -law[1])[:12]
    return "\n".join([*lines, "", table(["Law by itself", "time"], [[name, f"{seconds:.1f} s"] for name, seconds in slowest])])


def _templates(stack: Stack) -> None:
    listing = stack.place / "spec.json"
    listing.write_text(json.dumps({"path": stack.create_path, "api_key": stack.demo["api_key"], "notify": stack.notify_path,
                                   "keys": stack.vnpay_keys}))  # fmt: skip
    stack.run("-m", "benchmarks.child", "templates", str(listing))
    hook = f"{start_receiver(stack, 'receiver')}/fast"
    with psycopg.connect(stack.environ["DATABASE_URL"], autocommit=True) as database:
        database.execute(_ELSEWHERE.format(table="transactions_transaction", column="callback_url"), [hook])
        database.execute(_ELSEWHERE.format(table="webhooks_callbackdelivery", column="url"), [hook])
    stack.run("manage.py", "drain_callbacks", "--once", CALLBACK_REQUIRE_HTTPS="false")


def _ask(stack: Stack, arguments: tuple[str, ...]) -> float:
    """Seconds of the whole command, start of Python included. RuntimeError where a law does not hold."""
    began = time.perf_counter()
    said = stack.run("manage.py", "check_invariants", *arguments)
    assert re.search(r"^(\d+) of \1 laws hold$", said, re.MULTILINE), said
    return time.perf_counter() - began


def _laws(stack: Stack) -> dict[str, float]:
    found: dict[str, float] = json.loads(stack.run("-m", "benchmarks.child", "laws"))
    return found


def _number(database: Any, query: str) -> int:
    return int(database.execute(query).fetchone()[0])
