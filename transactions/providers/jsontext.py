"""Providers' JSON read as text: numbers keep their own spelling, which is what was signed; and their milliseconds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LONGEST_MILLISECONDS = 14  # up to the year 5138


class RepeatedName(ValueError):
    """An object holds a name twice: which of its values was meant can not be known."""


def read_object(document: bytes | str) -> dict[str, Any]:
    """A JSON object whose numbers are texts. Raises ``RepeatedName``, else ``ValueError`` for all that is no JSON object."""
    try:
        found = json.loads(document, object_pairs_hook=_object, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RepeatedName("a name occurs twice")
    return found


def plain(value: object) -> str:
    """A text or number as text, null as ``""``. Raises ``ValueError`` for anything else and for what is not proper text."""
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not text")
    value.encode()  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
    return value


def digits(text: str, *, longest: int = 15) -> int | None:
    """The whole number that ``text`` spells in ASCII digits, ``None`` for anything else; amounts are đồng."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= longest else None


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(text: str) -> datetime | None:
    """The moment behind milliseconds since 1970; ``None`` for "0" and for what is not a time."""
    number = digits(text, longest=_LONGEST_MILLISECONDS)
    return _EPOCH + number * _MILLISECOND if number else None
