"""One handler turns every failure into the envelope."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from payments_site.api.envelope import domain_error_body, error_body
from payments_site.kernel.errors import REGISTRY, DomainError

logger = logging.getLogger(__name__)

_DRF_CODES: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.NotAuthenticated, "UNAUTHORIZED"),
    (exceptions.AuthenticationFailed, "UNAUTHORIZED"),
    (exceptions.PermissionDenied, "FORBIDDEN"),
    (PermissionDenied, "FORBIDDEN"),
    (exceptions.MethodNotAllowed, "METHOD_NOT_ALLOWED"),
    (exceptions.NotFound, "NOT_FOUND"),
    (Http404, "NOT_FOUND"),
    (RequestDataTooBig, "PAYLOAD_TOO_LARGE"),
)


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """The answer for ``error``; anything that nobody anticipated is SYSTEM_ERROR, logged with its stack."""
    request = context.get("request")
    if isinstance(error, DomainError):
        return _answer(domain_error_body(request, error), error.entry.status, error)
    if isinstance(error, exceptions.ValidationError | exceptions.ParseError):
        return _answer(error_body(request, REGISTRY["VALIDATION_ERROR"], _drf_details(error)), 400, error)
    for kind, code in _DRF_CODES:
        if isinstance(error, kind):
            return _answer(error_body(request, REGISTRY[code]), REGISTRY[code].status, error)
    logger.error("unanticipated failure: %s", type(error).__name__, exc_info=error)
    body = error_body(request, REGISTRY["SYSTEM_ERROR"])
    if settings.DEBUG:
        body["debug"] = {"exception": type(error).__name__, "text": str(error)}
    return _answer(body, 500, error)


def _answer(body: dict[str, Any], status: int, error: Exception) -> Response:
    headers = {}
    retry_after = body["details"].get("retry_after")
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Response(body, status=status, headers=headers)


def _drf_details(error: exceptions.APIException) -> dict[str, Any]:
    # The first thing that is wrong with each field: two entries for one field would only confuse.
    first: dict[str, dict[str, Any]] = {}
    for problem in _flatten(error.detail, ""):
        first.setdefault(problem["field"], problem)
    fields = list(first.values())
    return fields[0] if len(fields) == 1 else {"fields": fields}


def _flatten(detail: Any, path: str) -> Any:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flatten(inner, name if not path else f"{path}.{name}")
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flatten(inner, path) if isinstance(inner, dict | list) else [_field(path, inner)]
    else:
        yield _field(path, detail)


def _field(path: str, text: Any) -> dict[str, Any]:
    return {"field": path.removesuffix(".non_field_errors") or "body", "constraint": str(text)}
