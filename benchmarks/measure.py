"""One run of HTTP load: the rate, the latencies, the CPU of everybody, and what PostgreSQL's backends waited for."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import Any

import psycopg

from benchmarks.machine import busy_cpu, tree_cpu
from benchmarks.stack import Stack, Web

_WAITS = """
SELECT coalesce(wait_event_type || ':' || wait_event, 'running') FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state = 'active'
"""


@dataclass(frozen=True)
class Load:
    """What one run of load showed; CPU in ms a request."""

    rate: float
    answers: int
    sent: int
    p50_ms: float
    p95_ms: float
    web_cpu_ms: float
    postgres_cpu_ms: float
    load_cpu_ms: float
    others: float  # cores that other programs kept busy meanwhile
    waits: dict[str, float]


class Waits(threading.Thread):
    """Looks every 50 ms at what the active backends do; `found` is how many did each thing, on average."""

    def __init__(self, url: str) -> None:
        super().__init__(name="waits", daemon=True)
        self._url, self._over = url, threading.Event()
        self._seen: Counter[str] = Counter()
        self._looks = 0

    def run(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._over.wait(0.05):
                self._seen.update(row[0] for row in connection.execute(_WAITS))
                self._looks += 1

    def stop(self) -> dict[str, float]:
        """End it; the averages, the largest first."""
        self._over.set()
        self.join(10)
        return {name: round(count / max(self._looks, 1), 2) for name, count in self._seen.most_common(6)}


def drive(stack: Stack, web: Web, *, connections: int, seconds: float, status: int, words: str, **requests: Any) -> Load:
    """Send load in a process of its own. RuntimeError unless every request was answered as it should be."""
    spec = {"port": web.port, "connections": connections, "seconds": seconds, "status": status, "words": words, **requests}
    waits = Waits(stack.environ["DATABASE_URL"])
    waits.start()
    begun, before = time.perf_counter(), _spent(stack, web)
    found: dict[str, Any] = json.loads(stack.run("-m", "benchmarks.load", json.dumps(spec)))
    web_cpu, postgres_cpu, all_cpu = (after - earlier for after, earlier in zip(_spent(stack, web), before, strict=True))
    others = (all_cpu - web_cpu - postgres_cpu - found["cpu_seconds"]) / (time.perf_counter() - begun)
    seen = waits.stop()
    if found["failures"] or found["answers"] != found["sent"] or not found["answers"]:
        raise RuntimeError(f"{found['failures']} of {found['sent']} requests failed: {found['failure']}")
    one = 1000 / found["answers"]
    return Load(
        rate=found["answers"] / found["seconds"], answers=found["answers"], sent=found["sent"],
        p50_ms=found["p50_ms"], p95_ms=found["p95_ms"],
        web_cpu_ms=web_cpu * one, postgres_cpu_ms=postgres_cpu * one, load_cpu_ms=found["cpu_seconds"] * one,
        others=max(others, 0.0), waits=seen,
    )  # fmt: skip


def _spent(stack: Stack, web: Web) -> tuple[float, float, float]:
    return tree_cpu(web.process.pid), tree_cpu(stack.postgres_pid), busy_cpu()


def count(stack: Stack, query: str) -> int:
    """A number straight from the database: answers are not believed."""
    with psycopg.connect(stack.environ["DATABASE_URL"]) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def details(busy: list[Load], alone: list[Load], clients: int) -> list[tuple[str, str]]:
    """Latencies and CPU as lines of a table; medians of the rounds."""

    def middle(loads: list[Load], name: str) -> str:
        return f"{median(getattr(load, name) for load in loads):.2f} ms"

    lines = [
        (f"latency at concurrency {n}, {name}", middle(loads, f"{name}_ms"))
        for n, loads in ((1, alone), (clients, busy))
        for name in ("p50", "p95")
    ]
    lines += [(f"CPU a request, {name}", middle(busy, f"{name}_cpu_ms")) for name in ("web", "postgres", "load")]
    lines.append(("cores busy with other programs", f"{median(load.others for load in busy):.2f}"))
    waits = busy[-1].waits.items()
    return [*lines, ("backends on average", ", ".join(f"{name} {value}" for name, value in waits))]
