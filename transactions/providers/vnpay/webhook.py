"""Notices and returns: reading, verifying, answering. The notice is a GET; form and JSON POSTs are read as well."""

from __future__ import annotations

import json
import re
from typing import Any
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
)
from transactions.providers.vnpay import codes, signing, verdicts
from transactions.providers.vnpay.reading import report_of

_MOST_FIELDS = 200
# A name is not escaped in the signed string, so one with "=" or "&" in it could pass for several fields.
_NAME = re.compile(r"vnp_[A-Za-z0-9_]{1,60}")
_PEEKABLE = re.compile(r"[!-~]{1,100}")

_REPLIES = {
    AckOutcome.STORED: ("00", "Confirm Success"),
    AckOutcome.REPEATED: ("02", "Order already confirmed"),
    AckOutcome.UNKNOWN_ORDER: ("01", "Order not found"),
    AckOutcome.WRONG_AMOUNT: ("04", "Invalid amount"),
    AckOutcome.BAD_SIGNATURE: ("97", "Invalid signature"),
    AckOutcome.UNREADABLE: ("99", "Unknow error"),
    AckOutcome.OUR_ERROR: ("99", "Unknow error"),
}


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its repeated names still in it."""


def fields_of(request: RawRequest) -> dict[str, str]:
    """The ``vnp_`` fields, from the body of a POST that has one, else from the query; never from both.

    Raises ``MalformedNotification``, and ``InvalidSignature`` for what VNPay never signs: a repeated or an odd name.
    """
    try:
        pairs = [(name, value) for name, value in _pairs(request) if name.startswith("vnp_")]
    except (ValueError, RecursionError) as error:
        raise MalformedNotification("neither a query, a form nor a JSON object") from error
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields or not _NAME.fullmatch(name):
            raise InvalidSignature("a repeated or odd name of a field")
        fields[name] = _text(value)
    return fields


def _pairs(request: RawRequest) -> list[tuple[str, Any]]:
    if request.method.upper() != "POST" or not request.body.strip():
        return _form(request.query)
    if "json" not in request.content_type.lower() and not request.body.lstrip().startswith(b"{"):
        return _form(request.body.decode())
    # Numbers keep their own spelling, which is what was signed.
    document = json.loads(request.body, object_pairs_hook=_Pairs, parse_int=str, parse_float=str)
    if not isinstance(document, _Pairs):
        raise ValueError("not an object")
    return document


def _form(text: str) -> list[tuple[str, Any]]:
    return [*parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value:
        raise MalformedNotification("a field is not text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise MalformedNotification("a field is not text") from error
    return value


def peek(request: RawRequest) -> Peeked:
    """(terminal code, our reference) as the request claims; ``None`` for what is absent or could not be one of ours."""
    try:
        fields = fields_of(request)
    except (MalformedNotification, InvalidSignature):
        return Peeked()
    terminal, reference = fields.get("vnp_TmnCode", ""), fields.get("vnp_TxnRef", "")
    return Peeked(
        identifier=terminal if _PEEKABLE.fullmatch(terminal) else None,
        reference=reference if _PEEKABLE.fullmatch(reference) else None,
    )


def verified_fields(account: AccountContext, request: RawRequest) -> dict[str, str]:
    """The fields, once their signature is the account's. Raises ``MalformedNotification``, ``InvalidSignature``.

    An account without credentials (an unknown terminal) verifies nothing: every readable message is ``InvalidSignature``.
    """
    fields = fields_of(request)
    given = fields.get("vnp_SecureHash", "")
    if not given:
        raise MalformedNotification("no input" if not fields else "no vnp_SecureHash")
    if not signing.form_is_signed(fields, given, account.credentials.get("hash_secret", "")):
        raise InvalidSignature("not signed with this account's key")
    if fields.get("vnp_TmnCode", "") not in ("", account.credentials.get("tmn_code")):
        raise InvalidSignature("of another terminal")
    return fields


def read_notification(account: AccountContext, request: RawRequest) -> Notification:
    """The notice, verified. Raises ``MalformedNotification``, ``InvalidSignature``."""
    fields = verified_fields(account, request)
    verdict = verdicts.of_notice(fields.get("vnp_ResponseCode", ""), fields.get("vnp_TransactionStatus", ""))
    return Notification(report_of(fields, verdict), refund=verdict.refund)


def read_return(account: AccountContext, request: RawRequest) -> ReturnView:
    """What the payer's browser brought, verified; to be shown only. Raises as ``read_notification``."""
    notice = read_notification(account, request)
    report = notice.report
    outcome = Outcome.PENDING if notice.refund else report.outcome
    known = codes.RESPONSE["00"] if outcome is Outcome.PAID else codes.STATUS["01"]
    return ReturnView(
        reference=report.reference,
        outcome=outcome,
        amount=report.amount,
        message_vi=report.failure_vi or known.vi,
        message_en=report.failure_en or known.en,
        transaction_no=report.transaction_no,
        cancelled=report.failure_code == codes.CANCELLED,
    )


def acknowledge(outcome: AckOutcome) -> AckResponse:
    """VNPay reads ``RspCode`` from an HTTP 200; 00 and 02 end its retries."""
    code, message = _REPLIES[outcome]
    return AckResponse(200, json.dumps({"RspCode": code, "Message": message}, separators=(",", ":")).encode())
