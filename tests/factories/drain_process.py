"""``manage.py drain_callbacks`` as a process of its own, on the database of the test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def start_drain(*options: str, script: str = "", **environment: str) -> subprocess.Popen[bytes]:
    """A drain with these additional variables; ``script``: run by that file instead, which gets a stdin."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"])
    return subprocess.Popen(
        [sys.executable, "-W", "error", *([script] if script else ["manage.py", "drain_callbacks"]), *options],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "payments_site.settings.test",
            "DATABASE_URL": address.geturl(),
            **environment,
        },
        stdin=subprocess.PIPE if script else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def wait_until(condition: Callable[[], bool], *, seconds: float, drain: subprocess.Popen[bytes] | None = None) -> None:
    """Until ``condition`` holds; fails after ``seconds``, or at once (with its output) if the drain ends before."""
    deadline = time.monotonic() + seconds
    while not condition():
        if drain is not None and drain.poll() is not None:
            raise AssertionError(f"the drain ended: {drain.communicate()[0].decode()}")
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def stop(drain: subprocess.Popen[bytes]) -> tuple[int, str]:
    """SIGTERM; exit code and output."""
    drain.terminate()
    output, _ = drain.communicate(timeout=30)
    return drain.returncode, output.decode()
