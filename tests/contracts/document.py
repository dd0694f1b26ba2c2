"""The OpenAPI document as it is served, and the requests that it makes possible."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Operation:
    """One method of one path of the document."""

    method: str
    template: str
    spec: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def schemes(self) -> set[str]:
        """Names of the security schemes that open it; empty: no key is needed."""
        return {name for way in self.spec.get("security", []) for name in way}

    @property
    def parameters(self) -> set[str]:
        """The names in braces."""
        return set(re.findall(r"\{(\w+)\}", self.template))

    @property
    def answers_a_list(self) -> bool:
        """Whether the documented data is a list."""
        return "list_" in str(self.spec["operationId"]) or "List" in str(self.spec["operationId"])

    def path(self, values: Mapping[str, str]) -> str:
        """The path with values in the place of its parameters. Raises ``KeyError`` for a parameter that nobody gave."""
        return re.sub(r"\{(\w+)\}", lambda match: quote(values[match[1]], safe="/"), self.template)


def fetch(api: APIClient) -> dict[str, Any]:
    """The document."""
    answer = api.get("/api/schema/?format=json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Every method of every path."""
    return [
        Operation(method.upper(), template, spec)
        for template, methods in document["paths"].items()
        for method, spec in methods.items()
        if method != "parameters"
    ]


def routes() -> Iterator[tuple[str, URLPattern]]:
    """(path with names in braces, pattern) of everything that is routed."""
    yield from _walk("/", get_resolver().url_patterns)


def _walk(prefix: str, patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        path = prefix + _CONVERTER.sub(r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(path, pattern.url_patterns)
        else:
            yield path, pattern


def served(pattern: URLPattern) -> set[str]:
    """The methods that a view class serves."""
    view = pattern.callback.view_class
    return {method.upper() for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}
