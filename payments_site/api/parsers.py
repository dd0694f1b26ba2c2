"""Reads request bodies: a JSON object, nothing else."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.parsers import BaseParser

from payments_site.kernel.errors import InvalidInput

# Nothing honest is nested deeper, and what walks a body later (validation, hashing) recurses.
MOST_LEVELS = 64


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def load_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in ``raw``; an empty body is an empty object. Raises ``InvalidInput``."""
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput({"field": "body", "constraint": "a JSON object in UTF-8 is expected"}) from error
    if not isinstance(value, dict):
        raise InvalidInput({"field": "body", "constraint": "a JSON object is expected"})
    if _too_deep(value):
        raise InvalidInput({"field": "body", "constraint": f"at most {MOST_LEVELS} levels of nesting"})
    return value


def _too_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(MOST_LEVELS + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


class ObjectParser(BaseParser):
    """Any content type: many clients forget to name it, and there is only one form of body."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """The object. Raises ``InvalidInput``."""
        return load_object(stream.read())
