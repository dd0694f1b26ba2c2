"""OpenAPI: one decorator that documents an operation with the envelope, its error answers and the common headers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
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

    def map_parsers(self) -> list[str]:
        """Any content type is read, but a JSON object is meant."""
        return ["application/json"]


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


def envelope(name: str, data: Any, *, paginated: bool = False, beside: bool = False) -> Any:
    """The success envelope around ``data`` (a serializer instance), as a component called ``name``; ``beside``: see there."""
    fields: dict[str, Any] = {
        "success": serializers.BooleanField(default=True),
        "message": serializers.CharField(required=False),
        "data": data,
        "request_id": serializers.CharField(),
    }
    if paginated:
        fields["pagination"] = PaginationSerializer()
    if beside:
        fields.update(type(data)().fields)
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


@functools.cache
def _shared_envelope(data: Any) -> Any:
    """The envelope of data that several operations answer with: one component, not one an operation."""
    return envelope(f"{type(data).__name__}Answer", data)


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
    also: Iterable[int] = (),
    beside: bool = False,
    other_answers: Mapping[int, tuple[Any, Any]] | None = None,
    files: Iterable[str] = (),
) -> Callable[[F], F]:
    """Document one view method. ``data`` is the serializer instance of the envelope's data, ``errors`` codes of the registry.

    ``also`` names further statuses that come with the same data, ``other_answers`` successes with data
    (serializer, example) of their own. ``beside``: the data's fields stand in the envelope as well. ``files``: the content types
    of an answer that is a file and no envelope.
    """
    errors = {*errors, "SYSTEM_ERROR"}
    examples = []
    if request_example is not None:
        examples.append(OpenApiExample("request", value=request_example, request_only=True))
    answer_examples = []
    if example is not None:
        value: dict[str, Any] = {"success": True, "data": example, "request_id": _EXAMPLE_REQUEST_ID}
        if beside:
            value.update(example)
        if paginated:
            value["pagination"] = {"next": None, "previous": None, "limit": 50}
        answer_examples.append(OpenApiExample("answer", value=value))
    success = OpenApiResponse(
        envelope(f"{name}Answer", data, paginated=paginated, beside=beside) if data is not None else None,
        summary,
        answer_examples,
    )
    found = {(status, kind): OpenApiResponse(OpenApiTypes.BINARY, summary) for kind in files}
    others = {
        code: OpenApiResponse(_shared_envelope(other), "", [_success_example(shown)])
        for code, (other, shown) in (other_answers or {}).items()
    }
    extra: dict[str, Any] = {"auth": auth} if auth is not None else {}
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        tags=tags,
        request=request,
        parameters=[*parameters, _LANGUAGE, _REQUEST_ID, *_answer_headers(errors)],
        responses={**(found or dict.fromkeys([status, *also], success)), **others, **error_responses(errors)},
        examples=examples,
        **extra,
    )


def _success_example(data: Any) -> OpenApiExample:
    return OpenApiExample("answer", value={"success": True, "data": data, "request_id": _EXAMPLE_REQUEST_ID})


_LANGUAGE = OpenApiParameter(
    "Accept-Language", OpenApiTypes.STR, OpenApiParameter.HEADER, description="vi (default) or en", enum=["vi", "en"]
)
_REQUEST_ID = OpenApiParameter(
    "X-Request-ID",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="8 to 128 of A-Z a-z 0-9 . _ -; else a new one is given",
)


def _answer_headers(codes: Iterable[str]) -> list[OpenApiParameter]:
    headers = [_header("X-Request-ID", OpenApiTypes.STR, "the id of this request, also in the body")]
    if "RATE_LIMIT_EXCEEDED" in codes:
        headers += [
            _header("RateLimit-Limit", OpenApiTypes.INT, "requests of one period"),
            _header("RateLimit-Remaining", OpenApiTypes.INT, "requests left in this period"),
            _header("RateLimit-Reset", OpenApiTypes.INT, "seconds until the next period"),
            _header("Retry-After", OpenApiTypes.INT, "seconds to wait", statuses=[429]),
        ]
    return headers


def _header(name: str, kind: Any, description: str, statuses: list[int] | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=description, response=statuses or True)


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


def only_documented(endpoints: Iterable[Any]) -> list[Any]:
    """Hook: the same views under the PayOS document's own addresses are documented once, below ``/api/v1``."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]
