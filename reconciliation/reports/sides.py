"""Both sides of a difference: what we have and what the provider or the bank says, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reconciliation.models import ReconciliationItem, StatementLine
from transactions.models import Receipt, Refund, Transaction

# In the order in which people compare them.
FIELDS: dict[str, Promise] = {
    "kind": _("what"),
    "number": _("provider's number"),
    "reference": _("our reference"),
    "amount": _("amount"),
    "fee": _("fee"),
    "net": _("net"),
    "currency": _("currency"),
    "status": _("state"),
    "occurred_at": _("time"),
    "date": _("business day"),
    "time": _("time"),
    "original": _("payment that the refund gives back"),
    "memo": _("our reference in the memo"),
}
MONEY = ("amount", "fee", "net")
Side = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """One field of both sides; None where a side does not have it."""

    field: str
    ours: Any
    theirs: Any
    differs: bool


def with_sides(items: QuerySet[ReconciliationItem]) -> QuerySet[ReconciliationItem]:
    """With all that ``ours`` and ``theirs`` read, so that a list of any length asks the database once."""
    return items.select_related(
        "account__provider", "line__statement", "receipt__attempt", "receipt__transaction", "refund", "transaction", "match",
        "issue", "first_run",
    )  # fmt: skip


def ours(item: ReconciliationItem) -> Side | None:
    """Our record; None where we have none."""
    if item.refund is not None:
        return of_refund(item.refund)
    if item.receipt is not None:
        return of_receipt(item.receipt)
    unpaid = item.transaction if item.item_type == ReconciliationItem.Type.STATUS else None
    return of_payment(unpaid) if unpaid is not None else None


def theirs(item: ReconciliationItem) -> Side | None:
    """The line of the statement; None where no statement has one."""
    return of_line(item.line) if item.line is not None else None


def pairs(item: ReconciliationItem) -> list[Pair]:
    """The fields that either side has; those that the engine compared as it saw them."""
    left, right = ours(item) or {}, theirs(item) or {}
    found = []
    for field in (*FIELDS, *(name for name in item.differences if name not in FIELDS)):
        told = item.differences.get(field)
        pair = (left.get(field), right.get(field)) if told is None else (told.get("ours"), told.get("theirs"))
        if pair != (None, None):
            found.append(Pair(field, *pair, differs=told is not None))
    return found


def of_line(line: StatementLine) -> Side:
    """A line as a side."""
    return {
        "kind": str(line.kind), "number": line.number, "reference": line.reference, "amount": line.amount, "fee": line.fee,
        "net": line.net, "currency": line.currency, "status": str(line.status), "occurred_at": line.occurred_at,
    }  # fmt: skip


def of_receipt(receipt: Receipt) -> Side:
    """A receipt as a side; its fee is known where it is all that its payment received."""
    payment = receipt.transaction
    fee = payment.transaction_fee if payment is not None and payment.received_amount == receipt.amount else None
    return {
        "kind": StatementLine.Kind.PAYMENT.value,
        "number": receipt.provider_transaction_no,
        "reference": receipt.attempt.provider_reference if receipt.attempt is not None else None,
        "amount": receipt.amount,
        "fee": fee,
        "net": receipt.amount - fee if fee is not None else None,
        "currency": payment.currency if payment is not None else None,
        "status": StatementLine.Status.SUCCESS.value,
        "occurred_at": receipt.received_at,
    }


def of_payment(payment: Transaction) -> Side:
    """A payment that has received nothing yet as a side."""
    return {
        "kind": StatementLine.Kind.PAYMENT.value,
        "number": payment.provider_transaction_id,
        "reference": payment.provider_order_id,
        "amount": payment.amount,
        "currency": payment.currency,
        "status": str(payment.status),
        "occurred_at": payment.created_at,
    }


def of_refund(refund: Refund) -> Side:
    """A refund as a side."""
    return {
        "kind": StatementLine.Kind.REFUND.value,
        "number": refund.provider_refund_id,
        "reference": refund.provider_reference,
        "amount": refund.amount,
        "status": str(refund.status),
        "occurred_at": _moment(refund),
    }


def _moment(refund: Refund) -> datetime:
    return refund.completed_at or refund.sent_at or refund.created_at
