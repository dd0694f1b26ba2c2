"""Database work beside a running browser."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def aside(work: Callable[[], T]) -> T:
    """What ``work`` gives, done in a thread of its own: in ours runs Playwright's event loop, where Django refuses its ORM."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()
