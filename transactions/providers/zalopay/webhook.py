"""Callbacks and returns: reading, verifying, answering. A callback is a POST of JSON around a signed text of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from transactions.providers.base import (
    AccountContext,
    AckOutcome,
    AckResponse,
    InvalidSignature,
    MalformedNotification,
    Notification,
    Outcome,
    Peeked,
    RawRequest,
    ReturnView,
    StatusReport,
)
from transactions.providers.jsontext import RepeatedName, from_milliseconds, plain, read_object
from transactions.providers.zalopay import codes, signing
from transactions.providers.zalopay.codes import Kind
from transactions.providers.zalopay.reading import amount_of, number_of, record_of

_DATA = (
    "app_id", "app_trans_id", "app_time", "amount", "zp_trans_id", "server_time", "channel", "user_fee_amount", "discount_amount",
)  # fmt: skip
_MOST_FIELDS = 100
_PEEKABLE = re.compile(r"[!-~]{1,100}")

_REPLIES = {
    AckOutcome.STORED: (1, "success"),
    AckOutcome.REPEATED: (1, "success"),
    AckOutcome.UNKNOWN_ORDER: (2, "order not found"),
    AckOutcome.WRONG_AMOUNT: (2, "invalid amount"),
    AckOutcome.BAD_SIGNATURE: (-1, "mac not equal"),
    AckOutcome.UNREADABLE: (0, "unreadable callback"),
    AckOutcome.OUR_ERROR: (0, "internal error"),
}


def callback_of(request: RawRequest) -> tuple[str, str]:
    """(``data`` exactly as it was signed, mac). Raises ``MalformedNotification``, ``InvalidSignature`` for a repeated name."""
    try:
        outer = read_object(request.body)
        data, mac = plain(outer.get("data")), plain(outer.get("mac"))
    except RepeatedName as error:
        raise InvalidSignature("a repeated name of a field") from error
    except ValueError as error:
        raise MalformedNotification("not a JSON object of texts") from error
    if not data or not mac:
        raise MalformedNotification("no data or no mac")
    return data, mac


def data_of(text: str) -> dict[str, str]:
    """The plain fields of ``data``, absent ones empty. Raises ``MalformedNotification``."""
    try:
        inner = read_object(text)
        return {name: plain(inner.get(name)) for name in _DATA}
    except ValueError as error:
        raise MalformedNotification("data is not a JSON object of texts") from error


def return_of(request: RawRequest) -> dict[str, str]:
    """The fields of the browser's query. Raises ``MalformedNotification``, ``InvalidSignature`` for a repeated name."""
    try:
        pairs = parse_qsl(request.query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
        fields = {name: plain(value) for name, value in pairs}
    except ValueError as error:
        raise MalformedNotification("not a query of texts") from error
    if len(fields) != len(pairs):
        raise InvalidSignature("a repeated name of a field")
    return {name: fields.get(name, "") for name in (*signing.RETURN, "checksum")}


def peek(request: RawRequest) -> Peeked:
    """(app_id, our reference) as the request claims; ``None`` for what is absent or could not be one of ours."""
    try:
        if request.method.upper() == "POST":
            data = data_of(callback_of(request)[0])
            return Peeked(_peekable(data["app_id"]), _peekable(data["app_trans_id"]))
        fields = return_of(request)
    except (MalformedNotification, InvalidSignature):
        return Peeked()
    return Peeked(_peekable(fields["appid"]), _peekable(fields["apptransid"]))


def _peekable(text: str) -> str | None:
    return text if _PEEKABLE.fullmatch(text) else None


def read_notification(account: AccountContext, request: RawRequest) -> Notification:
    """The callback, verified; ZaloPay sends one only for money. Raises ``MalformedNotification``, ``InvalidSignature``.

    What the signed text is about decides, not the unsigned ``type``: a binding of an account (2) names no money and is PENDING.
    """
    text, mac = callback_of(request)
    if not signing.is_signature(mac, text, account.credentials.get("key2", "")):
        raise InvalidSignature("not signed with this account's key")
    data = data_of(text)
    if data["app_id"] != account.credentials.get("app_id"):
        raise InvalidSignature("of another app")
    number = number_of(data["zp_trans_id"])
    paid = number is not None and data["amount"] != ""
    return Notification(
        StatusReport(
            outcome=Outcome.PAID if paid else Outcome.PENDING,
            reference=data["app_trans_id"],
            amount=amount_of(data["amount"]),
            transaction_no=number,
            paid_at=from_milliseconds(data["server_time"]),
            card_type=data["channel"][:20] or None,
            pay_date=data["server_time"][:20] or None,
            signature=mac,
            fields=record_of(data),
        )
    )


def read_return(account: AccountContext, request: RawRequest) -> ReturnView:
    """What the payer's browser brought, verified; to be shown only. Raises as ``read_notification``."""
    fields = return_of(request)
    if not fields["checksum"]:
        raise MalformedNotification("no checksum")
    if not signing.return_is_signed(fields, fields["checksum"], account.credentials.get("key2", "")):
        raise InvalidSignature("not signed with this account's key")
    if fields["appid"] != account.credentials.get("app_id"):
        raise InvalidSignature("of another app")
    return _view(fields)


def _view(fields: Mapping[str, str]) -> ReturnView:
    """``status`` 1 is success, any other value an error code of the query's table."""
    meaning = codes.QUERY.get(fields["status"])
    outcome = Outcome.PENDING
    if meaning is not None and meaning.kind in (Kind.DONE, Kind.FAILED):
        outcome = Outcome.PAID if meaning.kind is Kind.DONE else Outcome.FAILED
    shown = codes.QUERY["3"] if meaning is None else meaning
    return ReturnView(
        reference=fields["apptransid"],
        outcome=outcome,
        amount=amount_of(fields["amount"]),
        message_vi=shown.vi,
        message_en=shown.en,
        cancelled=fields["status"] == codes.CANCELLED_BY_PAYER,
    )


def acknowledge(outcome: AckOutcome) -> AckResponse:
    """ZaloPay reads ``return_code`` from an HTTP 200; 0 makes it call again."""
    code, message = _REPLIES[outcome]
    return AckResponse(200, json.dumps({"return_code": code, "return_message": message}, separators=(",", ":")).encode())
