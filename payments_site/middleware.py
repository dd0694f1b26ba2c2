"""What happens to every request before a view sees it: its id, its size, and its record in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from payments_site.api.envelope import error_response
from payments_site.api.throttling import tell_usage
from payments_site.kernel import ids
from payments_site.kernel.errors import REGISTRY

Handler = Callable[[HttpRequest], HttpResponseBase]

_request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Adds ``request_id`` to every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


class RequestContextMiddleware:
    """Gives the request its id (the client's if well formed) and writes it into every answer's ``X-Request-ID``."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.request_id = ids.request_id(request.headers.get("X-Request-ID"))  # type: ignore[attr-defined]
        token = _request_id.set(request.request_id)  # type: ignore[attr-defined]
        try:
            response = self._get_response(request)
        finally:
            _request_id.reset(token)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


# The API, and the addresses at the root under which the PayOS document's readers find it.
_LIMITED = ("/api/", "/payment/", "/notifications/")
# Where a file is expected; it is read after the caller has been let in, and not into memory.
_FILES = ("/api/v1/admin/reconciliations/statements",)


class BodyLimitMiddleware:
    """Refuses API bodies over 1 MiB (413; statements are files and may be larger).

    Chunked ones without a length are refused as well (411): they would reach Django empty.

    Provider routes are left to their own view: a provider is always answered in its own words.
    """

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(_LIMITED) and not request.path.startswith("/api/v1/webhooks/"):
            refusal = self._refusal(request)
            if refusal is not None:
                return tell_usage(request, refusal)
        return self._get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
            return error_response(request, REGISTRY["LENGTH_REQUIRED"])
        most = settings.MAX_STATEMENT_BYTES if request.path in _FILES else settings.MAX_BODY_BYTES
        if length.isdigit() and int(length) > most:
            return error_response(request, REGISTRY["PAYLOAD_TOO_LARGE"], {"max_bytes": most})
        return None
