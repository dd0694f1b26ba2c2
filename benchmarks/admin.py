"""The back office on millions of payments: p50, p95 and the longest of every page, the stock admin's beside it."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.admin_stack import AdminStack
from benchmarks.machine import machine
from benchmarks.measure import count
from benchmarks.options import Options
from benchmarks.report import table

GATE, GOAL = 300.0, 100.0
HEAD = ["Page", "p50 ms", "p95 ms", "max ms", "CPU ms", "found", "stock admin", ""]


def admin(
    place: Path, rows: int, requests: int, stock_requests: int, timeout: int, only: str, options: Options
) -> dict[str, Any]:
    """Make the database if it is not there, then measure the pages whose name holds ``only`` in a process of its own."""
    with AdminStack(place, rows) as stack:
        options.say(f"{count(stack, 'SELECT count(*) FROM transactions_transaction'):,} payments in {stack.place}")
        path = stack.place / "measured.json"
        stack.run(
            "-m", "benchmarks.child", "admin_pages", str(path), str(requests), str(stock_requests), str(timeout),
            str(stack.postgres_pid), only, DJANGO_SETTINGS_MODULE="benchmarks.admin_settings",
        )  # fmt: skip
        found: dict[str, Any] = json.loads(path.read_text())
        size = count(stack, "SELECT pg_database_size(current_database())")
        found |= {
            "rows": rows,
            "requests": requests,
            "timeout": timeout,
            "database_bytes": size,
            "machine": machine(stack.bin_dir),
        }
    return found


def printed(found: dict[str, Any]) -> str:
    """The table, and the pages that miss the gate."""
    lines = [", ".join(f"{name} {value}" for name, value in found["machine"].items())]
    lines.append(
        f"{found['rows']:,} payments, {found['database_bytes'] / 1e9:.1f} GB; {found['requests']} requests a page, in turns."
    )
    lines.append(f"Cores busy meanwhile {found['cores_busy']}, of them our own Python {found['cores_own_python']}.")
    lines += ["", table(HEAD, [_cells(page, found["timeout"]) for page in found["pages"]])]
    slow = [page["name"] for page in found["pages"] if quantile(page["ms"], 0.95) > GATE]
    lines += ["", f"Over {GATE:.0f} ms: {', '.join(slow) or 'none'}."]
    return "\n".join(lines)


def quantile(values: list[float], share: float) -> float:
    """By nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def _cells(page: dict[str, Any], timeout: int) -> list[str]:
    p95 = quantile(page["ms"], 0.95)
    figures = [f"{value:.0f}" for value in (median(page["ms"]), p95, max(page["ms"]), page["cpu_ms"])]
    verdict = "goal" if p95 <= GOAL else "gate" if p95 <= GATE else "over the gate"
    return [page["name"], *figures, f"{median(page['found']):.0f}", _stock(page["stock_ms"], timeout), verdict]


def _stock(times: list[float | None], timeout: int) -> str:
    if not times:
        return "-"
    if None in times:
        return f"timeout ({timeout} s)"
    known = [time for time in times if time is not None]
    return f"{median(known):.0f} (n={len(known)})"
