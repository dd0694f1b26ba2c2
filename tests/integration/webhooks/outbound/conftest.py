"""A merchant's server, an outbox of the test's own, and ways to run the drain inside the test's process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from payments_site.kernel import clock
from tests.factories.outbox import settle_everything
from tests.factories.receiver import Receiver, running_receiver
from webhooks.outbound import running
from webhooks.outbound.drain import Drain, Until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def outbox(committed_db: None) -> Iterator[None]:
    """Real commits, with nothing due that is not the test's own."""
    settle_everything()
    yield
    settle_everything()


@pytest.fixture
def drain(outbox: None) -> Callable[..., int]:
    """Deliver everything that is due, ``later`` than now if wanted; how many tries were recorded."""

    def run(later: timedelta = timedelta(0)) -> int:
        def now() -> datetime:
            return clock.now() + later

        return running.run_drain(until=Until.NOTHING_DUE, now=now)

    return run


@pytest.fixture
def drain_for(outbox: None) -> Callable[..., int]:
    """Drain for so many seconds and stop, with a grace of ``grace`` seconds; how many tries were recorded."""

    def run(seconds: float, *, grace: float) -> int:
        async def drain_and_stop() -> int:
            drain = Drain(replace(running._plan(Until.STOPPED), grace_seconds=grace), clock.now)
            asyncio.get_running_loop().call_later(seconds, drain.stop)
            return await drain.run()

        return asyncio.run(drain_and_stop())

    return run
