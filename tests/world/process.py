"""Processes of the service as the world runs them: in threads with connections of their own, killed or held at a statement.

A process dies at a statement or at a named fault point by ``Crash``, which nothing in the service catches: its database
transaction is rolled back, its connection is closed and what it had in memory is gone, as after SIGKILL. Two processes meet
when the first is held before a statement while the second runs until it has ended or waits for a lock of the first.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg.pq import TransactionStatus

_LONGEST = 20.0
_POLL = 0.002
_WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)\b")
_here = threading.local()


class Crash(SystemExit):
    """The process is gone. asyncio, Django and the service let SystemExit through wherever it comes up."""


class Stuck(Exception):
    """A process neither ended nor waits for a lock of the other."""


@dataclass
class Process:
    """One run of something. ``die_at`` and ``hold_at`` count statements, ``die_begin`` only those before which something was
    committed, ``die_point`` counts fault points."""

    name: str
    die_at: int = 0
    die_begin: int = 0
    die_point: int = 0
    hold_at: int = 0
    statements: int = 0
    beginnings: int = 0
    has_written: bool = False
    points: list[str] = field(default_factory=list)
    pids: set[int] = field(default_factory=set)
    died: str = ""
    held: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event | None = None

    def statement(self, sql: str) -> None:
        """Called before every statement of the process."""
        info = connection.connection.info
        self.pids.add(info.backend_pid)
        if self.died:
            raise Crash(self.died)
        if self.gate is not None:
            self.gate.wait(_LONGEST)
        self.statements += 1
        begins = self.has_written and info.transaction_status is TransactionStatus.IDLE
        self.beginnings += begins
        self.has_written = (self.has_written and not begins) or bool(_WRITES.search(sql))
        if self.statements == self.die_at or (begins and self.beginnings == self.die_begin):
            self.die(f"statement {self.statements}: {' '.join(sql.split())[:60]}")
        if self.statements == self.hold_at:
            self.held.set()
            if not self.go.wait(_LONGEST):
                raise Stuck(self.name)

    def point(self, name: str) -> None:
        """Called at every fault point."""
        self.points.append(name)
        if len(self.points) == self.die_point:
            self.die(name)

    def die(self, where: str) -> None:
        """Stop here for good; other threads of the process stop at their next statement."""
        self.died = where
        raise Crash(where)


@dataclass(frozen=True)
class End:
    """How a process ended: with a value, by a crash, or with an error that nobody caught."""

    value: Any = None
    crash: str = ""
    error: BaseException | None = None

    @property
    def ok(self) -> bool:
        return not self.crash and self.error is None


def current() -> Process | None:
    """The process that this thread works for."""
    return getattr(_here, "process", None)


def work_for(process: Process | None) -> None:
    """This thread works for ``process`` from now on."""
    _here.process = process


def at_fault_point(name: str) -> None:
    """Stands in the place of ``payments_site.kernel.faults.fault_point``."""
    process = current()
    if process is not None:
        process.point(name)


def watch_this_thread() -> None:
    """Let every statement of this thread's connection ask its process first."""

    def before(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        process = current()
        if process is not None:
            process.statement(sql)
        return execute(sql, params, many, context)

    connection.ensure_connection()
    connection.execute_wrappers.append(before)


def hang_up() -> None:
    """Close this thread's connection; it is looked up in the thread that calls."""
    connection.close()


class Hand:
    """A thread in which processes run one after another."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._thread.submit(watch_this_thread).result(_LONGEST)

    def begin(self, process: Process, work: Callable[[], Any]) -> Future[End]:
        """Run ``work`` as ``process``; never raises."""
        return self._thread.submit(_run, process, work)

    def close(self) -> None:
        """Close its connection and end the thread."""
        self._thread.submit(hang_up).result(_LONGEST)
        self._thread.shutdown()


def _run(process: Process, work: Callable[[], Any]) -> End:
    work_for(process)
    try:
        return End(value=work())
    except Crash as crash:
        return End(crash=str(crash))
    except BaseException as error:  # noqa: BLE001 - the world judges it
        return End(error=error)
    finally:
        work_for(None)
        if process.died:
            connection.close()


def waits_for_lock(pids: set[int]) -> bool:
    """Whether any of these connections waits for a lock of another one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(bool_or(cardinality(pg_blocking_pids(p)) > 0), false) FROM unnest(%s::int[]) p", [list(pids)]
        )
        return bool(cursor.fetchone()[0])


def until(done: Callable[[], bool], what: str) -> None:
    """Wait for something that happens in another thread. Raises ``Stuck``."""
    deadline = time.monotonic() + _LONGEST
    while not done():
        if time.monotonic() > deadline:
            raise Stuck(what)
        time.sleep(_POLL)


def meet(
    left: Hand, right: Hand, first: tuple[Process, Callable[[], Any]], second: tuple[Process, Callable[[], Any]]
) -> list[End]:
    """The second runs while the first is held (``hold_at``); afterwards one after the other, as far as their locks let them."""
    held, other = first[0], second[0]
    ends = [left.begin(*first)]
    until(lambda: held.held.is_set() or ends[0].done(), held.name)
    ends.append(right.begin(*second))
    until(lambda: ends[1].done() or waits_for_lock(other.pids), other.name)
    if not ends[1].done():
        other.gate = threading.Event()  # what it does after the lock, it does after the first has ended
    held.go.set()
    until(lambda: ends[0].done() or waits_for_lock(held.pids), held.name)
    if other.gate is not None:
        other.gate.set()
    return [end.result(_LONGEST) for end in ends]
