"""payOS signatures, after https://payos.vn/docs/tich-hop-webhook/kiem-tra-du-lieu-voi-signature/ (read 2026-11-21).

Written for payOS's side only and pure: no clock, no I/O. The key is always the channel's checksum key.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_REQUEST_FIELDS = ("amount", "cancelUrl", "description", "orderCode", "returnUrl")
_WRITTEN_AS_NOTHING = (None, "null", "undefined")
_SHA256_HEX = re.compile(r"[0-9a-f]{64}")


def request_message(body: Mapping[str, Any]) -> str:
    """The signed string of a create request: exactly these five fields, as they are, nothing encoded."""
    return "&".join(f"{name}={body[name]}" for name in _REQUEST_FIELDS)


def data_message(data: Mapping[str, Any]) -> str:
    """The signed string of a webhook's or an answer's data: what is absent stays absent, null is empty."""
    return "&".join(f"{name}={_data_value(data[name])}" for name in sorted(data, key=_code_units))


def payout_message(body: Mapping[str, Any]) -> str:
    """The signed string of the header x-signature of payouts: names and values as JavaScript's encodeURIComponent writes them."""
    fields = {name: _payout_value(body[name]) for name in sorted(body, key=_code_units)}
    return "&".join(f"{_encode_component(name)}={_encode_component(value)}" for name, value in fields.items())


def flat_message(body: Mapping[str, Any]) -> str:
    """The signed string of the flat dialect: the body as Python's json.dumps writes it without spaces."""
    return json.dumps(body, separators=(",", ":"))


def sign(checksum_key: str, message: str) -> str:
    """HMAC-SHA256 of the message in UTF-8, lower-case hex."""
    return hmac.new(checksum_key.encode(), message.encode("utf-8", errors="replace"), hashlib.sha256).hexdigest()


def verify(checksum_key: str, message: str, signature: object) -> bool:
    """Whether the signature is this message's, in lower-case hex as payOS writes it. Constant time."""
    if not isinstance(signature, str) or not _SHA256_HEX.fullmatch(signature):
        return False
    return hmac.compare_digest(sign(checksum_key, message), signature)


def _data_value(value: object) -> str:
    if value in _WRITTEN_AS_NOTHING:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _json([_sorted_one_deep(one) for one in value])
    return str(value)


def _payout_value(value: object) -> str:
    return _json(_sorted_deep(value)) if isinstance(value, dict | list) else _data_value(value)


def _sorted_one_deep(value: Any) -> Any:
    return {name: value[name] for name in sorted(value, key=_code_units)} if isinstance(value, dict) else value


def _sorted_deep(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted_deep(value[name]) for name in sorted(value, key=_code_units)}
    return [_sorted_deep(one) for one in value] if isinstance(value, list) else value


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _encode_component(text: str) -> str:
    return quote(text, safe="!'()*")  # `-_.~` are never encoded by either


def _code_units(name: str) -> bytes:
    """JavaScript sorts by UTF-16 code units."""
    return name.encode("utf-16-be", errors="surrogatepass")
