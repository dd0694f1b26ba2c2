"""Notices and returns: reading, verifying, answering. The notice is a POST of JSON, the return a GET with the same fields."""

from __future__ import annotations

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
from transactions.providers.jsontext import RepeatedName, plain, read_object
from transactions.providers.momo import codes, options, signing, verdicts
from transactions.providers.momo.reading import report_of

_FIELDS = (*signing.NOTICE[1:], "signature")  # all but accessKey, which is ours to put in
_MOST_FIELDS = 100
_PEEKABLE = re.compile(r"[!-~]{1,100}")
_CODE = re.compile(r"-?[0-9]{1,9}")

_STATUSES = {
    AckOutcome.STORED: 204,
    AckOutcome.REPEATED: 204,
    AckOutcome.UNKNOWN_ORDER: 204,
    AckOutcome.WRONG_AMOUNT: 204,
    AckOutcome.BAD_SIGNATURE: 400,
    AckOutcome.UNREADABLE: 400,
    AckOutcome.OUR_ERROR: 500,
}


def fields_of(request: RawRequest) -> dict[str, str]:
    """MoMo's fields as texts, absent ones empty, from the body of a POST that has one, else from the query.

    Raises ``MalformedNotification``, and ``InvalidSignature`` for a name that occurs twice, which MoMo never sends.
    """
    try:
        found = _found(request)
        return {name: plain(found.get(name)) for name in _FIELDS}
    except RepeatedName as error:
        raise InvalidSignature("a repeated name of a field") from error
    except ValueError as error:
        raise MalformedNotification("neither a JSON object nor a query of texts") from error


def _found(request: RawRequest) -> dict[str, Any]:
    if request.method.upper() == "POST" and request.body.strip():
        return read_object(request.body)
    pairs = parse_qsl(request.query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    if len({name for name, _ in pairs}) != len(pairs):
        raise RepeatedName("a name occurs twice")
    return dict(pairs)


def peek(request: RawRequest) -> Peeked:
    """(partner code, our reference) as the request claims; ``None`` for what is absent or could not be one of ours."""
    try:
        fields = fields_of(request)
    except (MalformedNotification, InvalidSignature):
        return Peeked()
    return Peeked(identifier=_peekable(fields["partnerCode"]), reference=_peekable(fields["orderId"]))


def _peekable(text: str) -> str | None:
    return text if _PEEKABLE.fullmatch(text) else None


def verified_fields(account: AccountContext, request: RawRequest) -> dict[str, str]:
    """The fields, once their signature is the account's. Raises ``MalformedNotification``, ``InvalidSignature``.

    An account without credentials (an unknown partner) verifies nothing: every readable message is ``InvalidSignature``.
    """
    fields = fields_of(request)
    if not fields["signature"]:
        raise MalformedNotification("no signature")
    if not signing.is_signed(signing.NOTICE, fields, fields["signature"], account.credentials):
        raise InvalidSignature("not signed with this account's key")
    if fields["partnerCode"] != account.credentials.get("partner_code"):
        raise InvalidSignature("of another partner")
    return fields


def read_notification(account: AccountContext, request: RawRequest) -> Notification:
    """The notice, verified. Raises ``MalformedNotification``, ``InvalidSignature``."""
    fields = verified_fields(account, request)
    if not _CODE.fullmatch(fields["resultCode"]):
        raise MalformedNotification("no resultCode")
    verdict = verdicts.of_payment(fields["resultCode"], auto_capture=options.auto_capture(account))
    return Notification(report_of(fields, verdict))


def read_return(account: AccountContext, request: RawRequest) -> ReturnView:
    """What the payer's browser brought, verified; to be shown only. Raises as ``read_notification``."""
    report = read_notification(account, request).report
    known = codes.RESULT["0" if report.outcome is Outcome.PAID else "7000"]
    return ReturnView(
        reference=report.reference,
        outcome=report.outcome,
        amount=report.amount,
        message_vi=report.failure_vi or known.vi,
        message_en=report.failure_en or known.en,
        transaction_no=report.transaction_no,
        cancelled=report.failure_code == codes.CANCELLED_BY_PAYER,
    )


def acknowledge(outcome: AckOutcome) -> AckResponse:
    """MoMo asks for 204 without a body within 15 s; it reads nothing but the status."""
    return AckResponse(_STATUSES[outcome], b"")
