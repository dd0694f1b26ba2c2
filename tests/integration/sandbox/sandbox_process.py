"""The sandbox or the shop as a running process, and a merchant's server for IPN calls."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


class Process:
    """A server of this repository in its own process; `base` is where it listens."""

    def __init__(self, module: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.line = self._process.stdout.readline()
        self.base = self.line.split()[-1] if self.line else ""

    def stop(self, signum: int = signal.SIGTERM) -> int:
        """Ends the process and gives its exit code."""
        self._process.send_signal(signum)
        self._process.communicate(timeout=10)
        return self._process.returncode

    def finished(self) -> tuple[int, str]:
        """The exit code and error output of a process that ends by itself."""
        _, errors = self._process.communicate(timeout=10)
        return self._process.returncode, errors


class Receiver:
    """A merchant's server: keeps what it was sent and answers from `answers`, then `00` for ever."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.delay = 0.0
        self.requests: list[tuple[str, str, str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                receiver.requests.append((self.command, self.path, self.rfile.read(length).decode()))
                time.sleep(receiver.delay)
                body = receiver.next_answer().encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815 - the name is http.server's

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/ipn?tenant=SM-01"

    def next_answer(self) -> str:
        code = self.answers.pop(0) if self.answers else "00"
        return f'{{"RspCode": "{code}", "Message": "-"}}' if len(code) == 2 else code

    def wait_for(self, count: int, seconds: float = 5) -> None:
        """Returns when so many requests have come; fails after the time."""
        wait_until(lambda: len(self.requests) >= count, seconds)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def wait_until(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
