"""Asking over HTTP, with nothing but the standard library."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Never through a proxy of the environment: everything asked here is on this machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    """Status and body of any HTTP answer, an error status included."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON; ValueError if it is none."""
        return json.loads(self.body)


def ask(method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
    """One request; OSError if nobody answers. A body is sent as JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=dict(headers or {}))  # noqa: S310
    if data is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with _OPENER.open(request, timeout=10) as response:
            return Answer(response.status, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read())


def http_answers(url: str) -> bool:
    """Whether somebody answers there with anything but a failure of its own (5xx)."""
    try:
        return ask("GET", url).status < 500
    except (OSError, http.client.HTTPException):
        return False
