"""The service's web, in this process: one handler for all requests, its middleware loaded once."""

from __future__ import annotations

from collections.abc import Mapping

from django.test import Client

_client = Client()


def request(
    method: str, path: str, body: bytes | str = b"", headers: Mapping[str, str] | None = None, kind: str = "application/json"
) -> tuple[int, bytes]:
    """Status and body. What the service could not answer with is raised."""
    answer = _client.generic(method, path, body, kind, headers=dict(headers or {}))
    return answer.status_code, answer.content
