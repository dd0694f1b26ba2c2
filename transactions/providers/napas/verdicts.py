"""What follows from NAPAS's codes. Contradictions and what is not known mean pending, never failed."""

from __future__ import annotations

from dataclasses import dataclass

from transactions.providers.base import Outcome
from transactions.providers.napas import codes

# As long as the columns for them; the whole text stays in the record.
_LONGEST_CODE = 20


@dataclass(frozen=True)
class Verdict:
    """An outcome and its reason; ``unknown`` where NAPAS used a word that we do not know or contradicted itself."""

    outcome: Outcome
    code: str | None = None
    vi: str | None = None
    en: str | None = None
    unknown: bool = False


_UNCLEAR = Verdict(Outcome.PENDING, unknown=True)


def of_result(result: str, gateway_code: str) -> Verdict:
    """DPS: ``result`` decides; a ``gateway_code`` that we know may only cast doubt on it, one that we do not know is kept."""
    meaning = codes.GATEWAY.get(gateway_code)
    is_new = bool(gateway_code) and meaning is None
    if result == "SUCCESS":
        return _UNCLEAR if meaning and meaning.outcome is not Outcome.PAID else Verdict(Outcome.PAID, unknown=is_new)
    if result == "FAILURE":
        if meaning and meaning.outcome is not Outcome.FAILED:
            return Verdict(Outcome.PENDING, unknown=meaning.outcome is Outcome.PAID)
        reason = meaning or codes.NO_REASON
        return Verdict(Outcome.FAILED, short(gateway_code) or "FAILURE", reason.vi, reason.en, unknown=is_new)
    return Verdict(Outcome.PENDING) if result in ("", "ERROR", "PENDING") else _UNCLEAR


def of_vpc(code: str) -> Verdict:
    """Legacy: by its one code."""
    meaning = codes.VPC.get(code)
    if meaning is None:
        return _UNCLEAR
    if meaning.outcome is Outcome.FAILED:
        return Verdict(Outcome.FAILED, code, meaning.vi, meaning.en)
    return Verdict(meaning.outcome)


def short(code: str) -> str:
    """A code as the columns can hold it."""
    return code[:_LONGEST_CODE]
