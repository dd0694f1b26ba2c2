"""`python -m benchmarks.reconciliation [--rows 1000000] [--rounds 5]`: a day of payments held against as many lines.

Beside it, in the same rounds: the bare COPY + ANALYZE + join on the same server. datacompy and polars are run by
`benchmarks/peers/frames.py` in an environment of their own.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import median

from benchmarks.machine import machine
from benchmarks.report import save, table
from benchmarks.stack import Stack

GATE_RATIO, GATE_SECONDS, GATE_MB = 1.8, 60, 600


def main(arguments: list[str]) -> int:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="where the JSON goes instead of benchmarks/results/")
    chosen = parser.parse_args(arguments)
    with Stack() as stack:
        measured = [str(chosen.rows), str(chosen.rounds), str(stack.place), str(stack.postgres_pid)]
        found = json.loads(stack.run("-m", "benchmarks.child", "reconciliation_child", *measured).splitlines()[-1])
        found |= {"machine": machine(stack.bin_dir), "ratios": _ratios(found)}
    sys.stdout.write(_shown(found) + "\n")
    sys.stdout.write(f"written to {save('reconciliation', found, chosen.json)}\n")
    return 0


def _ratios(found: dict[str, list[float]]) -> list[float]:
    return [round(ours / bare, 3) for ours, bare in zip(found["ours"], found["bare"], strict=True)]


def _shown(found: dict[str, object]) -> str:
    def seconds(name: str) -> str:
        values: list[float] = found[name]  # type: ignore[assignment]
        return f"{median(values):.1f} s ({min(values):.1f} - {max(values):.1f})"

    ratios: list[float] = found["ratios"]  # type: ignore[assignment]
    rows = [
        ["bare COPY + ANALYZE + join", seconds("bare"), ""],
        ["ours: COPY, ANALYZE and run", seconds("ours"), f"{GATE_SECONDS} s"],
        ["ours / bare", f"{median(ratios):.2f} ({min(ratios):.2f} - {max(ratios):.2f})", f"{GATE_RATIO}"],
        ["of it COPY + ANALYZE", seconds("copy"), ""],
        ["the same day again", seconds("again"), ""],
        ["memory in total", f"{found['memory_mb']} MB", f"{GATE_MB} MB"],
    ]
    return f"{found['rows']:,} lines x {found['rows']:,} payments\n\n{table(['What', 'median (spread)', 'gate'], rows)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
