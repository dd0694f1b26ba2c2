"""The doors into the drain: for the process of its own, and for the sweep that stands in when there is none."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings

from webhooks.outbound.claim import oldest_due
from webhooks.outbound.delivery import Rules
from webhooks.outbound.drain import Drain, Plan, Until
from webhooks.outbound.replay import catch_up

SWEEP_AFTER = timedelta(seconds=60)
SWEEP_LIMIT = 500
SWEEP_SECONDS = 20.0
# Names are looked up in threads: a dead name server must not keep the others waiting.
_DNS_THREADS = 32


def run_drain(*, until: Until, now: Callable[[], datetime]) -> int:
    """Drain in this process until ``until``, SIGTERM or SIGINT; how many tries were recorded."""
    return asyncio.run(_run(Drain(_plan(until), now), signals=(signal.SIGTERM, signal.SIGINT)))


def sweep(*, now: Callable[[], datetime]) -> int:
    """Deliver a bounded batch if nobody seems to drain (a row has been due for a minute); how many tries were recorded.

    Endpoints that were switched on again catch up first.
    """
    catch_up(now=now())
    oldest, moment = oldest_due(), now()
    if oldest is None or moment - oldest < SWEEP_AFTER:
        return 0
    return asyncio.run(_run(Drain(_plan(Until.NOTHING_DUE, SWEEP_LIMIT), now), seconds=SWEEP_SECONDS))


async def _run(drain: Drain, *, signals: tuple[signal.Signals, ...] = (), seconds: float | None = None) -> int:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(_DNS_THREADS, thread_name_prefix="callback-dns"))
    for number in signals:
        loop.add_signal_handler(number, drain.stop)
    if seconds is not None:
        loop.call_later(seconds, drain.stop)
    return await drain.run()


def _plan(until: Until, limit: int | None = None) -> Plan:
    return Plan(
        rules=Rules(
            timeout=settings.CALLBACK_TIMEOUT_SECONDS,
            allowed_hosts=settings.CALLBACK_ALLOWED_HOSTS,
            require_https=settings.CALLBACK_REQUIRE_HTTPS,
        ),
        concurrency=settings.CALLBACK_CONCURRENCY,
        master_keys=settings.FERNET_KEYS,
        until=until,
        limit=limit,
    )
