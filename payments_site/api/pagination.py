"""Opaque cursors over a keyset: no OFFSET, no page that shifts while it is read."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from payments_site.kernel.errors import InvalidInput

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_MAX_CURSOR = 512


def read_limit(text: str | None, default: int = DEFAULT_LIMIT) -> int:
    """The ``limit`` parameter, 1 to 200. Raises ``InvalidInput``."""
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not 1 <= int(text) <= MAX_LIMIT:
        raise InvalidInput({"field": "limit", "value": text[:20], "constraint": f"1 to {MAX_LIMIT}"})
    return int(text)


def encode_cursor(position: list[Any]) -> str:
    """An opaque text for the position after the last row of a page."""
    raw = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_cursor(text: str, *, parts: int) -> list[Any]:
    """What ``encode_cursor`` took. Raises ``InvalidInput`` naming ``cursor``."""
    if len(text) > _MAX_CURSOR:
        raise InvalidInput({"field": "cursor", "constraint": "a cursor of this API is expected"})
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        position = json.loads(raw)
    except (ValueError, RecursionError, binascii.Error) as error:
        raise InvalidInput({"field": "cursor", "constraint": "a cursor of this API is expected"}) from error
    if not isinstance(position, list) or len(position) != parts:
        raise InvalidInput({"field": "cursor", "constraint": "a cursor of this API is expected"})
    return position
