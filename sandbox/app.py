"""The sandbox application: the providers side by side, one control API, one state file."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Protocol

from aiohttp import web

from sandbox.clock import Clock
from sandbox.control import control_errors, field, read_object
from sandbox.momo.provider import MomoSandbox
from sandbox.napas.provider import NapasSandbox
from sandbox.payos.provider import PayosSandbox
from sandbox.state import JsonObject, StateFile
from sandbox.vietqr.provider import VietqrSandbox
from sandbox.vnpay.provider import VnpaySandbox
from sandbox.zalopay.provider import ZalopaySandbox


class Provider(Protocol):
    """One simulated provider: its pages and API under `/{name}`, its control under `/_control/{name}`."""

    name: str

    def routes(self) -> list[web.RouteDef]: ...
    def dump(self) -> JsonObject: ...
    def load(self, state: JsonObject) -> None: ...
    def reset(self) -> None: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


# One line a provider.
PROVIDERS: list[Callable[[Clock, Callable[[], None]], Provider]] = [
    VnpaySandbox,
    MomoSandbox,
    ZalopaySandbox,
    NapasSandbox,
    PayosSandbox,
    VietqrSandbox,
]


class Sandbox:
    """All providers on one clock and one state file."""

    def __init__(self, state_path: Path | None) -> None:
        self.clock = Clock()
        self.state = StateFile(state_path, self._dump)
        self.providers = [provider(self.clock, self.state.changed) for provider in PROVIDERS]

    def _dump(self) -> JsonObject:
        return {provider.name: provider.dump() for provider in self.providers}

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """Loads the state and starts the providers; at the end stops them and writes the state a last time."""
        stored = self.state.read()
        for provider in self.providers:
            provider.load(stored.get(provider.name, {}))
            await provider.start()
        yield
        for provider in self.providers:
            await provider.stop()
        self.state.flush()

    async def health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "providers": [provider.name for provider in self.providers]})

    async def reset(self, _request: web.Request) -> web.Response:
        """Forgets everything of every provider and sets the clock right."""
        self.clock.offset_seconds = 0
        for provider in self.providers:
            provider.reset()
        self.state.flush()
        return web.json_response({"status": "ok"})

    async def shift_clock(self, request: web.Request) -> web.Response:
        """Moves the sandbox's present by whole seconds from the real time."""
        self.clock.offset_seconds = field(await read_object(request), "offset_seconds", int)
        return web.json_response({"now": self.clock.now().isoformat()})


def build_app(state_path: Path | None = None) -> web.Application:
    """The application, ready to serve."""
    sandbox = Sandbox(state_path)
    app = web.Application(middlewares=[control_errors])
    app.cleanup_ctx.append(sandbox.run)
    app.add_routes(
        [
            web.get("/_control/health", sandbox.health),
            web.post("/_control/reset", sandbox.reset),
            web.post("/_control/clock", sandbox.shift_clock),
        ]
    )
    for provider in sandbox.providers:
        app.add_routes(provider.routes())
    return app
