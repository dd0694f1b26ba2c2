"""DPS notices and returns: what they claim, what they say once verified, and how a notice is answered."""

from __future__ import annotations

from dataclasses import replace

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
    StatusReport,
)
from transactions.providers.napas import codes, envelope, reading, verdicts, vpc
from transactions.providers.napas.options import options_of
from transactions.providers.napas.reading import Document
from transactions.providers.napas.verdicts import Verdict

# NAPAS does not say which body it wants; public merchants answer 200 with one of their own.
_ACCEPTED = AckResponse(200, b'{"result":"SUCCESS"}')
_REFUSED = AckResponse(400, b'{"result":"FAILURE"}')
_LATER = AckResponse(503, b'{"result":"ERROR"}')
_REPLIES = {
    AckOutcome.STORED: _ACCEPTED,
    AckOutcome.REPEATED: _ACCEPTED,
    AckOutcome.UNKNOWN_ORDER: _ACCEPTED,
    AckOutcome.WRONG_AMOUNT: _ACCEPTED,
    AckOutcome.BAD_SIGNATURE: _REFUSED,
    AckOutcome.UNREADABLE: _REFUSED,
    AckOutcome.OUR_ERROR: _LATER,
}


def peek(request: RawRequest) -> Peeked:
    """(merchant, our reference) as the request claims, of either generation."""
    if vpc.is_return(request):
        return vpc.peek(request)
    payment = envelope.peeked(request)
    merchant, reference = reading.text(payment, "merchantId"), _reference_of(payment)
    return Peeked(identifier=merchant if reading.MERCHANT.fullmatch(merchant) else None, reference=reference or None)


def read_notification(account: AccountContext, request: RawRequest) -> Notification:
    """The notice, verified. Raises ``MalformedNotification``, ``InvalidSignature``."""
    if options_of(account).legacy:
        raise MalformedNotification("the legacy gateway sends no notices")
    payment = envelope.verified(account, envelope.of_notice(request))
    return Notification(_report(payment), refund=reading.is_of_refund(payment))


def read_return(account: AccountContext, request: RawRequest) -> ReturnView:
    """What the payer's browser brought, verified; to be shown only. Raises as ``read_notification``."""
    if options_of(account).legacy:
        report = vpc.read_return(account, request)
    else:
        report = _report(envelope.verified(account, envelope.of_return(request)))
    said = codes.SUCCESS if report.outcome is Outcome.PAID else codes.WAITING
    return ReturnView(
        reference=report.reference,
        outcome=report.outcome,
        amount=report.amount,
        message_vi=report.failure_vi or said.vi,
        message_en=report.failure_en or said.en,
        transaction_no=report.transaction_no,
        cancelled=report.failure_code == codes.CANCELLED,
    )


def acknowledge(outcome: AckOutcome) -> AckResponse:
    """A 2xx ends NAPAS's tries."""
    return _REPLIES[outcome]


def _report(payment: Document) -> StatusReport:
    """Of a verified ``paymentResult``; one that does not name the merchant or the order settles nothing."""
    if not payment:
        return StatusReport(outcome=Outcome.PENDING, reference="", amount=None)
    result = reading.text(payment, "result")
    verdict = verdicts.of_result(result, reading.text(reading.section(payment, "response"), "gatewayCode"))
    if reading.is_of_refund(payment):
        report = reading.report_of(payment, verdict, _reference_of(payment))
        return replace(report, amount=reading.amount_of(reading.section(payment, "transaction").get("amount")))
    if not reading.text(payment, "merchantId"):
        verdict = Verdict(Outcome.PENDING, unknown=True)
    return reading.report_of(payment, verdict, _reference_of(payment))


def _reference_of(payment: Document) -> str:
    found = reading.text(reading.section(payment, "order"), "id")
    return found if reading.REFERENCE.fullmatch(found) else ""
