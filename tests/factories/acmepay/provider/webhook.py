"""Notices and returns: reading, verifying, answering."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from tests.factories.acmepay.provider import codes, envelope
from transactions.providers.base import (
    AccountContext,
    AckOutcome,
    AckResponse,
    MalformedNotification,
    Notification,
    Outcome,
    Peeked,
    RawRequest,
    ReturnView,
    SeenRefund,
    StatusReport,
)

_PEEKABLE = re.compile(r"[!-~]{1,100}")
_RECORDED = ("reference", "state", "amount", "reason", "number", "paid_at", "method")
_REPLIES = {
    AckOutcome.STORED: (200, "ok"),
    AckOutcome.REPEATED: (200, "ok"),
    AckOutcome.UNKNOWN_ORDER: (404, "unknown order"),
    AckOutcome.WRONG_AMOUNT: (409, "wrong amount"),
    AckOutcome.BAD_SIGNATURE: (401, "bad signature"),
    AckOutcome.UNREADABLE: (400, "unreadable"),
    AckOutcome.OUR_ERROR: (500, "come again"),
}


def peek(request: RawRequest) -> Peeked:
    """Shop and reference as claimed."""
    try:
        fields = envelope.fields_of(envelope.of_request(request)[0])
    except (MalformedNotification, ValueError):
        return Peeked()
    return Peeked(_peekable(fields["shop_id"]), _peekable(fields["reference"]))


def _peekable(text: str) -> str | None:
    return text if _PEEKABLE.fullmatch(text) else None


def read_notification(account: AccountContext, request: RawRequest) -> Notification:
    """The notice, verified."""
    payload, signature = envelope.of_request(request)
    fields = _opened(account, payload, signature)
    return Notification(report_of(fields, signature=signature))


def read_return(account: AccountContext, request: RawRequest) -> ReturnView:
    """What the payer's browser brought, verified."""
    fields = _opened(account, *envelope.of_request(request))
    report = report_of(fields)
    vi, en = codes.REASONS.get(fields["reason"], codes.UNSAID) if report.outcome is Outcome.FAILED else ("", "")
    return ReturnView(
        report.reference, report.outcome, report.amount, vi, en, report.transaction_no, cancelled=fields["state"] == "cancelled"
    )


def acknowledge(outcome: AckOutcome) -> AckResponse:
    """AcmePay ends its tries at 2xx and at 4xx."""
    status, word = _REPLIES[outcome]
    return AckResponse(status, json.dumps({"status": word}).encode())


def report_of(
    fields: Mapping[str, str], *, signature: str | None = None, refunds: list[dict[str, str]] | None = None
) -> StatusReport:
    """What AcmePay says of a payment, from fields whose signature holds. A state that we do not know is PENDING."""
    outcome = codes.OUTCOMES.get(fields["state"], Outcome.PENDING)
    failed = outcome is Outcome.FAILED
    vi, en = codes.REASONS.get(fields["reason"], codes.UNSAID)
    return StatusReport(
        outcome=outcome,
        reference=fields["reference"],
        amount=envelope.amount_of(fields["amount"]),
        transaction_no=fields["number"] or None,
        paid_at=envelope.moment_of(fields["paid_at"]),
        response_code=fields["reason"][:20] or None,
        transaction_status=fields["state"][:20] or None,
        failure_code=(fields["reason"] or fields["state"]) if failed else None,
        failure_vi=vi if failed else None,
        failure_en=en if failed else None,
        signature=signature,
        fields={name: fields[name] for name in _RECORDED if fields[name]},
        unknown_code=fields["state"] not in codes.OUTCOMES,
        refunds=_seen(refunds),
    )


def _opened(account: AccountContext, payload: str, signature: str) -> dict[str, str]:
    return envelope.opened(payload, signature, account.credentials.get("shop_id", ""), account.credentials.get("secret", ""))


def _seen(refunds: list[dict[str, str]] | None) -> tuple[SeenRefund, ...] | None:
    if refunds is None:
        return None
    done = [one for one in refunds if one.get("state") == "completed"]
    return tuple(SeenRefund(one["number"], int(one["amount"]), one.get("reference") or None) for one in done)
