"""Faults on order: what a script asks to go wrong, a number of times, at a named place."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

MODES = ("slow", "500", "garbage", "drop", "lost", "code")
# `tampered`: the answer says another amount or carries a wrong signature; only providers that say so know it.
ALL_MODES = (*MODES, "tampered")


@dataclass
class Fault:
    """One order: `times` left of `mode` at `target`; `seconds` for slow, `code` for a provider's own refusal."""

    target: str
    mode: str
    times: int = 1
    seconds: float = 1.0
    code: str = "99"


class Faults:
    """The open orders, used up first come, first served."""

    def __init__(self) -> None:
        self._open: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._open.append(fault)

    def clear(self) -> None:
        self._open.clear()

    def take(self, target: str) -> Fault | None:
        """Uses up one turn of the oldest order for this target, if there is one."""
        for fault in self._open:
            if fault.target == target:
                fault.times -= 1
                if fault.times <= 0:
                    self._open.remove(fault)
                return fault
        return None


async def answer_with_fault(
    request: web.Request, fault: Fault | None, answer: Callable[[], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """The answer as it is, or spoilt: `drop` hangs up before any work, `lost` hangs up after the work is done."""
    mode = fault.mode if fault else ""
    if fault and mode == "slow":
        await asyncio.sleep(fault.seconds)
    if mode == "500":
        return web.Response(status=500, text="<h1>Internal Server Error</h1>", content_type="text/html")
    if mode == "garbage":
        return web.Response(text="<html><body>%%garbage%%</body>", content_type="text/html")
    if mode == "drop":
        return _hang_up(request)
    response = await answer()
    return _hang_up(request) if mode == "lost" else response


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
