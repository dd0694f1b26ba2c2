"""Judging answers by the OpenAPI document: 3.1 is JSON Schema 2020-12, so jsonschema can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

JSON = "application/json"


def faults(document: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> list[str]:
    """What is wrong with ``value``; a member that the schema does not name is a fault as well."""
    whole = {**closed(schema), "components": {"schemas": closed(document["components"]["schemas"])}}
    validator = Draft202012Validator(whole, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


def closed(schema: Any) -> Any:
    """The schema with every object closed that names its members: undocumented ones are refused."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    inner = {name: closed(item) for name, item in schema.items()}
    if isinstance(inner.get("properties"), dict) and inner.get("type") == "object" and "additionalProperties" not in inner:
        inner["additionalProperties"] = False
    return inner


def answer_schema(document: Mapping[str, Any], template: str, method: str, status: int) -> Mapping[str, Any]:
    """The documented schema of an answer. Raises ``KeyError`` where the document does not name the status."""
    answers = document["paths"][template][method.lower()]["responses"]
    schema: Mapping[str, Any] = answers[str(status)]["content"][JSON]["schema"]
    return schema
