"""What a job of the world sets up once: a database of its own, the true service with the world around it, four threads."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from typing import Any, TypeVar
from unittest.mock import patch

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import override_settings, setup_test_environment
from django.urls import get_resolver
from django.utils import timezone

from payments_site.devstack.environment import sandbox_addresses
from payments_site.kernel import clock, faults, queue
from tests.world.clockwork import WorldClock
from tests.world.process import Hand, Process, at_fault_point, current, hang_up, watch_this_thread, work_for
from tests.world.receivers import Receivers, Session
from tests.world.sandboxes import Sandboxes
from transactions.availability import circuits
from webhooks.outbound import drain
from webhooks.outbound.database import DatabaseThread
from webhooks.outbound.delivery import Rules, Sender

T = TypeVar("T")

BASE_URL = "http://pay.example"
_SETTINGS = {
    "PUBLIC_BASE_URL": BASE_URL,
    # A question is asked again by the world's clock, not by the machine's.
    "PROVIDER_RETRY_ATTEMPTS": 1,
    "PROVIDER_READ_TIMEOUT": 5,
    "ALLOWED_HOSTS": ["*"],
    "CALLBACK_ALLOWED_HOSTS": frozenset({"shop.example", "erp.example", "stall.example"}),
}
# What the tables hold before the first tenant comes stays.
_KEPT = ("django_content_type", "django_migrations", "django_celery_beat", "auth_", "tenants_payment", "tenants_system")


class Stage:
    """Used as a context. ``begin`` clears it for the next seed."""

    def __init__(self) -> None:
        self.clock: WorldClock | None = None
        self.sandboxes = Sandboxes(lambda: self._clock().look())
        self.receivers = Receivers(lambda: self._clock().look())
        self.complaints: list[str] = []
        self.nudges: list[str] = []
        self._kept: dict[str, ThreadPoolExecutor] = {}
        self._closing = ExitStack()
        self._tables: list[str] = []

    def __enter__(self) -> Stage:
        self.sandboxes.start()
        self._closing.callback(self.sandboxes.stop)
        for change in self._patches():
            self._closing.enter_context(change)
        self.left, self.right = Hand("left"), Hand("right")
        for hand in (self.left, self.right):
            self._closing.callback(hand.close)
        self._tables = _tables()
        return self

    def __exit__(self, *_error: object) -> None:
        for thread in self._kept.values():
            thread.submit(hang_up).result(10)
            thread.shutdown()
        self._closing.close()

    def begin(self, world_clock: WorldClock) -> None:
        """Empty tables, empty Redis, providers that know nobody, a clock at the seed's beginning."""
        self.clock = world_clock
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(self._tables)}")
        self.receivers = Receivers(lambda: self._clock().look())
        self.sandboxes.reset()
        self.complaints.clear()
        self.nudges.clear()
        self.forget_redis()

    def forget_redis(self) -> None:
        """FLUSHDB: limits, circuits and whatever was queued are gone."""
        cache.clear()
        circuits()._step.registered_client.flushdb()

    def drained(self) -> int:
        """One run of the callbacks' drain until nothing is due, as ``webhooks.outbound.running`` makes it."""
        plan = drain.Plan(
            rules=Rules(15, settings.CALLBACK_ALLOWED_HOSTS, require_https=False), concurrency=8,
            master_keys=settings.FERNET_KEYS, until=drain.Until.NOTHING_DUE, limit=200,
        )  # fmt: skip
        return asyncio.run(drain.Drain(plan, clock.now, chance=lambda: 0.5).run())

    def _clock(self) -> WorldClock:
        assert self.clock is not None
        return self.clock

    def _patches(self) -> Iterator[Any]:
        yield override_settings(**_SETTINGS, PROVIDER_URLS=sandbox_addresses(self.sandboxes.base))
        yield patch.object(clock, "now", lambda: self._clock().read())
        yield patch.object(timezone, "now", lambda: self._clock().read())
        yield patch.object(queue, "_send", lambda task, _arguments: self.nudges.append(task))
        for module in list(sys.modules.values()):
            if getattr(module, "fault_point", None) is faults.fault_point and module is not faults:
                yield patch.object(module, "fault_point", at_fault_point)
        yield patch.object(drain, "DatabaseThread", self._kept_thread)
        yield patch.object(drain, "open_sender", self._open_sender)
        yield patch.object(drain, "_GAP_SECONDS", 0)
        yield _listening(self.complaints)

    def _kept_thread(self, name: str, patient: Callable[[], bool] = lambda: True) -> DatabaseThread:
        return _KeptThread(self._kept, f"{threading.current_thread().name} {name}", patient, current())

    @asynccontextmanager
    async def _open_sender(self, rules: Rules, now: Callable[[], Any]) -> AsyncIterator[Sender]:
        process = current()
        yield Sender(Session(self.receivers, process.name if process else ""), rules, now)  # type: ignore[arg-type]


class _KeptThread(DatabaseThread):
    """A drain's database thread whose connection outlives the drain: only a crash closes it."""

    def __init__(
        self, kept: dict[str, ThreadPoolExecutor], name: str, patient: Callable[[], bool], process: Process | None
    ) -> None:
        self._patient, self._process = patient, process
        if name not in kept:
            kept[name] = ThreadPoolExecutor(1, thread_name_prefix=name)
            kept[name].submit(watch_this_thread).result(20)
        self._executor = kept[name]

    async def run(self, work: Callable[[], T]) -> T:
        """As the true one, on behalf of the process that drains."""
        return await super().run(lambda: self._for_process(work))

    async def close(self) -> None:
        """Nothing is closed."""

    def _for_process(self, work: Callable[[], T]) -> T:
        work_for(self._process)
        try:
            return work()
        finally:
            work_for(None)
            if self._process is not None and self._process.died:
                connection.close()


class _Complaints(logging.Handler):
    """Whatever the service logs with a stack is a fault, for the world asks nothing that it may not be asked."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        if record.exc_info and record.exc_info[1] is not None and not record.name.startswith("asyncio"):
            self._told.append(f"{record.name}: {record.getMessage()}: {record.exc_info[1]!r}")


@contextlib.contextmanager
def _listening(told: list[str]) -> Iterator[None]:
    handler, root = _Complaints(told), logging.getLogger()
    known, root.handlers = root.handlers, [handler]
    names = [name for name in logging.root.manager.loggerDict if logging.getLogger(name).handlers]
    silenced = {name: logging.getLogger(name).handlers for name in names}
    for name in names:
        logging.getLogger(name).handlers = [handler]
    try:
        yield
    finally:
        root.handlers = known
        for name, handlers in silenced.items():
            logging.getLogger(name).handlers = handlers


def prepare_django() -> None:
    """What pytest-django does for a test run; everything that has a fault point is imported."""
    with contextlib.suppress(RuntimeError):
        setup_test_environment()
    assert get_resolver().url_patterns


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [row[0] for row in cursor.fetchall() if not row[0].startswith(_KEPT)]
