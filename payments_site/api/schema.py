"""OpenAPI: one decorator that documents an operation with the envelope, its error answers and the common headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from payments_site.kernel.errors import REGISTRY

F = TypeVar("F", bound=Callable[..., Any])

_EXAMPLE_REQUEST_ID = "req_01jd5w2mzq8v4c7x9k3n6r1t5b"


class Schema(AutoSchema):
    """drf-spectacular's schema with this API's conventions."""


class ErrorSerializer(serializers.Serializer[Any]):
    """The envelope of every error answer."""

    success = serializers.BooleanField(default=False)
    error_code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField()
    request_id = serializers.CharField()
    timestamp = serializers.DateTimeField()
    trace_id = serializers.CharField()
    debug = serializers.DictField(required=False)


class PaginationSerializer(serializers.Serializer[Any]):
    """Where the next page begins; null at the end."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    limit = serializers.IntegerField()


def envelope(name: str, data: Any, *, paginated: bool = False) -> Any:
    """The success envelope around ``data`` (a serializer instance), as a component called ``name``."""
    fields: dict[str, Any] = {
        "success": serializers.BooleanField(default=True),
        "message": serializers.CharField(required=False),
        "data": data,
        "request_id": serializers.CharField(),
    }
    if paginated:
        fields["pagination"] = PaginationSerializer()
    return inline_serializer(name=name, fields=fields)


def error_responses(codes: Iterable[str]) -> dict[int, OpenApiResponse]:
    """One documented answer per HTTP status, with an example for each code."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(REGISTRY[code].status, []).append(code)
    return {
        status: OpenApiResponse(
            ErrorSerializer, description=", ".join(sorted(names)), examples=[_error_example(code) for code in sorted(names)]
        )
        for status, names in sorted(by_status.items())
    }


def operation(
    *,
    summary: str,
    name: str,
    data: Any,
    tags: list[str],
    status: int = 200,
    request: Any = None,
    errors: Iterable[str] = (),
    paginated: bool = False,
    parameters: Iterable[OpenApiParameter] = (),
    example: Any = None,
    request_example: Any = None,
    description: str = "",
    auth: list[str] | None = None,
) -> Callable[[F], F]:
    """Document one view method. ``data`` is the serializer instance of the envelope's data, ``errors`` codes of the registry."""
    examples = []
    if request_example is not None:
        examples.append(OpenApiExample("request", value=request_example, request_only=True))
    answer_examples = []
    if example is not None:
        value: dict[str, Any] = {"success": True, "data": example, "request_id": _EXAMPLE_REQUEST_ID}
        if paginated:
            value["pagination"] = {"next": None, "previous": None, "limit": 50}
        answer_examples.append(OpenApiExample("answer", value=value))
    success = OpenApiResponse(envelope(f"{name}Answer", data, paginated=paginated), summary, answer_examples)
    extra: dict[str, Any] = {"auth": auth} if auth is not None else {}
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        tags=tags,
        request=request,
        parameters=[*parameters, _LANGUAGE, _REQUEST_ID],
        responses={status: success, **error_responses({*errors, "SYSTEM_ERROR"})},
        examples=examples,
        **extra,
    )


_LANGUAGE = OpenApiParameter(
    "Accept-Language", OpenApiTypes.STR, OpenApiParameter.HEADER, description="vi (default) or en", enum=["vi", "en"]
)
_REQUEST_ID = OpenApiParameter(
    "X-Request-ID",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="8 to 128 of A-Z a-z 0-9 . _ -; else a new one is given",
)


def _error_example(code: str) -> OpenApiExample:
    entry = REGISTRY[code]
    return OpenApiExample(
        code,
        value={
            "success": False,
            "error_code": code,
            "message": entry.vi,
            "details": {},
            "request_id": _EXAMPLE_REQUEST_ID,
            "timestamp": "2026-11-21T10:15:00.000+07:00",
            "trace_id": _EXAMPLE_REQUEST_ID,
        },
    )
