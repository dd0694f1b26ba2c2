"""What follows from a resultCode. Paid takes 0; unknown codes and those of other calls mean pending, never failed."""

from __future__ import annotations

from dataclasses import dataclass

from transactions.providers.base import Outcome
from transactions.providers.momo import codes
from transactions.providers.momo.codes import Kind


@dataclass(frozen=True)
class Verdict:
    """An outcome and its reason."""

    outcome: Outcome
    code: str | None = None
    vi: str | None = None
    en: str | None = None
    held: bool = False
    unknown: bool = False


def of_payment(code: str, *, auto_capture: bool) -> Verdict:
    """Of a notice, a return or a query. 9000 is held money only where we capture ourselves, else MoMo is about to say 0."""
    meaning = codes.RESULT.get(code)
    if meaning is None or meaning.kind is Kind.NO_REFUND:
        return Verdict(Outcome.PENDING, unknown=True)
    if meaning.kind is Kind.DONE:
        return Verdict(Outcome.PAID)
    if meaning.kind is Kind.FAILED:
        return Verdict(Outcome.FAILED, code, meaning.vi, meaning.en)
    return Verdict(Outcome.PENDING, held=meaning.kind is Kind.HELD and not auto_capture)


def of_refund(code: str) -> Verdict:
    """Of the answer to a refund. 1081 (perhaps refunded before) alone leaves it open."""
    meaning = codes.RESULT.get(code)
    if meaning is None:
        return Verdict(Outcome.PENDING, unknown=True)
    if meaning.kind is Kind.DONE:
        return Verdict(Outcome.PAID)
    if meaning.kind in (Kind.FAILED, Kind.REFUSED, Kind.NO_REFUND):
        return Verdict(Outcome.FAILED, code, meaning.vi, meaning.en)
    return Verdict(Outcome.PENDING)


def of_shown_refund(code: str) -> Verdict:
    """Of what MoMo shows of one refund: there 1081 says that this one was refused, whatever was refunded before."""
    return maybe_refunded() if code == codes.MAYBE_REFUNDED else of_refund(code)


def maybe_refunded() -> Verdict:
    """1081 of a refund that is known not to have been made."""
    meaning = codes.RESULT[codes.MAYBE_REFUNDED]
    return Verdict(Outcome.FAILED, codes.MAYBE_REFUNDED, meaning.vi, meaning.en)
