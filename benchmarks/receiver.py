"""`python -m benchmarks.receiver FILE`: a merchant's server.

It answers 200, at once under /fast, after 50 ms under /slow, never under /dead.

Writes its port to FILE. As lean as can be, so that the senders are what is measured.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
SLOW_SECONDS = 0.05


class Merchant(asyncio.Protocol):
    """One connection of a sender; requests come one after the other."""

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        start = lower.index(b"content-length:") + 15
        if len(rest) < int(lower[start:].split(b"\r\n", 1)[0]):
            return
        self._buffer = b""
        if head.startswith(b"POST /slow"):
            asyncio.get_running_loop().call_later(SLOW_SECONDS, self._transport.write, _ANSWER)
        elif not head.startswith(b"POST /dead"):
            self._transport.write(_ANSWER)


async def serve(file: Path) -> None:
    """Until this process is ended."""
    server = await asyncio.get_running_loop().create_server(Merchant, "127.0.0.1", 0, backlog=1024)
    draft = file.with_suffix(".new")
    draft.write_text(str(server.sockets[0].getsockname()[1]))
    draft.rename(file)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
