"""The drain: one process that keeps hundreds of deliveries in flight and never waits for the slowest of them.

Three parts share one event loop. The claimer fills the places of the window as they fall free; each delivery is a task of its
own; the recorder writes the results that have gathered, many in one database transaction.
"""

from __future__ import annotations

import asyncio
import enum
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error

from payments_site.kernel.faults import fault_point
from webhooks.outbound.claim import anything_pending, claim_due, release
from webhooks.outbound.database import DatabaseThread
from webhooks.outbound.delivery import Rules, Sender, open_sender
from webhooks.outbound.parcel import Parcel
from webhooks.outbound.recorder import Recorder
from webhooks.outbound.replay import catch_up
from webhooks.outbound.schedule import Verdict
from webhooks.outbound.window import Windows

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.25
GRACE_SECONDS = 10.0
# Between two claims, so that places fall free in handfuls instead of costing a statement each.
_GAP_SECONDS = 0.01
_BATCH = 250
_AFTER_ERROR_SECONDS = 2.0
# Between two looks for what endpoints missed while they were off.
_CATCH_UP_SECONDS = 20.0


class Until(enum.Enum):
    """When a drain ends by itself."""

    STOPPED = "it is told to"
    NOTHING_DUE = "nothing is due"
    NOTHING_PENDING = "nothing is pending any more, not even for later"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a drain works. ``limit``: start no more than so many deliveries (none: no limit)."""

    rules: Rules
    concurrency: int
    master_keys: Sequence[str]
    until: Until = Until.STOPPED
    limit: int | None = None
    grace_seconds: float = GRACE_SECONDS

    @property
    def lease(self) -> timedelta:
        """Three times the longest exchange and a little: no delivery is claimed again while it is in flight."""
        return timedelta(seconds=3 * self.rules.timeout + 10)


class Drain:
    """One run of the drain. ``now`` is the clock; ``stop`` may be called by a signal handler of the loop."""

    def __init__(self, plan: Plan, now: Callable[[], datetime], chance: Callable[[], float] = random.random) -> None:
        self._plan = plan
        self._now = now
        self._claims = DatabaseThread("callback-claims", patient=lambda: not self._stopping)
        self._records = DatabaseThread("callback-records")
        self._recorder = Recorder(self._records, room=plan.concurrency, now=now, chance=chance)
        self._window = Windows(plan.concurrency, slow_after=plan.rules.timeout / 3)
        self._tasks: dict[asyncio.Task[None], Parcel] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._started = 0
        self._next_catch_up = 0.0

    def stop(self) -> None:
        """Claim nothing more, finish what is in flight within the grace, give the rest back."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> int:
        """Drain until the plan's end or ``stop``; how many results were recorded.

        Raises only what the recorder did not foresee: the process ends, and its leases run out.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._claims.close)
            stack.push_async_callback(self._records.close)
            sender = await stack.enter_async_context(open_sender(self._plan.rules, self._now))
            recording = asyncio.create_task(self._recorder.run())
            recording.add_done_callback(lambda ended: self.stop())  # without its recorder a drain is of no use
            await self._claim_until_done(sender)
            await self._finish()
            recording.cancel()
            await asyncio.wait([recording])
            if not recording.cancelled():
                recording.result()
        return self._recorder.written

    async def _claim_until_done(self, sender: Sender) -> None:
        while not self._stopping and self._allowance() > 0:
            await self._catch_up()
            parcels = await self._claim()
            for parcel in parcels:
                self._dispatch(sender, parcel)
            if not parcels and await self._is_done():
                return
            await self._pause()

    async def _claim(self) -> list[Parcel]:
        limit = min(self._window.free, self._allowance())
        if limit <= 0:
            return []
        shares = self._window.shares(limit)
        lease, keys = self._plan.lease, self._plan.master_keys
        try:
            return await self._claims.run(lambda: claim_due(shares=shares, lease=lease, master_keys=keys, now=self._now()))
        except Error:
            logger.exception("claiming callbacks failed")
            await asyncio.sleep(0 if self._stopping else _AFTER_ERROR_SECONDS)
            return []

    async def _catch_up(self) -> None:
        moment = asyncio.get_running_loop().time()
        if moment < self._next_catch_up:
            return
        self._next_catch_up = moment + _CATCH_UP_SECONDS
        try:
            await self._claims.run(lambda: catch_up(now=self._now()))
        except Error:
            logger.exception("looking for what endpoints missed failed")

    def _allowance(self) -> int:
        """How many deliveries the next claim may start."""
        return _BATCH if self._plan.limit is None else min(_BATCH, self._plan.limit - self._started)

    async def _is_done(self) -> bool:
        if self._plan.until is Until.STOPPED or self._tasks or self._recorder.unwritten:
            return False
        return self._plan.until is Until.NOTHING_DUE or not await self._claims.run(anything_pending)

    async def _pause(self) -> None:
        """Until a place falls free, and a moment for more to do so, or until it is time to look again."""
        try:
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        except TimeoutError:
            return
        self._wake.clear()
        await asyncio.sleep(0 if self._stopping else _GAP_SECONDS)

    def _dispatch(self, sender: Sender, parcel: Parcel) -> None:
        self._started += 1
        self._window.enter(parcel.lane)
        task = asyncio.create_task(self._deliver(sender, parcel))
        self._tasks[task] = parcel
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def _deliver(self, sender: Sender, parcel: Parcel) -> None:
        loop = asyncio.get_running_loop()
        begun, delivered = loop.time(), False
        try:
            result = await sender.send(parcel)
            fault_point("callback.sent")
            delivered = result.verdict is Verdict.DELIVERED
            await self._recorder.put(result)
        finally:
            self._window.leave(parcel.lane, loop.time() - begun, delivered=delivered)
            self._wake.set()

    async def _finish(self) -> None:
        while self._tasks and not self._stopping:
            await self._pause()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._plan.grace_seconds)
        await self._give_back_the_rest()
        try:
            await asyncio.wait_for(self._recorder.join(), self._plan.grace_seconds / 2)
        except TimeoutError:
            logger.warning("callbacks left unrecorded: count=%s", self._recorder.unwritten)

    async def _give_back_the_rest(self) -> None:
        """What is still in flight is cut off; another drain may send it at once, with the same webhook-id."""
        left = dict(self._tasks)
        if not left:
            return
        for task in left:
            task.cancel()
        await asyncio.wait(left)
        try:
            await self._claims.run(lambda: release(left.values(), self._now()))
        except Error:
            logger.exception("leases could not be given back and will run out: count=%s", len(left))
