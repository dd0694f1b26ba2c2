"""The bank that answers late: payments on hold, and when each is settled."""

import asyncio
from collections.abc import Awaitable, Callable

from sandbox.clock import Clock
from sandbox.vnpay.model import Ledger, Payment

_LOOK_EVERY_SECONDS = 0.1


class SlowBank:
    """Settles each payment on hold when the sandbox's clock (which a test may shift) reaches its `settle_at`."""

    def __init__(self, ledger: Ledger, clock: Clock, settle: Callable[[Payment], Awaitable[None]]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._settle = settle
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Takes up the payments that a restart found on hold."""
        for payment in self._ledger.payments.values():
            if payment.state == "processing":
                self.hold(payment)

    def hold(self, payment: Payment) -> asyncio.Event:
        """Settles the payment when its time has come; the event is set when the IPN's first answer is in."""
        done = asyncio.Event()
        task = asyncio.create_task(self._wait(payment, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return done

    def forget(self) -> None:
        """Lets go of all payments on hold."""
        for task in self._tasks:
            task.cancel()

    async def _wait(self, payment: Payment, done: asyncio.Event) -> None:
        try:
            while self._clock.timestamp() < payment.settle_at:
                left = payment.settle_at - self._clock.timestamp()
                await asyncio.sleep(min(_LOOK_EVERY_SECONDS, max(0.0, left)))
            await self._settle(payment)
        finally:
            done.set()
