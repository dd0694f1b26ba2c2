"""The bank that answers late: payments in work, and when each is settled."""

import asyncio
from collections.abc import Awaitable, Callable

from sandbox.clock import Clock
from sandbox.kit.ledger import Ledger
from sandbox.kit.model import Payment

_LOOK_EVERY_SECONDS = 0.1


class SlowBank:
    """Settles each payment on hold when the sandbox's clock (which a test may shift) reaches its `settle_at`."""

    def __init__(self, ledger: Ledger, clock: Clock, settle: Callable[[Payment], Awaitable[None]]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._settle = settle
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Takes up the payments that a restart found waiting for their bank."""
        for payment in self._ledger.payments():
            if payment.state == "processing" and payment.settle_at:
                self.hold(payment)

    def hold(self, payment: Payment) -> asyncio.Event:
        """Settles the payment when its time has come; the event is set when the notice's first answer is in."""
        done = asyncio.Event()
        task = asyncio.create_task(self._wait(payment, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return done

    def forget(self) -> None:
        """Lets go of all payments."""
        for task in self._tasks:
            task.cancel()

    async def _wait(self, payment: Payment, done: asyncio.Event) -> None:
        try:
            while self._clock.timestamp() < payment.settle_at:
                left = payment.settle_at - self._clock.timestamp()
                await asyncio.sleep(min(_LOOK_EVERY_SECONDS, max(0.0, left)))
            if payment.state == "processing":
                await self._settle(payment)
        finally:
            done.set()
