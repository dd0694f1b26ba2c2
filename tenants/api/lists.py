"""Query parameters and pages of the admin API's lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import success
from payments_site.api.pagination import MAX_LIMIT, decode_cursor, encode_cursor, read_limit
from payments_site.kernel.errors import InvalidInput
from tenants.directory import Page

M = TypeVar("M", bound=Model)
MAX_TEXT = 100
_MAX_CURSOR = 64
_MAX_ID = 2**63 - 1
_FLAGS = {"true": True, "1": True, "false": False, "0": False}

LIST_PARAMETERS = (
    OpenApiParameter("search", {"type": "string", "maxLength": MAX_TEXT}, description="part of the code or the name, or an id"),
    OpenApiParameter("is_active", OpenApiTypes.STR, enum=["true", "false"]),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 50}),
    OpenApiParameter("cursor", OpenApiTypes.STR, description="`pagination.next` of the page before"),
)


def read_page(request: Request) -> Page:
    """``limit`` and ``cursor``. Raises ``InvalidInput``."""
    cursor = request.query_params.get("cursor")
    return Page(limit=read_limit(request.query_params.get("limit")), before=_position(cursor) if cursor else None)


def read_text(request: Request, name: str) -> str:
    """A search text of at most 100 characters. Raises ``InvalidInput``."""
    text = request.query_params.get(name, "").strip()
    if len(text) > MAX_TEXT or not text.isprintable():
        raise InvalidInput({"field": name, "constraint": f"at most {MAX_TEXT} characters, no control characters"})
    return text


def read_flag(request: Request, name: str) -> bool | None:
    """``true`` or ``false``; None if left out. Raises ``InvalidInput``."""
    text = request.query_params.get(name)
    if not text:
        return None
    if text.lower() not in _FLAGS:
        raise InvalidInput({"field": name, "value": text[:20], "constraint": "true or false"})
    return _FLAGS[text.lower()]


def answer_page(request: Request, rows: Sequence[M], page: Page, show: Callable[[Sequence[M]], Any]) -> Response:
    """The envelope of one page; ``rows`` holds one more than ``page.limit`` if there is a next one."""
    shown = rows[: page.limit]
    following = encode_cursor([shown[-1].pk]) if len(rows) > page.limit else None
    return success(request, show(shown), pagination={"next": following, "previous": None, "limit": page.limit})


def _position(cursor: str) -> int:
    position = decode_cursor(cursor, parts=1)[0] if len(cursor) <= _MAX_CURSOR else None
    if isinstance(position, bool) or not isinstance(position, int) or not 0 <= position <= _MAX_ID:
        raise InvalidInput({"field": "cursor", "constraint": "a cursor of this API is expected"})
    return position
