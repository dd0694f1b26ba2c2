"""Callbacks a second: the drain beside a Celery task a callback, to a receiver that answers at once and to one that takes 50 ms.

On both sides the work waits in its queue before the clock starts, and the clock stops when the database says that all of it is
delivered.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

from benchmarks import celery_peer
from benchmarks.machine import machine
from benchmarks.options import Options
from benchmarks.report import Row
from benchmarks.stack import Stack

Measured = tuple[list[Row], list[tuple[str, str]], dict[str, Any]]

# Processes of the peer's worker: more do not help it when the receiver is quick, and do when it is slow.
PEER_PROCESSES = {"fast": 8, "slow": 32}
_GATES = {"fast": (5.0, 10.0), "slow": (4.0, 8.0)}
_PEER_SHARE = 4  # the peer gets a quarter of the callbacks: rates are compared, and nobody should wait for it
_PATIENCE = 180.0


class Drain:
    """Ours: `manage.py drain_callbacks` as it runs in production; deliveries fall due all at once."""

    def __init__(self, stack: Stack, database: Any, number: int, base: str) -> None:
        self._database, self._number, self._base = database, number, base
        stack.run("-m", "benchmarks.child", "due", str(number), stack.create_path, stack.demo["api_key"])
        self.process = stack.spawn("drain", sys.executable, "manage.py", "drain_callbacks", CALLBACK_REQUIRE_HTTPS="false")
        time.sleep(3)

    def run(self, kind: str) -> float:
        """Callbacks a second."""
        execute = self._database.execute
        later = "UPDATE webhooks_callbackdelivery SET status = 'pending', url = %s, next_attempt_at = now() + interval '1 day'"
        execute(later + ", delivered_at = NULL", [f"{self._base}/{kind}"])
        execute("VACUUM ANALYZE webhooks_callbackdelivery")
        begun = time.perf_counter()
        execute("UPDATE webhooks_callbackdelivery SET next_attempt_at = now()")
        _wait(
            lambda: not _number(execute("SELECT count(*) FROM webhooks_callbackdelivery WHERE status = 'pending'")), self.process
        )
        seconds = time.perf_counter() - begun
        delivered = _number(execute("SELECT count(*) FROM webhooks_callbackdelivery WHERE status = 'delivered'"))
        assert delivered == self._number, f"{delivered} of {self._number} delivered"
        return self._number / seconds


class Peer:
    """Celery: one task a callback. A worker of its own for each kind of receiver; its tasks wait in the queue beforehand."""

    def __init__(self, stack: Stack, database: Any, number: int, base: str) -> None:
        self._stack, self._database, self._number, self._base = stack, database, number, base
        self._app, self._task = celery_peer.app, celery_peer.deliver
        self._app.conf.broker_url = celery_peer.broker(stack.environ["REDIS_URL"])
        database.execute(celery_peer.TABLES)
        self._fill(stack.demo["callback_secret"])
        self.workers = {kind: self._worker(kind, processes) for kind, processes in PEER_PROCESSES.items()}

    def run(self, kind: str) -> float:
        """Callbacks a second."""
        execute, queue = self._database.execute, f"peer_{kind}"
        execute("UPDATE peer.delivery SET status = 'pending', url = %s", [f"{self._base}/{kind}"])
        execute("VACUUM ANALYZE peer.delivery")
        with self._app.connection_for_write() as connection, self._app.amqp.Producer(connection) as producer:
            for number in range(1, self._number + 1):
                self._task.apply_async([number], queue=queue, producer=producer)
        begun = time.perf_counter()
        self._app.control.add_consumer(queue, destination=[f"{kind}@bench"])
        _wait(lambda: not _number(execute("SELECT count(*) FROM peer.delivery WHERE status = 'pending'")), self.workers[kind])
        seconds = time.perf_counter() - begun
        self._app.control.cancel_consumer(queue, destination=[f"{kind}@bench"], reply=True, timeout=5)
        return self._number / seconds

    def _fill(self, secret: str) -> None:
        body = b"x" * 620  # as long as the service's own
        insert = (
            "INSERT INTO peer.delivery (id, event_id, url, secret, body, status, attempts)"
            " SELECT n, 'evt_' || n, '', %s, %s, 'pending', 0 FROM generate_series(1, %s) AS n"
        )
        self._database.execute(insert, [secret, body, self._number])

    def _worker(self, kind: str, processes: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A", "benchmarks.celery_peer", "worker"]
        command += ["--concurrency", str(processes), "--without-gossip", "--without-mingle", "--without-heartbeat"]
        process = self._stack.spawn(f"peer-{kind}", *command, "-n", f"{kind}@bench", "-Q", f"idle_{kind}", "-l", "WARNING")
        deadline = time.monotonic() + 60
        while not self._app.control.ping(destination=[f"{kind}@bench"], timeout=1):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the Celery worker does not answer:\n{(self._stack.place / f'peer-{kind}.log').read_text()}")
        return process


def callbacks(stack: Stack, options: Options) -> Measured:
    """Both receivers, both senders, alternately."""
    base = start_receiver(stack, "receiver")
    with psycopg.connect(stack.environ["DATABASE_URL"], autocommit=True) as database:
        ours = Drain(stack, database, options.callbacks, base)
        peer = Peer(stack, database, max(options.callbacks // _PEER_SHARE, 1), base)
        rates = _interleaved(ours, peer, options)
    rows = [_row(kind, *rates[kind]) for kind in _GATES]
    return rows, [], {"machine": machine(stack.bin_dir), "peer_processes": PEER_PROCESSES}


def start_receiver(stack: Stack, name: str) -> str:
    """A merchant's server, up; its address."""
    port_file = stack.place / f"{name}.port"
    receiver = stack.spawn(name, sys.executable, "-m", "benchmarks.receiver", str(port_file))
    _wait(port_file.exists, receiver)
    return f"http://127.0.0.1:{port_file.read_text()}"


def _interleaved(ours: Drain, peer: Peer, options: Options) -> dict[str, tuple[list[float], list[float]]]:
    rates: dict[str, tuple[list[float], list[float]]] = {kind: ([], []) for kind in _GATES}
    for kind in _GATES:  # connections, caches, prepared statements
        ours.run(kind)
        peer.run(kind)
    for number in range(options.rounds):
        for kind, (mine, theirs) in rates.items():
            mine.append(ours.run(kind))
            theirs.append(peer.run(kind))
            options.say(f"callbacks {number + 1}/{options.rounds} {kind}: {mine[-1]:.0f}/s, Celery {theirs[-1]:.0f}/s")
    return rates


def _row(kind: str, ours: list[float], peer: list[float]) -> Row:
    receiver = "receiver at once" if kind == "fast" else "receiver 50 ms"
    name = f"a Celery task a callback, {PEER_PROCESSES[kind]} processes"
    return Row(f"callbacks, {receiver}", name, ours, peer, *_GATES[kind])


def _number(cursor: Any) -> int:
    return int(cursor.fetchone()[0])


def _wait(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Until it holds; RuntimeError when the process ends before, or it takes too long."""
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the sender ended or did not get done")
        time.sleep(0.02)
