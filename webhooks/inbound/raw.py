"""A provider's request as it came, and its sealed form."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from payments_site.kernel.redaction import REDACTED
from transactions.providers.base import RawRequest

# Never kept, not even sealed: they are ours or a person's, not the provider's words.
_DROPPED_HEADERS = frozenset({"Cookie", "Authorization", "X-Api-Key"})
# A notice is a few hundred bytes, the longest ones some thousand; what is larger than this is not one.
MAX_NOTICE_BYTES = 64 * 1024


def read(request: Any) -> RawRequest:
    """The request's bytes and headers, untouched; of a body that is too long (``is_cut``) only its beginning."""
    headers = {name: REDACTED if name in _DROPPED_HEADERS else value for name, value in request.headers.items()}
    return RawRequest(
        method=request.method,
        query=request.META.get("QUERY_STRING", ""),
        body=_body(request),
        content_type=request.META.get("CONTENT_TYPE", ""),
        headers=headers,
    )


def _body(request: Any) -> bytes:
    """One byte more than a notice may have tells that it is too long. A body without a length (chunked) is read as well, where
    the server says that its stream ends: Django itself would take it for empty."""
    meta = request.META
    if not meta.get("CONTENT_LENGTH") and meta.get("wsgi.input_terminated"):
        return bytes(meta["wsgi.input"].read(MAX_NOTICE_BYTES + 1))
    return bytes(request.read(MAX_NOTICE_BYTES + 1))


def is_cut(raw: RawRequest) -> bool:
    """Whether more came than was kept: nobody can say what it meant."""
    return len(raw.body) > MAX_NOTICE_BYTES


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
