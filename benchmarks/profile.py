"""`python -m benchmarks profile create|notice`: where the time of one request goes, by layer, by function and by statement."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.report import table
from benchmarks.stack import Stack


def profile(what: str, count: int) -> dict[str, Any]:
    """Profile `count` requests in a process of their own."""
    with Stack() as stack:
        spec = {"api_key": stack.demo["api_key"], **stack.vnpay_keys}
        spec |= {"create_path": stack.create_path, "notify_path": stack.notify_path}
        (stack.place / "spec.json").write_text(json.dumps(spec))
        stack.run("-m", "benchmarks.child", "profiled", what, str(count), str(stack.place))
        found: dict[str, Any] = json.loads((stack.place / "profile.json").read_text())
    return found


def printed(found: dict[str, Any]) -> str:
    """The profile as tables."""
    waits = sum(row[2] - row[3] for row in found["statements"])
    lines = [
        f"One {found['what']}, in-process, one thread, {found['requests']} requests: p50 {found['p50_ms']:.2f} ms, "
        f"p95 {found['p95_ms']:.2f} ms.",
        f"CPU of Python {found['cpu_ms']:.2f} ms (least batch {found['cpu_ms_least']:.2f}), of its PostgreSQL backend "
        f"{found['postgres_cpu_ms']:.2f} ms; waiting for SQL {waits:.2f} ms; {found['round_trips']:.1f} round trips, "
        f"{sum(row[1] for row in found['statements']):.1f} statements and commits.",
    ]
    share = [[name, f"{ms:.2f}", f"{ms / found['cpu_ms']:.0%}"] for name, ms in found["layers"]]
    lines += ["", table(["Layer (innermost)", "CPU ms", "share"], share)]
    lines += ["", table(["Our function, all below it included", "CPU ms"], [[n, f"{ms:.2f}"] for n, ms in found["inclusive"]])]
    lines += ["", table(["Function alone", "CPU ms"], [[name, f"{ms:.2f}"] for name, ms in found["alone"]])]
    rows = [[text, f"{n:.1f}", f"{wall:.2f}", f"{cpu:.2f}"] for text, n, wall, cpu in found["statements"]]
    lines += ["", table(["Statement", "a request", "clock ms", "driver CPU ms"], rows)]
    return "\n".join(lines)
