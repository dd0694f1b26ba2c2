"""A real HTTP server on this machine that answers adapters as a test says, and remembers what was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str, dict[str, Any]], Any]


class Provider:
    """``answer`` is bytes, a document, or a function of (path, body); ``None`` hangs up without an answer."""

    def __init__(self, answer: Any, status: int) -> None:
        self.answer, self.status = answer, status
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.url = ""

    @property
    def last(self) -> dict[str, Any]:
        return self.calls[-1][1]

    def respond(self, path: str, body: dict[str, Any]) -> bytes | None:
        self.calls.append((path, body))
        answer = self.answer(path, body) if callable(self.answer) else self.answer
        if answer is None or isinstance(answer, bytes):
            return answer
        return json.dumps(answer, ensure_ascii=False).encode()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/json"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = provider.respond(self.path, body)
            if answer is None:
                self.close_connection = True
                return
            self.send_response(provider.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests stay quiet."""

    return Handler


@contextmanager
def provider(answer: Any, status: int = 200) -> Iterator[Provider]:
    """A provider that answers every call with ``answer``."""
    found = Provider(answer, status)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
