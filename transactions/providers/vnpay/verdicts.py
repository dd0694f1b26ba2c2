"""What follows from VNPay's codes. Paid takes both codes; unknown and contradictory ones mean pending, never failed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from transactions.providers.base import Outcome
from transactions.providers.vnpay import codes

REFUND_STATES = {"05": Outcome.PENDING, "06": Outcome.PAID, "09": Outcome.FAILED}
# Money may have left the payer: a person has to look. 04: the bank took it, VNPay did not finish.
_SUSPECT_STATES = frozenset({"04", "07"})
_SUSPECT = "07"
# They do not say what became of the payment, unless the state does.
_VAGUE = frozenset({"01", "99"})
_FAILURES = frozenset(codes.RESPONSE) - {"00", _SUSPECT}


@dataclass(frozen=True)
class Verdict:
    """An outcome and its reason. ``code`` is VNPay's response code, or ``status-NN`` when only the state says it."""

    outcome: Outcome
    code: str | None = None
    vi: str | None = None
    en: str | None = None
    refund: bool = False
    unknown: bool = False


_UNKNOWN = Verdict(Outcome.PENDING, unknown=True)


def of_notice(response: str, status: str) -> Verdict:
    """Of a notice or a return, from both its codes ("" = absent)."""
    if status in REFUND_STATES:
        return replace(_by_state(REFUND_STATES[status], status), refund=True)
    if response == _SUSPECT:
        return _by_response(Outcome.SUSPECTED, response)
    if status in _SUSPECT_STATES:
        return _by_state(Outcome.SUSPECTED, status)
    if response == "00":
        return of_state(status)
    if response not in _FAILURES:
        return _UNKNOWN
    if status == "01":
        return Verdict(Outcome.PENDING)
    if status == "02" or (not status and response not in _VAGUE):
        return _by_response(Outcome.FAILED, response)
    return _UNKNOWN


def of_state(status: str) -> Verdict:
    """Of a payment whose ``vnp_ResponseCode`` is 00; a state of a refund means that the payment had been paid."""
    if status == "00" or status in REFUND_STATES:
        return Verdict(Outcome.PAID)
    if status == "01":
        return Verdict(Outcome.PENDING)
    if status == "02":
        return _by_state(Outcome.FAILED, status)
    if status in _SUSPECT_STATES:
        return _by_state(Outcome.SUSPECTED, status)
    return _UNKNOWN


def of_queried(status: str, transaction_type: str) -> Verdict:
    """Of a query's answer. A record of a refund (type 02, 03) proves the payment and can never fail it."""
    verdict = of_state(status)
    if transaction_type in ("02", "03") and verdict.outcome is not Outcome.PAID:
        return _UNKNOWN
    return verdict


def _by_response(outcome: Outcome, code: str) -> Verdict:
    meaning = codes.RESPONSE[code]
    return Verdict(outcome, code, meaning.vi, meaning.en)


def _by_state(outcome: Outcome, status: str) -> Verdict:
    if outcome in (Outcome.PAID, Outcome.PENDING):
        return Verdict(outcome)
    meaning = codes.STATUS[status]
    return Verdict(outcome, f"status-{status}", meaning.vi, meaning.en)
