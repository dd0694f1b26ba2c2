"""The WSGI application called in this very process, by one thread: what the profile looks at."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.messages import order_bodies
from payments_site.wsgi import application


@dataclass(frozen=True)
class Call:
    """One request and the status and words that its answer must have."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200
    words: bytes = b""


class Caller:
    """Calls the application as a WSGI server would, and checks every answer."""

    def __init__(self) -> None:
        self._application: Callable[..., Any] = application

    def call(self, call: Call) -> None:
        """One request; AssertionError unless it is answered as expected."""
        seen: list[str] = []

        def start(status: str, _headers: Any, _error: Any = None) -> None:
            seen.append(status)

        answer = self._application(_environ(call), start)
        body = b"".join(answer)
        answer.close()
        assert seen[0].startswith(f"{call.status} "), (seen, body[:500])
        assert call.words in body, body[:500]


def create_calls(path: str, api_key: str) -> Iterator[Call]:
    """Creates that never repeat."""
    for key, body in order_bodies():
        headers = (("HTTP_X_API_KEY", api_key), ("HTTP_X_IDEMPOTENCY_KEY", key), ("CONTENT_TYPE", "application/json"))
        yield Call("POST", path, body=body, headers=headers, status=201)


def notice_calls(path: str, queries: list[str]) -> Iterator[Call]:
    """IPNs that must be answered 00."""
    for query in queries:
        yield Call("GET", path, query=query, headers=(("HTTP_USER_AGENT", "VNPAY"),), words=b'"00"')


def _environ(call: Call) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": call.method,
        "PATH_INFO": call.path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": call.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(call.body)) if call.body else "",
        "wsgi.input": io.BytesIO(call.body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **dict(call.headers),
    }
