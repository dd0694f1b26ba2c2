"""The recorder of the drain: results gather while one batch is being written, and the next batch takes them all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import Error, InterfaceError, OperationalError

from webhooks.outbound.database import DatabaseThread
from webhooks.outbound.parcel import Result
from webhooks.outbound.record import record

logger = logging.getLogger(__name__)

_BATCH = 250


class Recorder:
    """Writes results in batches. ``put`` waits when ``room`` results are still unwritten, so that the drain slows down."""

    def __init__(self, database: DatabaseThread, *, room: int, now: Callable[[], datetime], chance: Callable[[], float]) -> None:
        self._database = database
        self._queue: asyncio.Queue[Result] = asyncio.Queue(maxsize=room)
        self._now = now
        self._chance = chance
        self.unwritten = 0
        self.written = 0

    async def put(self, result: Result) -> None:
        """Hand over a result."""
        self.unwritten += 1
        await self._queue.put(result)

    async def join(self) -> None:
        """Wait until everything handed over is written."""
        await self._queue.join()

    async def run(self) -> None:
        """Write whatever comes, until cancelled."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._write(batch)
            self.unwritten -= len(batch)
            for _ in batch:
                self._queue.task_done()

    async def _write(self, batch: Sequence[Result]) -> None:
        """A batch that the database refuses is written one by one; what is refused even so comes back when its lease ends."""
        try:
            await self._database.run(lambda: record(batch, now=self._now(), chance=self._chance))
            self.written += len(batch)
        except (OperationalError, InterfaceError):
            raise
        except Error:
            logger.exception("results of callbacks refused by the database: count=%s", len(batch))
            if len(batch) > 1:
                for result in batch:
                    await self._write([result])
