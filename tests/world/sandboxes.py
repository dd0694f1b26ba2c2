"""The six provider sandboxes in a thread of this process; every notice that they send is kept for the world to deliver."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest.mock import patch

from aiohttp import web

from sandbox.app import Sandbox
from sandbox.control import control_errors
from sandbox.kit import notices as kit_notices
from sandbox.vnpay import ipn as vnpay_ipn
from tests.factories.live import Answer, call
from tests.world.clockwork import SandboxClock


@dataclass
class Mail:
    """One notice as it left the provider, and how often our answers have left it unsatisfied."""

    provider: str
    method: str
    url: str
    body: bytes
    headers: dict[str, str]
    accepts: Callable[[int, str], bool]
    tries: int = 0
    accepted: int = 0


class Sandboxes:
    """Started once; ``reset`` makes the providers forget everything."""

    def __init__(self, look: Callable[[], datetime]) -> None:
        self._mail: list[Mail] = []
        self._loop = asyncio.new_event_loop()
        self._patches = ExitStack()
        self._sandbox = Sandbox(None)
        clock = SandboxClock(look)
        self._sandbox.clock = clock
        for provider in self._sandbox.providers:
            _set_clock(provider, clock)
        self.base = ""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="sandboxes", daemon=True)

    def start(self) -> None:
        """Listen on a free port of the loopback."""
        self._patches.enter_context(patch.object(kit_notices.Postman, "_exchange", self._kit_notice()))
        self._patches.enter_context(patch.object(vnpay_ipn.Postman, "_exchange", self._vnpay_notice()))
        # What is told later is told by the world, not by the clock on the wall.
        self._patches.enter_context(patch.object(kit_notices, "_BETWEEN_SUBJECTS_SECONDS", 0))
        for module in (kit_notices, vnpay_ipn):
            self._patches.enter_context(patch.object(module, "_AFTER_RETURN_SECONDS", 0))
        self._thread.start()
        if not self._ready.wait(20):
            raise RuntimeError("the sandboxes did not start")

    def stop(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._patches.close()

    def provider(self, code: str) -> Any:
        """The provider itself: its ledger is the truth about money."""
        return next(one for one in self._sandbox.providers if one.name == code)

    def control(self, provider: str, path: str, /, **body: Any) -> Answer:
        """A call of the control API."""
        return call("POST", f"{self.base}/_control/{provider}/{path}", body)

    @property
    def mail(self) -> list[Mail]:
        """Every notice so far. Waits for those that are just leaving: how fast this machine is decides nothing."""
        asyncio.run_coroutine_threadsafe(self._all_left(), self._loop).result(30)
        return self._mail

    async def _all_left(self) -> None:
        while any(_is_leaving(provider.ledger) for provider in self._sandbox.providers):
            await asyncio.sleep(0.001)

    def reset(self) -> None:
        """Every provider forgets accounts, payments, faults and settings."""
        self._mail.clear()
        call("POST", f"{self.base}/_control/reset", {})

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _open(self) -> web.AppRunner:
        app = web.Application(middlewares=[control_errors])
        app.cleanup_ctx.append(self._sandbox.run)
        app.add_routes([web.post("/_control/reset", self._sandbox.reset)])
        for provider in self._sandbox.providers:
            app.add_routes(provider.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    # The two take every notice in at once: what the service answers, the world hears when it delivers it.

    def _kit_notice(self) -> Callable[..., Any]:
        async def exchange(postman: Any, message: Any, notice: Any) -> None:
            body = (message.body or "").encode()
            accepts = postman._writer.acknowledged
            name = postman._writer.name
            self._mail.append(Mail(name, message.method, message.url, body, dict(message.headers), accepts))
            notice.status, notice.acknowledged = 200, True

        return exchange

    def _vnpay_notice(self) -> Callable[..., Any]:
        async def exchange(_postman: Any, call_: Any, _query: str, _fields: dict[str, str]) -> None:
            self._mail.append(Mail("vnpay", "GET", call_.url, b"", {}, _vnpay_accepts))
            call_.status, call_.rsp_code = 200, "00"

        return exchange


def _is_leaving(ledger: Any) -> bool:
    """Whether a notice is due in this moment. VNPay keeps them with the payment, the others in a list of their own."""
    soon = time.time() + 1
    if hasattr(ledger, "deliveries"):
        return any(one.next_at < soon for one in ledger.deliveries)
    return any(one.ipn_pending and one.ipn_next_at < soon for one in ledger.payments.values())


def _vnpay_accepts(status: int, body: str) -> bool:
    """VNPay comes again unless it reads RspCode 00 or 02."""
    return status == 200 and any(f'"RspCode": "{code}"' in body or f'"RspCode":"{code}"' in body for code in ("00", "02"))


def _set_clock(provider: Any, clock: SandboxClock) -> None:
    """Each part of a provider that was given the clock has its own reference to it."""
    for part in (provider, *vars(provider).values()):
        for name, value in vars(part).items() if hasattr(part, "__dict__") else ():
            if type(value).__name__ == "Clock":
                setattr(part, name, clock)
