"""MoMo's field texts as our values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transactions.providers.base import SeenRefund, StatusReport
from transactions.providers.jsontext import digits, from_milliseconds, plain
from transactions.providers.momo.signing import NOTICE
from transactions.providers.momo.verdicts import Verdict

_LONGEST_AMOUNT = 12
_LONGEST_PAY_TYPE = 20


def amount_of(text: str) -> int | None:
    """đồng, sent as a number or as text; ``None`` when it is not digits, which equals no amount."""
    return digits(text, longest=_LONGEST_AMOUNT)


def number_of(text: str) -> str | None:
    """A transaction's number, ``None`` for "0" and for nothing."""
    return text if text.strip("0") else None


def report_of(fields: Mapping[str, str], verdict: Verdict) -> StatusReport:
    """A report of the ``fields`` of a notice or of a query's answer; empty ones count as absent."""
    return StatusReport(
        outcome=verdict.outcome,
        reference=fields.get("orderId", ""),
        amount=amount_of(fields.get("amount", "")),
        transaction_no=number_of(fields.get("transId", "")),
        paid_at=from_milliseconds(fields.get("responseTime", "")),
        response_code=fields.get("resultCode") or None,
        failure_code=verdict.code,
        failure_vi=verdict.vi,
        failure_en=verdict.en,
        card_type=fields.get("payType", "")[:_LONGEST_PAY_TYPE] or None,
        pay_date=fields.get("responseTime") or None,
        signature=fields.get("signature") or None,
        fields=record_of(fields),
        unknown_code=verdict.unknown,
        held=verdict.held,
    )


def record_of(fields: Mapping[str, str]) -> dict[str, str]:
    """What MoMo signs, for the record; unsigned fields (partnerUserId among them) and empty ones stay out."""
    return {name: fields[name] for name in NOTICE if fields.get(name)}


def entries_of(value: Any) -> list[dict[str, str]] | None:
    """``refundTrans`` as texts, ``None`` where there is no list. Raises ``ValueError`` for one that can not be read."""
    if not isinstance(value, list):
        return None
    return [_entry(item) for item in value]


def _entry(item: Any) -> dict[str, str]:
    if not isinstance(item, dict):
        raise ValueError("a refund is not an object")
    return {name: plain(item.get(name)) for name in ("orderId", "amount", "resultCode", "transId", "createdTime")}


def seen_refunds(entries: list[dict[str, str]] | None) -> tuple[SeenRefund, ...] | None:
    """The finished refunds among ``entries``. Raises ``ValueError`` for one whose amount or number can not be read."""
    return None if entries is None else tuple(_seen(entry) for entry in entries if entry["resultCode"] == "0")


def _seen(entry: Mapping[str, str]) -> SeenRefund:
    amount, number = amount_of(entry["amount"]), number_of(entry["transId"])
    if amount is None or number is None:
        raise ValueError("a refund without an amount or a number")
    made_at = from_milliseconds(entry["createdTime"])
    return SeenRefund(refund_no=number, amount=amount, reference=entry["orderId"] or None, made_at=made_at)
