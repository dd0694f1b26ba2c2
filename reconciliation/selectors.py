"""Reading matches: why a line and a record are the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from payments_site.kernel import clock
from payments_site.kernel.money import VND
from reconciliation.calendars import business_day
from reconciliation.matching.fields import names
from reconciliation.matching.scope import rules_of
from reconciliation.models import Match, ReconciliationRules, StatementLine
from tenants.selectors import fee_in_force
from transactions.fees import fee_of
from transactions.models import Receipt, Refund

_REFUND_STATES = {"completed": "success", "failed": "failed"}


def explain(match: Match) -> dict[str, Any]:
    """``{strategy, score, agreed: [field], differed: [{field, ours, theirs}], evidence, made_by}`` of a match, or of its group.

    Amounts and fees of a group are the sums of its sides. Fees of ours are by the schedule in force when the money came.
    """
    rows = members(match)
    lines = [row.line for row in rows if row.line is not None]
    records = [one for row in rows if (one := row.receipt or row.refund) is not None]
    rules = rules_of(match.account)
    return {
        "strategy": match.strategy,
        "score": match.score,
        "agreed": names(match.agreed),
        "differed": [
            {"field": field, "ours": _ours(field, records, rules), "theirs": _theirs(field, lines)}
            for field in names(match.differed)
        ],
        "lines": len(lines),
        "records": len(records),
        "evidence": match.evidence or {},
        "made_by": match.made_by or None,
    }


def members(match: Match) -> list[Match]:
    """The rows of the match's group, with their sides."""
    which = Q(pk=match.pk) if match.group is None else Q(group=match.group)
    sides = ("line", "receipt__attempt", "refund__receipt__attempt", "account")
    return list(Match.objects.filter(which).select_related(*sides).order_by("pk"))


def expected_fee(receipt: Receipt) -> int | None:
    """What the provider should keep of a receipt; None where no fee schedule was in force."""
    schedule = fee_in_force(receipt.account_id, receipt.received_at)
    return fee_of(receipt.amount, schedule) if schedule is not None else None


def _ours(field: str, records: Sequence[Receipt | Refund], rules: ReconciliationRules) -> Any:
    if field in ("amount", "fee", "net"):
        return _sum([_money(field, one) for one in records])
    return _shown([_fact(field, one, rules) for one in records])


def _money(field: str, one: Receipt | Refund) -> int | None:
    fee = expected_fee(one) if isinstance(one, Receipt) else 0
    if field == "amount" or fee is None:
        return one.amount if field == "amount" else None
    return fee if field == "fee" else one.amount - fee


def _fact(field: str, one: Receipt | Refund, rules: ReconciliationRules) -> Any:
    receipt = one if isinstance(one, Receipt) else one.receipt
    moment = one.received_at if isinstance(one, Receipt) else one.completed_at or one.sent_at or one.created_at
    reference = receipt.attempt.provider_reference if receipt.attempt is not None else None
    return {
        "number": one.provider_transaction_no if isinstance(one, Receipt) else one.provider_refund_id,
        "reference": reference if isinstance(one, Receipt) else one.provider_reference,
        "memo": reference if isinstance(one, Receipt) else one.provider_reference,
        "original": receipt.provider_transaction_no,
        "status": "success" if isinstance(one, Receipt) else _REFUND_STATES.get(str(one.status), "pending"),
        "currency": VND,
        "date": business_day(moment, rules.cutoff),
        "time": moment,
    }[field]


def _theirs(field: str, lines: Sequence[StatementLine]) -> Any:
    if field in ("amount", "fee", "net"):
        return _sum([getattr(line, field) for line in lines])
    column = {"original": "original_number", "memo": "memo_references", "date": "business_day", "time": "occurred_at"}
    return _shown([getattr(line, column.get(field, field)) for line in lines])


def _sum(amounts: Sequence[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _shown(values: Sequence[Any]) -> Any:
    """One value, or the list of them; dates and moments as the API writes them."""
    written = [_written(value) for value in values]
    return written[0] if len(written) == 1 else written


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.iso(value)
    return value.isoformat() if isinstance(value, date) else value
