"""Running one aiohttp application as a process: where it listens is printed, signals stop it cleanly."""

import asyncio
import signal
from collections.abc import Callable

from aiohttp import web


async def serve(
    app: web.Application, *, label: str, host: str, port: int, on_listening: Callable[[str], None] | None = None
) -> None:
    """Serves until SIGTERM or SIGINT. Port 0 takes a free one; the line printed says which."""
    # No access log: addresses of payment pages and callbacks carry signatures.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        address = _address(host, runner.addresses[0][1])
        if on_listening:
            on_listening(address)
        print(f"{label} listening on {address}", flush=True)
        await _stop_signal()
    finally:
        await runner.cleanup()


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _stop_signal() -> None:
    stopped = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
    await stopped.wait()
