"""The machine that a figure was taken on, and CPU time from /proc."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def machine(bin_dir: Path) -> dict[str, object]:
    """Who measured."""
    version = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "postgres": version.split()[-1],
        "load_average": [round(value, 2) for value in os.getloadavg()],
    }


def busy_cpu() -> float:
    """CPU seconds that the whole machine has spent on anything."""
    user, nice, system, _, _, irq, softirq, *_ = (
        int(text) for text in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return (user + nice + system + irq + softirq) / _TICKS


def tree_cpu(pid: int) -> float:
    """CPU seconds of a process, its children and those it has waited for."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (found := _stat(entry)) is not None:
            parent, own, waited = found
            if int(entry.name) == pid:
                total += own + waited
            elif parent == pid:
                total += own
    return total


def _stat(entry: Path) -> tuple[int, float, float] | None:
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None  # it has just ended
    user, system, waited_user, waited_system = (int(field) / _TICKS for field in fields[11:15])
    return int(fields[1]), user + system, waited_user + waited_system


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
