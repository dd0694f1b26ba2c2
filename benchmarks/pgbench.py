"""The peer of the two hot paths: pgbench of the same wheel does the same work on tables of its own."""

from __future__ import annotations

import re
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

from benchmarks.machine import tree_cpu
from benchmarks.stack import Stack

_SQL = Path(__file__).with_name("sql")


@dataclass(frozen=True)
class Peer:
    """What one run of pgbench showed; CPU (its own and PostgreSQL's) in ms a transaction."""

    rate: float
    cpu_ms: float


class PgBench:
    """pgbench on the stack's own server."""

    def __init__(self, stack: Stack) -> None:
        self._postgres = stack.postgres_pid
        self._program = stack.bin_dir / "pgbench"
        url = stack.environ["DATABASE_URL"]
        parts = urlsplit(url)
        self._environ = {
            "PATH": "/usr/bin:/bin",
            "PGHOST": parse_qs(parts.query)["host"][0],
            "PGUSER": parts.username or "",
            "PGPASSWORD": parts.password or "",
            "PGDATABASE": parts.path.lstrip("/"),
        }
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute((_SQL / "tables.sql").read_text(encoding="utf-8"))

    def run(self, script: str, *, clients: int, seconds: float) -> Peer:
        """`sql/<script>.sql`, over and over."""
        command = [self._program, "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(2, clients))]
        command += ["-T", str(max(1, round(seconds))), "-f", _SQL / f"{script}.sql"]
        before = self._cpu()
        done = subprocess.run(command, env=self._environ, capture_output=True, text=True, check=False)
        spent = self._cpu() - before
        found = re.search(r"tps = ([0-9.]+) \(without", done.stdout)
        number = re.search(r"transactions actually processed: (\d+)", done.stdout)
        if done.returncode != 0 or found is None or number is None:
            raise RuntimeError(f"pgbench failed:\n{done.stdout[-500:]}{done.stderr[-1500:]}")
        return Peer(float(found[1]), spent / int(number[1]) * 1000)

    def _cpu(self) -> float:
        """CPU seconds so far of PostgreSQL and of the pgbenches that have ended."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return tree_cpu(self._postgres) + ended.ru_utime + ended.ru_stime
