"""DPS documents as our values. The only place that knows the names inside ``paymentResult``."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from transactions.providers.base import Outcome, StatusReport
from transactions.providers.napas import verdicts
from transactions.providers.napas.verdicts import Verdict

REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,40}")
MERCHANT = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# What is kept for the record, by section: nothing about the payer, and of the card only its brand.
_KEPT: Mapping[str, tuple[str, ...]] = {
    "order": (
        "id", "amount", "currency", "creationTime", "reference", "totalAuthorizedAmount", "totalCapturedAmount",
        "totalRefundedAmount",
    ),
    "response": ("gatewayCode", "acquirerCode", "message", "acquirerMessage"),
    "transaction": ("id", "amount", "currency", "type", "receipt", "authorizationCode"),
}  # fmt: skip
_KEPT_ON_TOP = ("apiOperation", "merchantId", "result", "timeOfRecord", "channel", "version")
_WHOLE_DONG = re.compile(r"([0-9]{1,15})(?:\.0{1,3})?")
_LONGEST_TEXT = 255

Document = Mapping[str, Any]


def parse(text: str | bytes) -> dict[str, Any]:
    """A JSON object; numbers with a point stay texts. Raises ``ValueError``, also for a name that occurs twice."""
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_float=str)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(document, dict):
        raise ValueError("not an object")
    return document


def decode(data: str) -> dict[str, Any]:
    """What the base64 text of a notice or a return holds. Raises ``ValueError``."""
    return parse(base64.b64decode(data.encode("ascii"), validate=True))


def section(document: Document, name: str) -> Document:
    """A part of ``document``; an empty one where there is none."""
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}


def text(document: Document, name: str) -> str:
    """A value as short plain text; "" where it is absent or something else."""
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    found = str(value)
    return found if found.isprintable() and len(found) <= _LONGEST_TEXT else ""


def amount_of(value: Any) -> int | None:
    """đồng; None when it is not a whole number of them, which equals no amount."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    found = _WHOLE_DONG.fullmatch(str(value))
    return int(found.group(1)) if found else None


def is_of_refund(payment: Document) -> bool:
    """Whether the operation gave money back (REFUND, REFUND_DOMESTIC, VOID) instead of taking it."""
    return text(payment, "apiOperation").startswith(("REFUND", "VOID"))


def order_amount(payment: Document) -> int | None:
    """What was paid, in đồng; None for another currency, or where order, transaction and captured total disagree."""
    order = section(payment, "order")
    amount = amount_of(order.get("amount"))
    said = [order.get("totalCapturedAmount")]
    currencies = [order.get("currency")]
    if not is_of_refund(payment):
        said.append(section(payment, "transaction").get("amount"))
        currencies.append(section(payment, "transaction").get("currency"))
    agree = all(amount_of(value) == amount for value in said if value is not None)
    in_dong = currencies[0] == "VND" and all(currency in (None, "VND") for currency in currencies)
    return amount if agree and in_dong else None


def report_of(payment: Document, verdict: Verdict, reference: str) -> StatusReport:
    """A report of a verified ``paymentResult``. Only a payment that is PAID or FAILED has an amount worth comparing."""
    transaction, response = section(payment, "transaction"), section(payment, "response")
    card = section(section(section(payment, "sourceOfFunds"), "provided"), "card")
    told_of_refund = is_of_refund(payment)
    return StatusReport(
        outcome=verdict.outcome,
        reference=reference,
        amount=order_amount(payment) if verdict.outcome is Outcome.PAID else amount_of(section(payment, "order").get("amount")),
        transaction_no=None if told_of_refund else text(transaction, "id")[:100] or None,
        paid_at=moment(text(payment, "timeOfRecord")) if not told_of_refund else None,
        response_code=verdicts.short(text(response, "gatewayCode")) or None,
        transaction_status=verdicts.short(text(payment, "result")) or None,
        failure_code=verdict.code,
        failure_vi=verdict.vi,
        failure_en=verdict.en,
        bank_transaction_no=text(transaction, "receipt") or None,
        card_type=text(card, "brand")[:20] or None,
        fields=record_of(payment),
        unknown_code=verdict.unknown,
        refunded_total=amount_of(section(payment, "order").get("totalRefundedAmount")),
    )


def record_of(payment: Document) -> dict[str, Any]:
    """NAPAS's own words for the record, without anything about the payer."""
    record: dict[str, Any] = {name: text(payment, name) for name in _KEPT_ON_TOP if text(payment, name)}
    for name, kept in _KEPT.items():
        part = section(payment, name)
        values = {key: text(part, key) for key in kept if text(part, key)}
        if values:
            record[name] = values
    return record


def moment(said: str) -> datetime | None:
    """The moment of an ISO 8601 text that names its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name occurs twice")
    return document
