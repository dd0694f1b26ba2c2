"""https://payos.vn/docs/tich-hop-webhook/kiem-tra-du-lieu-voi-signature, read 2026-11-21: payOS's signatures.

HMAC-SHA256 with the channel's checksum key, lower-case hex. A payment request is signed over five fields in a fixed order;
webhooks and answers over their ``data``, sorted by name. Nothing is escaped in either. Payouts have a third form, in a header.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_EMPTY_WORDS = ("null", "undefined")
# What JavaScript's encodeURIComponent leaves as it is besides Python's own list.
_UNESCAPED = "!'()*"


class Unsignable(ValueError):
    """payOS's rule says nothing about such data, and its SDKs disagree: it can not be verified."""


class RepeatedName(ValueError):
    """A name comes twice in one object: which value was signed depends on the reader."""


class Number(str):
    """A JSON number that is not whole, in its own spelling, which is what was signed."""

    __slots__ = ()


def parse(text: bytes) -> Any:
    """UTF-8 JSON without loss: numbers keep their spelling. Raises ``RepeatedName``, ``ValueError``, ``RecursionError``."""
    return json.loads(text.decode(), parse_float=Number, parse_constant=_no_constant, object_pairs_hook=_object)


def sign(text: str, checksum_key: str) -> str:
    """The signature of ``text``."""
    return hmac.new(checksum_key.encode(), text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def is_signature(given: object, text: str, checksum_key: str) -> bool:
    """Whether ``given`` signs ``text``; in constant time. Without a key nothing is signed."""
    if not checksum_key or not isinstance(given, str):
        return False
    return hmac.compare_digest(sign(text, checksum_key).encode(), given.lower().encode(errors="replace"))


def request_string(*, amount: int, cancel_url: str, description: str, order_code: int, return_url: str) -> str:
    """What is signed of a payment request: these five only, raw."""
    return f"amount={amount}&cancelUrl={cancel_url}&description={description}&orderCode={order_code}&returnUrl={return_url}"


def data_string(data: Mapping[str, Any]) -> str:
    """What is signed of a webhook or an answer: ``name=value`` by name, joined with ``&``.

    null is empty, arrays are compact JSON with the names of their objects sorted, names that are absent stay absent. Raises
    ``Unsignable`` for a nested object, and for a name that could pass for several fields.
    """
    if not all(_NAME.fullmatch(name) for name in data):
        raise Unsignable("an odd name of a field")
    text = "&".join(f"{name}={_value(data[name])}" for name in sorted(data))
    if not _is_text(text):
        raise Unsignable("not a text")
    return text


def payout_string(body: Mapping[str, Any]) -> str:
    """What is signed, in the header ``x-signature``, of a payout: sorted at every depth, escaped as encodeURIComponent does."""
    return "&".join(f"{_escaped(name)}={_escaped(_payout_value(body[name]))}" for name in sorted(body))


def compact(value: Any) -> str:
    """``value`` as JSON without spaces, as JavaScript writes it: letters unescaped, numbers in their spelling."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{compact(name)}:{compact(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(compact(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        raise Unsignable("a nested object")
    if isinstance(value, list | tuple):
        return compact([_sorted(item) if isinstance(item, Mapping) else item for item in value])
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None or value in _EMPTY_WORDS:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _payout_value(value: Any) -> str:
    return compact(_sorted_deep(value)) if isinstance(value, Mapping | list | tuple) else _scalar(value)


def _sorted(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value[name] for name in sorted(value)}


def _sorted_deep(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _sorted_deep(value[name]) for name in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted_deep(item) for item in value]
    return value


def _escaped(text: str) -> str:
    return quote(text, safe=_UNESCAPED)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RepeatedName("a name comes twice")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
