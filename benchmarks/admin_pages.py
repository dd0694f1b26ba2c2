"""Child `admin_pages FILE REQUESTS STOCK_REQUESTS TIMEOUT POSTMASTER`: time the pages, the stock admin between.

In this process, by Django's test client: every middleware, query and template, no web server. CPU is Python's and PostgreSQL's.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import Client

from benchmarks.admin_cases import cases as cases_of_all
from benchmarks.machine import busy_cpu, tree_cpu

_PATIENCE = 5.0  # a stock page that took longer is not asked for again


def main(path: str, requests: str, stock_requests: str, timeout: str, postmaster: str, only: str = "") -> None:
    """Warm up, then take turns."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model()._default_manager.filter(is_superuser=True).earliest("pk"))
    cases = [case for case in cases_of_all() if only in case.name]
    for case in cases:
        _time(client, case.ours())
    others_before, began, own_before = busy_cpu(), time.perf_counter(), time.process_time()
    for number in range(int(requests)):
        for case in cases:
            url, spent = case.ours(), time.process_time() + tree_cpu(int(postmaster))
            milliseconds, found = _time(client, url)
            case.cpu += time.process_time() + tree_cpu(int(postmaster)) - spent
            case.times.append(milliseconds)
            case.found.append(found)
            if (
                case.stock
                and number < int(stock_requests)
                and max((t or 1e9 for t in case.stock_times), default=0) < _PATIENCE * 1000
            ):
                case.stock_times.append(_stock_time(client, case.stock(), int(timeout)))
        sys.stderr.write(f"  {number + 1}/{requests}\n")
        sys.stderr.flush()
    seconds = time.perf_counter() - began
    document = {
        "pages": [
            {
                "name": case.name,
                "ms": case.times,
                "cpu_ms": case.cpu / int(requests) * 1000,
                "found": case.found,
                "stock_ms": case.stock_times,
            }
            for case in cases
        ],
        # Own Python and everybody else's, PostgreSQL included.
        "cores_busy": round((busy_cpu() - others_before) / seconds, 2),
        "cores_own_python": round((time.process_time() - own_before) / seconds, 2),
    }
    Path(path).write_text(json.dumps(document))


def _time(client: Client, url: str) -> tuple[float, int]:
    began = time.perf_counter()
    response = client.get(url)
    taken = round((time.perf_counter() - began) * 1000, 1)
    assert response.status_code == 200, (url, response.status_code, response.content[:300])
    context = getattr(response, "context_data", None) or {}
    return taken, int(context["cl"].result_count) if "cl" in context else 1


def _stock_time(client: Client, url: str, timeout: int) -> float | None:
    with _statement_timeout(timeout):
        try:
            return _time(client, url)[0]
        except OperationalError:
            return None


@contextmanager
def _statement_timeout(seconds: int) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{seconds}s'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
