"""What one request says to PostgreSQL: every statement with its time, and the round trips that libpq really made."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass
class Statements:
    """Statements in order of their first appearance: text -> (count, seconds on the clock, seconds of our CPU)."""

    rows: dict[str, list[float]] = field(default_factory=dict)
    round_trips: int = 0

    def note(self, text: str, wall: float, cpu: float) -> None:
        """Add one execution."""
        row = self.rows.setdefault(text, [0, 0.0, 0.0])
        for position, value in enumerate((1, wall, cpu)):
            row[position] += value


@contextmanager
def watched() -> Iterator[Statements]:
    """Watch the default connection until the block ends."""
    found = Statements()
    commit = connection._commit
    connection._commit = _timed(found, "COMMIT", commit)
    connection.ensure_connection()
    with tempfile.TemporaryFile() as trace:
        connection.connection.pgconn.trace(trace.fileno())
        try:
            with connection.execute_wrapper(_Watch(found)):
                yield found
        finally:
            connection.connection.pgconn.untrace()
            connection._commit = commit
        trace.seek(0)
        found.round_trips = sum(1 for line in trace if re.search(rb"\tF\t\d+\t(Sync|Query)\b", line))


class _Watch:
    def __init__(self, found: Statements) -> None:
        self._found = found

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        return _timed(self._found, shorten(sql), execute)(sql, params, many, context)


def _timed(found: Statements, text: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            return function(*arguments)
        finally:
            found.note(text, time.perf_counter() - wall, time.thread_time() - cpu)

    return run


def shorten(sql: str) -> str:
    """One line: the verb, the tables, and not the columns."""
    text = " ".join(str(sql).split())
    text = re.sub(r"^SELECT .*? FROM ", "SELECT ... FROM ", text)
    text = re.sub(r"^(INSERT INTO \S+( AS \w+)?) \(.*?\) ", r"\1 (...) ", text)
    text = re.sub(r"(%s, )+%s", "...", text).replace('"', "")
    text = re.sub(r"VALUES \(\.\.\.\)(, \(\.\.\.\))*", "VALUES (...)", text)
    text = re.sub(r"s\d+_x\d+", "savepoint", text)
    return text if len(text) <= 110 else text[:107] + "..."
