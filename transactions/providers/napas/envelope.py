"""``{data, checksum}``, as a notice's body and as the form field ``napasResult`` of a return: found, verified, opened."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from transactions.providers.base import AccountContext, InvalidSignature, MalformedNotification, RawRequest
from transactions.providers.napas import reading, signing
from transactions.providers.napas.reading import Document

FORM_FIELD = "napasResult"
_MOST_FIELDS = 50


def verified(account: AccountContext, envelope: Document) -> Document:
    """The ``paymentResult`` inside, once the checksum over the very text is the account's; empty where there is none.

    Raises ``MalformedNotification``, ``InvalidSignature``. An account without credentials verifies nothing.
    """
    data, given = envelope.get("data"), envelope.get("checksum")
    if not isinstance(data, str) or not isinstance(given, str) or not data.isascii() or not given:
        raise MalformedNotification("no data or no checksum")
    if not signing.is_checksum(given, data, account.credentials.get("client_secret", "")):
        raise InvalidSignature("not signed with this account's secret")
    payment = reading.section(_opened(data), "paymentResult")
    if reading.text(payment, "merchantId") not in ("", account.credentials.get("merchant_id")):
        raise InvalidSignature("of another merchant")
    return payment


def of_notice(request: RawRequest) -> Document:
    """The envelope in a notice's body. Raises ``MalformedNotification``."""
    return _parsed(request.body)


def of_return(request: RawRequest) -> Document:
    """The envelope in a return's form field. Raises ``MalformedNotification``."""
    try:
        form = request.body.decode() if request.method.upper() == "POST" else request.query
        fields = parse_qsl(form, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise MalformedNotification("not a form") from error
    found = [value for name, value in fields if name == FORM_FIELD]
    if len(found) != 1:
        raise MalformedNotification("not one napasResult")
    return _parsed(found[0])


def peeked(request: RawRequest) -> Document:
    """The *untrusted* ``paymentResult`` of a notice or a return; empty where none can be read."""
    try:
        is_json = request.body.lstrip().startswith(b"{")
        data = (of_notice(request) if is_json else of_return(request)).get("data")
        return reading.section(_opened(data), "paymentResult") if isinstance(data, str) else {}
    except MalformedNotification:
        return {}


def _parsed(text: str | bytes) -> dict[str, Any]:
    try:
        return reading.parse(text)
    except ValueError as error:
        raise MalformedNotification("not a JSON object") from error


def _opened(data: str) -> dict[str, Any]:
    try:
        return reading.decode(data)
    except ValueError as error:
        raise MalformedNotification("the data is not base64 of a JSON object") from error
