"""Child `profiled create|notice COUNT PLACE`: it profiles; the parent prepares and prints.

PLACE/spec.json holds the paths and keys, PLACE/profile.json gets the result. First plain (CPU and clock), then with the sampler,
then with every statement watched: no measurement disturbs another.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks import inprocess, pending
from benchmarks.machine import tree_cpu
from benchmarks.messages import signed_notice
from benchmarks.sampling import sampled
from benchmarks.statements import watched

_WARM, _WATCHED, _BATCHES = 60, 40, 10


def _calls(what: str, count: int, spec: dict[str, Any]) -> Iterator[Any]:
    if what == "create":
        return inprocess.create_calls(spec["create_path"], spec["api_key"])
    keys = {name: spec[name] for name in ("tmn_code", "hash_secret")}
    rows = pending.copies(pending.template(spec["create_path"], spec["api_key"]), count)
    queries = [signed_notice(reference, amount, 30_000_000 + n, **keys) for n, (reference, amount) in enumerate(rows)]
    return inprocess.notice_calls(spec["notify_path"], queries)


def _plain(caller: Any, calls: Iterator[Any], count: int, backend: int) -> dict[str, float]:
    """In batches, of which the median counts: on a busy machine CPU time itself swells."""
    walls, cpus, database = [], [], tree_cpu(backend)
    for _ in range(_BATCHES):
        cpu = time.thread_time()
        for call in islice(calls, count // _BATCHES):
            begun = time.perf_counter()
            caller.call(call)
            walls.append(time.perf_counter() - begun)
        cpus.append((time.thread_time() - cpu) / (count // _BATCHES) * 1000)
    walls.sort()
    return {
        "cpu_ms": statistics.median(cpus),
        "cpu_ms_least": min(cpus),
        "postgres_cpu_ms": (tree_cpu(backend) - database) / len(walls) * 1000,
        "p50_ms": walls[len(walls) // 2] * 1000,
        "p95_ms": walls[int(len(walls) * 0.95)] * 1000,
    }


def _sampled(caller: Any, calls: Iterator[Any], count: int, cpu_ms: float) -> dict[str, Any]:
    with sampled() as samples:
        for call in islice(calls, count):
            caller.call(call)
    one = cpu_ms / max(samples.total, 1)
    tops = {"layers": (samples.layers, 30), "inclusive": (samples.inclusive, 45), "alone": (samples.alone, 20)}
    return {"samples": samples.total} | {
        name: [[key, value * one] for key, value in counter.most_common(limit)] for name, (counter, limit) in tops.items()
    }


def _watched(caller: Any, calls: Iterator[Any]) -> dict[str, Any]:
    with watched() as found:
        for call in islice(calls, _WATCHED):
            caller.call(call)
    rows = [[text, n / _WATCHED, wall / _WATCHED * 1000, cpu / _WATCHED * 1000] for text, (n, wall, cpu) in found.rows.items()]
    return {"statements": rows, "round_trips": found.round_trips / _WATCHED}


def main(what: str, number: str, folder: str) -> None:
    """Measure and write the result."""
    count, place = int(number), Path(folder)
    spec = json.loads((place / "spec.json").read_text())
    caller, calls = inprocess.Caller(), _calls(what, _WARM + 2 * count + _WATCHED + 1, spec)
    for call in islice(calls, _WARM):
        caller.call(call)
    plain = _plain(caller, calls, count, connection.connection.info.backend_pid)
    result = {"what": what, "requests": count, **plain, **_sampled(caller, calls, count, plain["cpu_ms"])}
    (place / "profile.json").write_text(json.dumps(result | _watched(caller, calls)))
