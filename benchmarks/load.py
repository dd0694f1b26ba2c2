"""`python -m benchmarks.load SPEC`: a bounded HTTP/1.1 load generator on loopback, in a process of its own.

One event loop, keep-alive connections, the next request on a connection as soon as its answer is there. Every answer is checked.
SPEC (JSON): port, connections, seconds, status, words, and one of `create` (path, api_key), `notices` (path, file of queries) and
`events` (path, file of signatures and bodies).
Prints JSON: answers, failures, seconds, latencies and its own CPU.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.messages import create_requests, event_request, get_request

_PATIENCE = 20.0  # seconds for the last answers


@dataclass
class Run:
    """One run: what is still to be sent, and what came back."""

    requests: Iterator[bytes]
    status: bytes
    words: bytes
    deadline: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    sent: int = 0
    last: float = 0.0

    def next(self) -> bytes | None:
        """The next request; None once the time is over or nothing is left."""
        if time.perf_counter() >= self.deadline:
            return None
        request = next(self.requests, None)
        self.sent += request is not None
        return request

    def answered(self, begun: float, head: bytes, body: bytes) -> None:
        """Note an answer."""
        self.last = time.perf_counter()
        self.latencies.append(self.last - begun)
        if head[9:12] != self.status or self.words not in body:
            self.failures.append((head[:12] + b" " + body[:300]).decode(errors="replace"))


class Connection(asyncio.Protocol):
    """One keep-alive connection; opened again by `_client` when the server closes it between two answers."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._buffer = b""
        self._begun = 0.0
        self._waiting = False
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        self._buffer, self._waiting = b"", False
        self._run.answered(self._begun, head, rest)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting:
            self._run.failures.append(f"connection lost before the answer: {exc}")
        if not self.closed.done():
            self.closed.set_result(None)

    def _send(self) -> None:
        request = self._run.next()
        if request is None:
            self._transport.close()
            return
        self._begun, self._waiting = time.perf_counter(), True
        self._transport.write(request)


def _length(head: bytes) -> int:
    lower = head.lower()
    start = lower.index(b"content-length:") + 15
    return int(lower[start:].split(b"\r\n", 1)[0])


async def _client(run: Run, port: int) -> None:
    loop = asyncio.get_running_loop()
    while time.perf_counter() < run.deadline:
        before = run.sent
        _, connection = await loop.create_connection(lambda: Connection(run), "127.0.0.1", port)
        await connection.closed
        if run.sent == before:
            return  # nothing left to send


async def _drive(run: Run, spec: dict[str, Any]) -> None:
    run.deadline = time.perf_counter() + spec["seconds"]
    clients = [_client(run, spec["port"]) for _ in range(spec["connections"])]
    await asyncio.wait_for(asyncio.gather(*clients), spec["seconds"] + _PATIENCE)


def _requests(spec: dict[str, Any]) -> Iterator[bytes]:
    if "create" in spec:
        return create_requests(**spec["create"])
    if "events" in spec:
        path, file = spec["events"]["path"], Path(spec["events"]["file"])
        return iter([event_request(path, *line.split("\t")) for line in file.read_text(encoding="ascii").splitlines()])
    path, file = spec["notices"]["path"], Path(spec["notices"]["file"])
    return iter([get_request(path, query) for query in file.read_text(encoding="ascii").splitlines()])


def main(spec: dict[str, Any]) -> dict[str, Any]:
    """Drive the load and describe it."""
    run = Run(_requests(spec), str(spec["status"]).encode(), spec["words"].encode())
    begun, cpu = time.perf_counter(), time.process_time()
    asyncio.run(_drive(run, spec))
    times = sorted(run.latencies)
    return {
        "answers": len(times),
        "sent": run.sent,
        "failures": len(run.failures),
        "failure": run.failures[:1],
        "seconds": run.last - begun,
        "p50_ms": times[len(times) // 2] * 1000 if times else None,
        "p95_ms": times[int(len(times) * 0.95)] * 1000 if times else None,
        "cpu_seconds": time.process_time() - cpu,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
