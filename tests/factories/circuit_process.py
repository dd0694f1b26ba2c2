"""A process of callers, as one of several: ``python -m tests.factories.circuit_process REDIS_URL CIRCUIT ACT START THREADS``.

Every thread waits for the moment START (seconds of the clock that all processes of a machine share) and then does the act;
what was told and seen is printed as JSON. Who is inside the block is counted in Redis, apart from the circuit.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from redis import Redis

from transactions.providers.breaker import Refused, Verdict, passage
from transactions.providers.circuits import Circuits, Thresholds

THRESHOLDS = Thresholds(failures=5, window_seconds=30, open_seconds=1)
PROBING_SECONDS = 1


class Caller:
    """One thread's calls."""

    def __init__(self, redis: Redis, name: str) -> None:
        self.redis, self.name = redis, name
        self.circuits = Circuits(redis, THRESHOLDS)
        self.told: list[bool] = []
        self.passed = self.refused = self.most_inside = 0

    def call(self, error: type[BaseException] | None = None, *, seconds: float = 0, lease_seconds: int = 30) -> None:
        judge = lambda error: Verdict.NOTHING if isinstance(error, KeyError) else Verdict.TROUBLE  # noqa: E731
        try:
            with passage(self.circuits, self.name, lease_seconds=lease_seconds, judge=judge, tell=self.told.append):
                self.passed += 1
                self.most_inside = max(self.most_inside, int(self.redis.incr(f"{self.name}:inside")))
                time.sleep(seconds)
                self.redis.decr(f"{self.name}:inside")
                if error is not None:
                    raise error
        except Refused:
            self.refused += 1
        except (KeyError, ValueError):
            pass

    def fail(self) -> None:
        """Fail often."""
        for _ in range(20):
            self.call(ValueError)

    def probe(self) -> None:
        """Probe again and again: each probe ends without showing anything, so the next may come at once."""
        ends = time.monotonic() + PROBING_SECONDS
        while time.monotonic() < ends:
            self.call(KeyError, seconds=0.002)

    def recover(self) -> None:
        """Call a provider that is well again."""
        for _ in range(20):
            self.call(seconds=0.002)

    def die(self) -> None:
        """Become the probe, say so, and be killed."""
        self.circuits.admit(self.name, token="dead", lease_seconds=2)
        print("probing", flush=True)
        time.sleep(60)

    def report(self) -> dict[str, Any]:
        return {"told": self.told, "passed": self.passed, "refused": self.refused, "most_inside": self.most_inside}


def main(url: str, name: str, act: str, start: str, threads: str) -> None:
    """Run the threads and print what each of them saw."""
    callers = [Caller(Redis.from_url(url), name) for _ in range(int(threads))]

    def job(caller: Caller) -> None:
        time.sleep(max(0.0, float(start) - time.time()))
        getattr(caller, act)()

    with ThreadPoolExecutor(len(callers)) as pool:
        list(pool.map(job, callers))
    print(json.dumps([caller.report() for caller in callers]))


if __name__ == "__main__":
    main(*sys.argv[1:])
