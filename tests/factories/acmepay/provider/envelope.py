"""AcmePay's envelope: a text of JSON and its signature. Orders, answers, notices and the browser's query all travel in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from tests.factories.acmepay.provider import signing
from transactions.providers.base import InvalidSignature, MalformedNotification, RawRequest
from transactions.providers.jsontext import digits, plain, read_object

_TEXTS = (
    "shop_id", "reference", "state", "amount", "reason", "number", "paid_at", "method", "page", "session_id", "refund_reference",
    "refund_no", "refund_state", "error",
)  # fmt: skip


def sealed(payload: Mapping[str, Any], secret: str) -> dict[str, str]:
    """The envelope of what we send."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return {"payload": text, "signature": signing.sign(text, secret)}


def of_request(request: RawRequest) -> tuple[str, str]:
    """(payload, signature) of a notice or of the browser's query. Raises ``MalformedNotification``."""
    try:
        if request.method.upper() == "POST":
            return of_body(request.body)
        found = parse_qs(request.query, strict_parsing=True, errors="strict", max_num_fields=10)
        [payload], [signature] = found["payload"], found["signature"]
    except (ValueError, KeyError) as error:
        raise MalformedNotification("not an envelope") from error
    return payload, signature


def of_body(body: bytes) -> tuple[str, str]:
    """(payload, signature) of a body. Raises ``ValueError``."""
    outer = read_object(body)
    payload, signature = plain(outer.get("payload")), plain(outer.get("signature"))
    if not payload or not signature:
        raise ValueError("no payload or no signature")
    return payload, signature


def fields_of(payload: str) -> dict[str, str]:
    """The plain fields of a payload, absent ones empty. Raises ``ValueError``."""
    document = read_object(payload)
    return {name: plain(document.get(name)) for name in _TEXTS}


def refunds_of(payload: str) -> list[dict[str, str]] | None:
    """The refunds that a payload lists; None where it says nothing of refunds. Raises ``ValueError``."""
    listed = read_object(payload).get("refunds")
    if listed is None:
        return None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ValueError("refunds are not a list of objects")
    return [{name: plain(value) for name, value in one.items()} for one in listed]


def opened(payload: str, signature: str, shop_id: str, secret: str) -> dict[str, str]:
    """The fields of what AcmePay signed for this shop. Raises ``InvalidSignature``, ``MalformedNotification``."""
    if not signing.is_signed(payload, signature, secret):
        raise InvalidSignature("not signed with this account's key")
    try:
        fields = fields_of(payload)
    except ValueError as error:
        raise MalformedNotification("the payload is not an object of texts") from error
    if fields["shop_id"] != shop_id:
        raise InvalidSignature("of another shop")
    return fields


def amount_of(text: str) -> int | None:
    """đồng; None for anything but digits, which equals no amount."""
    return digits(text, longest=12)


def moment_of(text: str) -> datetime | None:
    """A time with its offset; None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
