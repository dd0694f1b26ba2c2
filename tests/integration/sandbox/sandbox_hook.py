"""A merchant's server for notices that are posted: keeps headers and bytes, answers with the statuses and bodies it is told."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sandbox_process import wait_until


@dataclass
class Post:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


class Hook:
    """Answers from `answers`, then with `default` for ever."""

    def __init__(self, default: tuple[int, str] = (200, '{"success": true}')) -> None:
        self.answers: list[tuple[int, str]] = []
        self.default = default
        self.posts: list[Post] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                hook.posts.append(Post(self.path, {name.lower(): value for name, value in self.headers.items()}, raw))
                status, text = hook.answers.pop(0) if hook.answers else hook.default
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook?tenant=SM-01"

    def wait_for(self, count: int) -> list[Post]:
        """The requests, as soon as so many have come."""
        wait_until(lambda: len(self.posts) >= count)
        return self.posts

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
