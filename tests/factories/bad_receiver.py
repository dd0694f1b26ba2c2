"""A merchant's server at its worst, as a process of its own: raw sockets, one behaviour a path.

It prints its port, then one line ``<path> <webhook-id>`` for every request that it has read. Lines on its stdin of the form
``<path> <behaviour>`` change what a path does.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys

BIG = 10 * 1024 * 1024
_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def _drip(writer: asyncio.StreamWriter, data: bytes, seconds: float) -> None:
    for position in range(len(data)):
        writer.write(data[position : position + 1])
        await writer.drain()
        await asyncio.sleep(seconds)


async def _answer(behaviour: str, writer: asyncio.StreamWriter) -> None:
    if behaviour == "hang":
        await asyncio.sleep(3600)
    elif behaviour == "drip":
        await _drip(writer, _OK, 0.3)
    elif behaviour == "drip-body":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        await _drip(writer, b"x" * 1000, 0.3)
    elif behaviour == "reset":
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    elif behaviour == "rubbish":
        writer.write(b"\x00\xff not HTTP at all\r\n\r\n")
    elif behaviour == "redirect":
        writer.write(b"HTTP/1.1 307 Moved\r\nLocation: /inside\r\nContent-Length: 0\r\n\r\n")
    elif behaviour == "busy":
        writer.write(b"HTTP/1.1 429 Slow Down\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n")
    elif behaviour.startswith("big"):
        status = b"200 OK" if behaviour == "big-ok" else b"500 Oh"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n\r\n" % BIG)
        for _ in range(BIG // 65536):
            writer.write(b"A" * 65536)
            await writer.drain()
    elif behaviour.isdigit():
        writer.write(f"HTTP/1.1 {behaviour} Said\r\nContent-Length: 4\r\n\r\nsaid".encode())
    else:
        writer.write(_OK)


async def _serve() -> None:
    behaviours: dict[str, str] = {}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head.split("\r\n")
                fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                await reader.readexactly(int(fields.get("content-length", "0")))
                path = first.split(" ")[1]
                print(path, fields.get("webhook-id", "-"), flush=True)
                await _answer(behaviours.get(path, path.strip("/")), writer)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        path, behaviour = line.split()
        behaviours[path] = behaviour
        print("now", path, behaviour, flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())
