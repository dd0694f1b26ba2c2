"""The envelope of every answer of the API, success and error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError, ErrorCode


def language_of(request: Any) -> str:
    """``en`` if the client asks for English first, else ``vi``."""
    accepted = request.META.get("HTTP_ACCEPT_LANGUAGE", "") if request is not None else ""
    if not accepted:
        return "vi"
    django_request = getattr(request, "_request", request)
    return "en" if get_language_from_request(django_request) == "en" else "vi"


def request_id_of(request: Any) -> str:
    """The id that ``RequestContextMiddleware`` gave this request."""
    return str(getattr(getattr(request, "_request", request), "request_id", ""))


def encode(value: Any) -> bytes:
    """JSON as the API writes it: compact, UTF-8, Vietnamese readable. A lone surrogate (echoed from bad input) becomes "?"."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def success(
    request: Any,
    data: Any,
    *,
    status: int = 200,
    message: str | None = None,
    pagination: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """``{"success": true, "message"?, "data", "pagination"?, "request_id"}``."""
    body: dict[str, Any] = {"success": True}
    if message is not None:
        body["message"] = message
    body["data"] = data
    if pagination is not None:
        body["pagination"] = dict(pagination)
    body["request_id"] = request_id_of(request)
    return Response(body, status=status, headers=dict(headers or {}))


def error_body(
    request: Any, entry: ErrorCode, details: Mapping[str, Any] | None = None, message: str | None = None
) -> dict[str, Any]:
    """The design's error format (section 4.3.1); the trace id is the request id, by which logs are found."""
    request_id = request_id_of(request)
    return {
        "success": False,
        "error_code": entry.code,
        "message": message or entry.message(language_of(request)),
        "details": dict(details or {}),
        "request_id": request_id,
        "timestamp": clock.iso(clock.now()),
        "trace_id": request_id,
    }


def error_response(request: HttpRequest, entry: ErrorCode, details: Mapping[str, Any] | None = None) -> HttpResponse:
    """An error answered outside DRF (middleware, URL resolver)."""
    body = error_body(request, entry, details)
    return HttpResponse(encode(body), status=entry.status, content_type="application/json")


def domain_error_body(request: Any, error: DomainError) -> dict[str, Any]:
    """The envelope of an anticipated failure."""
    return error_body(request, error.entry, error.details, error.message(language_of(request)))


class OneForm(BaseContentNegotiation):
    """There is one form of answer, whatever the client says it accepts."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """The only one."""
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        """The first one."""
        return renderers[0], renderers[0].media_type


class Renderer(BaseRenderer):
    """Renders what ``success`` and the exception handler made."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """JSON bytes; nothing for an empty answer."""
        return b"" if data is None else encode(data)
