"""How late a healthy endpoint's callbacks come, alone and beside a dead endpoint with a long queue.

The healthy endpoint's fall due one after the other, evenly, as payments are paid; the dead one's lie there already and are all
due when the clock starts. Dead means: it takes the connection and never answers, so each try lasts until the timeout. The drain
is a new process each time and learns only by trying that the other is dead.
"""

from __future__ import annotations

import sys
import time
from statistics import median, quantiles
from typing import Any

import psycopg

from benchmarks.callbacks import start_receiver
from benchmarks.machine import machine
from benchmarks.options import Options
from benchmarks.report import Row
from benchmarks.stack import Stack

Measured = tuple[list[Row], list[tuple[str, str]], dict[str, Any]]

PER_SECOND, DEAD_QUEUE, TIMEOUT_SECONDS = 50, 2000, 3
_READY_SECONDS, _PATIENCE = 4.0, 60.0
# Within 20 % as a ratio of rates: the delay alone over the delay beside the dead one.
_GATE, _GOAL = 1 / 1.2, 1 / 1.05
_LATER = """
UPDATE webhooks_callbackdelivery SET status = 'pending', tries_before = attempts, delivered_at = NULL, failed_at = NULL,
    url = %s, next_attempt_at = now() + interval '1 day'
"""
_PLAN = "CREATE TABLE bench_due (delivery_id bigint PRIMARY KEY, due timestamptz NOT NULL)"
_EVENLY = """
INSERT INTO bench_due SELECT id, now() + interval '1 second' * (1 + row_number() OVER (ORDER BY id) / %s::numeric)
FROM webhooks_callbackdelivery ORDER BY id LIMIT %s
"""
_DUE = """
UPDATE webhooks_callbackdelivery AS delivery SET url = %s, next_attempt_at = due FROM bench_due WHERE delivery_id = delivery.id
"""
_DEAD_DUE = """
UPDATE webhooks_callbackdelivery SET url = %s, next_attempt_at = now()
WHERE NOT EXISTS (SELECT FROM bench_due WHERE delivery_id = id)
"""
_LEFT = "SELECT count(*) FROM bench_due JOIN webhooks_callbackdelivery AS d ON d.id = delivery_id WHERE d.status <> 'delivered'"
# When the receiver had it: the try began and took so long.
_DELAYS = """
SELECT extract(epoch FROM (SELECT max(started_at + interval '1 millisecond' * duration_ms) FROM webhooks_callbackattempt AS a
    WHERE a.delivery_id = b.delivery_id AND a.response_status = 200) - due) * 1000 FROM bench_due AS b
"""
_TRIED = """
SELECT count(DISTINCT delivery_id) FROM webhooks_callbackattempt AS a
WHERE response_status IS NULL AND NOT EXISTS (SELECT FROM bench_due AS b WHERE b.delivery_id = a.delivery_id)
"""


def beside(stack: Stack, options: Options) -> Measured:
    """Alone and beside the dead one, by turns."""
    healthy, dead = (start_receiver(stack, name) for name in ("healthy", "dead"))
    number = max(round(options.seconds * PER_SECOND), PER_SECOND)
    stack.run("-m", "benchmarks.child", "due", str(number + DEAD_QUEUE), stack.create_path, stack.demo["api_key"])
    delays: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    with psycopg.connect(stack.environ["DATABASE_URL"], autocommit=True) as database:
        database.execute(_PLAN)
        for turn in range(options.rounds):
            for is_beside in (False, True):
                found = _run(stack, database, number, f"{healthy}/fast", f"{dead}/dead" if is_beside else "")
                delays[is_beside].append(found)
            alone, both = delays[False][-1], delays[True][-1]
            options.say(f"beside {turn + 1}/{options.rounds}: p50 {alone['p50']:.0f} ms alone, {both['p50']:.0f} ms beside")
        tried = database.execute(_TRIED).fetchone()
    assert tried is not None
    if not tried[0]:
        raise RuntimeError("the dead endpoint was never tried: nothing was beside the healthy one")
    raw = {"machine": machine(stack.bin_dir), "alone": delays[False], "beside": delays[True]}
    return _rows(delays), _details(delays, tried[0]), raw


def _run(stack: Stack, database: Any, number: int, healthy: str, dead: str) -> dict[str, float]:
    """Delays of one run in ms. RuntimeError unless every healthy one is delivered."""
    database.execute("TRUNCATE bench_due")
    database.execute(_LATER, [healthy])
    drain = stack.spawn(
        "drain", sys.executable, "manage.py", "drain_callbacks",
        CALLBACK_REQUIRE_HTTPS="false", CALLBACK_TIMEOUT_SECONDS=str(TIMEOUT_SECONDS),
    )  # fmt: skip
    time.sleep(_READY_SECONDS)
    with database.transaction():
        database.execute(_EVENLY, [PER_SECOND, number])
        if dead:
            database.execute(_DEAD_DUE, [dead])
        database.execute(_DUE, [healthy])
    deadline = time.monotonic() + number / PER_SECOND + _PATIENCE
    while database.execute(_LEFT).fetchone()[0]:
        if drain.poll() is not None or time.monotonic() > deadline:
            words = (stack.place / "drain.log").read_text()[-2000:]
            raise RuntimeError(f"the drain ended or did not get done:\n{words}")
        time.sleep(0.2)
    drain.terminate()
    drain.wait(30)
    delays = [int(row[0]) for row in database.execute(_DELAYS)]
    return {"p50": median(delays), "p95": quantiles(delays, n=20)[-1], "max": max(delays)}


def _rows(delays: dict[bool, list[dict[str, float]]]) -> list[Row]:
    name = f"the same alone; dead queue of {DEAD_QUEUE}"
    return [
        Row(
            f"healthy beside dead, {which}",
            name,
            *([1000 / max(run[which], 1) for run in delays[is_beside]] for is_beside in (True, False)),
            _GATE,
            _GOAL,
        )
        for which in ("p50", "p95")
    ]


def _details(delays: dict[bool, list[dict[str, float]]], tried: int) -> list[tuple[str, str]]:
    lines = [
        (f"delay {words}, {which}", f"{median(run[which] for run in delays[is_beside]):.0f} ms")
        for which in ("p50", "p95", "max")
        for words, is_beside in (("alone", False), ("beside the dead one", True))
    ]
    return [*lines, ("deliveries to the dead one that were tried", str(tried))]
