"""A merchant's server for tests: real HTTP on loopback, in a thread, remembering every request and answering as told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"
    query: str = ""


Answer = Callable[[Seen], Awaitable[web.StreamResponse]]


@dataclass
class Receiver:
    """``answers``: path -> what to do; other paths answer 200 "ok"."""

    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path: str) -> list[Seen]:
        return [request for request in self.seen if request.path == path]

    def answer(self, path: str, *statuses: int, body: str = "", headers: dict[str, str] | None = None) -> None:
        """Answer with these statuses one after the other, the last one for ever."""
        left = list(statuses)

        async def respond(seen: Seen) -> web.StreamResponse:
            status = left.pop(0) if len(left) > 1 else left[0]
            return web.Response(status=status, text=body, headers=headers)

        self.answers[path] = respond

    def delay(self, path: str, seconds: float) -> None:
        """Answer 200, but late."""

        async def respond(seen: Seen) -> web.StreamResponse:
            await asyncio.sleep(seconds)
            return web.Response(text="late")

        self.answers[path] = respond

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        seen = Seen(request.path, headers, await request.read(), request.method, request.rel_url.raw_query_string)
        self.seen.append(seen)
        answer = self.answers.get(request.path)
        return await answer(seen) if answer else web.Response(text="ok")


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """A receiver on a free port until the block ends."""
    receiver, ready, loop = Receiver(), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", receiver.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        receiver.port = runner.addresses[0][1]
        ready.set()
        await stop.wait()
        await runner.cleanup()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run, name="receiver", daemon=True)
    thread.start()
    assert ready.wait(10)
    yield receiver
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
