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


def of_refund(code: str, *, asked: bool) -> Verdict:
    """Of a refund's answer, or (``asked``) of what a query shows of this very refund.

    1081 says "perhaps refunded already": as an answer it leaves the fate open, shown of this very refund it is a refusal.
    """
    meaning = codes.RESULT.get(code)
    if meaning is None:
        return Verdict(Outcome.PENDING, unknown=True)
    if meaning.kind is Kind.DONE:
        return Verdict(Outcome.PAID)
    if meaning.kind in (Kind.FAILED, Kind.REFUSED, Kind.NO_REFUND) or (asked and code == codes.MAYBE_REFUNDED):
        return Verdict(Outcome.FAILED, code, meaning.vi, meaning.en)
    return Verdict(Outcome.PENDING)
