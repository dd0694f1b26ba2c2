"""A provider's request as it came, and its sealed form."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from payments_site.kernel.redaction import REDACTED
from transactions.providers.base import RawRequest

# Never kept, not even sealed: they are ours or a person's, not the provider's words.
_DROPPED_HEADERS = frozenset({"Cookie", "Authorization", "X-Api-Key"})


def read(request: Any) -> RawRequest:
    """The request's bytes and headers, untouched."""
    headers = {name: REDACTED if name in _DROPPED_HEADERS else value for name, value in request.headers.items()}
    return RawRequest(
        method=request.method,
        query=request.META.get("QUERY_STRING", ""),
        body=request.body,
        content_type=request.META.get("CONTENT_TYPE", ""),
        headers=headers,
    )


def to_json(raw: RawRequest, path: str) -> dict[str, Any]:
    """A form that can be sealed as JSON and read back without loss."""
    return {
        "path": path,
        "method": raw.method,
        "query": raw.query,
        "body": base64.b64encode(raw.body).decode(),
        "content_type": raw.content_type,
        "headers": dict(raw.headers),
    }


def from_json(stored: dict[str, Any]) -> RawRequest:
    """What ``to_json`` took."""
    return RawRequest(
        method=stored["method"],
        query=stored["query"],
        body=base64.b64decode(stored["body"]),
        content_type=stored["content_type"],
        headers=stored["headers"],
    )


def payload(raw: RawRequest) -> bytes:
    """The bytes that carry the message: the body, else the query."""
    return raw.body or raw.query.encode()


def fingerprint(raw: RawRequest) -> tuple[str, int]:
    """SHA-256 and size of the payload, for the audit trail."""
    data = payload(raw)
    return hashlib.sha256(data).hexdigest(), len(data)
