"""Reads request bodies: a JSON object, nothing else."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.parsers import BaseParser

from payments_site.kernel.errors import InvalidInput


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
    return value


class ObjectParser(BaseParser):
    """Any content type: many clients forget to name it, and there is only one form of body."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """The object. Raises ``InvalidInput``."""
        return load_object(stream.read())
