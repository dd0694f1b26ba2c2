"""Webhooks and returns: reading, verifying, answering. A webhook tells of one transfer that came in; a return proves nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
    StatusReport,
)
from transactions.providers.payos import codes, flat, signing
from transactions.providers.payos.reading import number_of, order_code_of, record_of, text_of, transfer_of

# payOS tries an address with an order of its own; ours have 15 digits. The memo alone would not do: payers can write it too.
_PROBE_MEMOS = frozenset({"VQRIO123", "Ma giao dich thu nghiem"})
_SHORTEST_OF_OURS = 15
_MOST_FIELDS = 50


def peek(request: RawRequest) -> Peeked:
    """Order code and link as a webhook or a return claims; payOS names no channel."""
    try:
        data = _claims(request)
    except (ValueError, RecursionError):
        return Peeked()
    reference = order_code_of(data.get("orderCode"))
    link = number_of(data.get("paymentLinkId") or data.get("id"))
    return Peeked(reference=reference or None, session_id=link or None)


def read_notification(account: AccountContext, request: RawRequest) -> Notification:
    """The webhook, verified over its raw ``data``. Raises ``MalformedNotification``, ``InvalidSignature``."""
    document = _document(request)
    data = document.get("data")
    if not isinstance(data, dict):
        return flat.read(account, request, document)
    try:
        text = signing.data_string(data)
    except signing.Unsignable as error:
        raise InvalidSignature("data that payOS does not sign") from error
    if not signing.is_signature(document.get("signature"), text, account.credentials.get("checksum_key", "")):
        raise InvalidSignature("not signed with this channel's key")
    return Notification(_report(data, str(document["signature"])), probe=_is_probe(data))


def read_return(request: RawRequest) -> ReturnView:
    """What the browser brought, unsigned: whoever typed it, it says at most that the payer gave up."""
    try:
        fields = _query(request)
    except ValueError as error:
        raise MalformedNotification("not a query") from error
    reference = order_code_of(fields.get("orderCode", ""))
    if not reference or not number_of(fields.get("id", "")):
        # Nothing is signed, and order codes can be counted up: only the link's own name shows that somebody was there.
        raise MalformedNotification("no order code, or no link")
    cancelled = fields.get("cancel") == "true"
    meaning = codes.STATUS["CANCELLED" if cancelled else "PROCESSING"]
    return ReturnView(
        reference=reference,
        outcome=Outcome.FAILED if cancelled else Outcome.PENDING,
        message_vi=meaning.vi,
        message_en=meaning.en,
        cancelled=cancelled,
    )


_REPLIES = {AckOutcome.BAD_SIGNATURE: 401, AckOutcome.UNREADABLE: 400, AckOutcome.OUR_ERROR: 500}


def acknowledge(outcome: AckOutcome) -> AckResponse:
    """Any 2xx ends payOS's tries: also for an order that is unknown, which its probe is."""
    status = _REPLIES.get(outcome, 200)
    return AckResponse(status, json.dumps({"success": status == 200}, separators=(",", ":")).encode())


def _report(data: Mapping[str, Any], signature: str) -> StatusReport:
    """One transfer. ``data.code`` is signed; the ``code`` and ``success`` beside ``data`` are not, and are not looked at."""
    code = text_of(data.get("code"))
    transfer = transfer_of(data) if code in ("", codes.SUCCESS) else None
    return StatusReport(
        outcome=Outcome.PENDING,
        reference=order_code_of(data.get("orderCode")),
        amount=transfer.amount if transfer else None,
        transaction_no=transfer.number if transfer else None,
        paid_at=transfer.paid_at if transfer else None,
        response_code=code[:20] or None,
        bank_transaction_no=transfer.number if transfer else None,
        signature=signature,
        fields=record_of(data),
        unknown_code=transfer is None,
        transfers=(transfer,) if transfer else (),
    )


def _is_probe(data: Mapping[str, Any]) -> bool:
    return text_of(data.get("description")) in _PROBE_MEMOS and len(order_code_of(data.get("orderCode"))) < _SHORTEST_OF_OURS


def _document(request: RawRequest) -> dict[str, Any]:
    try:
        document = signing.parse(request.body)
    except signing.RepeatedName as error:
        raise InvalidSignature("a repeated name of a field") from error
    except (ValueError, RecursionError) as error:
        raise MalformedNotification("not JSON") from error
    if not isinstance(document, dict):
        raise MalformedNotification("not a JSON object")
    return document


def _claims(request: RawRequest) -> Mapping[str, Any]:
    """The fields that name an order: of the body's ``data``, of a flat body, or of a return's query."""
    if not request.body.strip():
        return _query(request)
    document = signing.parse(request.body)
    if not isinstance(document, dict):
        return {}
    data = document.get("data")
    return data if isinstance(data, dict) else document


def _query(request: RawRequest) -> dict[str, str]:
    """Raises ``ValueError``."""
    return dict(parse_qsl(request.query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))
