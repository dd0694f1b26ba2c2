"""Database work of an asyncio program: one thread with a connection of its own, and patience while PostgreSQL is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import Error, InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_WAIT_SECONDS = 0.2
_LONGEST_WAIT_SECONDS = 5.0


class DatabaseThread:
    """Runs functions in one thread, in the order in which they were asked for. ``patient``: whether to wait any longer."""

    def __init__(self, name: str, patient: Callable[[], bool] = lambda: True) -> None:
        self._patient = patient
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, work: Callable[[], T]) -> T:
        """The answer of ``work``. While the database cannot be reached it is repeated until patience ends.

        Its other errors come out, as does the last one when patience has ended.

        ``work`` must be safe to repeat: it leaves nothing behind when it fails.
        """
        wait = _FIRST_WAIT_SECONDS
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._executor, _attempt, work)
            except (OperationalError, InterfaceError) as error:
                if not self._patient():
                    raise
                logger.warning("database away, trying again: wait_seconds=%s error=%s", wait, type(error).__name__)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)

    async def close(self) -> None:
        """Close the connection and end the thread; waits for the work in hand."""
        await asyncio.get_running_loop().run_in_executor(self._executor, _close)
        self._executor.shutdown(wait=False)


def _attempt(work: Callable[[], T]) -> T:
    try:
        return work()
    except Error:
        _close()  # it may be broken; the next use opens another
        raise


def _close() -> None:
    connection.close()  # looked up in the thread that calls: each has its own
