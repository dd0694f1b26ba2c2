"""Out of which receipts a refund is paid, and how much is left of each. Callers hold the payment's row lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from payments_site.kernel.errors import DomainError
from transactions.models import Receipt, RefundAllocation, Transaction
from transactions.providers import registry
from transactions.providers.base import Capability
from transactions.selectors import IN_FLIGHT, remaining_to_refund


class CannotBeRefunded(DomainError):
    """The payment is not paid, or nothing of it can be refunded."""

    code = "TRANSACTION_CANNOT_BE_REFUNDED"


class NotEnoughLeft(DomainError):
    """More than is left of what was received."""

    code = "INSUFFICIENT_BALANCE"


@dataclass(frozen=True)
class Part:
    """What one receipt gives to a refund, in đồng."""

    receipt: Receipt
    amount: int


@dataclass(frozen=True)
class Plan:
    """The parts of a refund; ``manual`` where no provider sends it."""

    parts: tuple[Part, ...]
    manual: bool


def split(lefts: Sequence[tuple[int, int]], amount: int) -> list[tuple[int, int]]:
    """``amount`` taken from ``(number, left)`` as ``(number, part)``; [] where all of them together have less.

    One that has exactly the amount comes first (the surplus transfer goes back to who made it), then one that has enough, then as
    many as it takes, in their order.
    """
    exact = [number for number, left in lefts if left == amount]
    enough = [number for number, left in lefts if left > amount]
    for number in exact + enough:
        return [(number, amount)]
    parts, missing = [], amount
    for number, left in lefts:
        part = min(left, missing)
        if part > 0:
            parts.append((number, part))
            missing -= part
    return [] if missing else parts


def plan_for(payment: Transaction, amount: int, *, receipt_id: str = "") -> Plan:
    """Where ``amount`` of a locked payment comes from; only from the receipt ``receipt_id`` (public) where one is named.

    A provider that takes refunds gets one refund of one receipt; what came by transfers may go back in one from several.
    Raises ``NotEnoughLeft`` naming the most that one refund allows, ``CannotBeRefunded``.
    """
    left = remaining_to_refund(payment)
    if amount > left:
        raise NotEnoughLeft({"field": "refund_amount", "value": amount, "remaining_amount": left})
    receipts = {one.pk: one for one in lock_receipts(payment) if receipt_id in ("", one.public_id)}
    lefts = {pk: _left(one) for pk, one in receipts.items()}
    by_api = [pk for pk, one in receipts.items() if _takes_refunds(one)]
    for pk in by_api:
        if lefts[pk] >= amount:
            _refuse_part(receipts[pk], amount)
            return Plan((Part(receipts[pk], amount),), manual=False)
    by_hand = [(pk, lefts[pk]) for pk in receipts if pk not in by_api]
    if parts := split(by_hand, amount):
        return Plan(tuple(Part(receipts[pk], part) for pk, part in parts), manual=True)
    most = max([sum(has for _pk, has in by_hand), *(lefts[pk] for pk in by_api)])
    if most == 0:
        raise CannotBeRefunded({"transaction_id": payment.public_id})
    raise NotEnoughLeft({"field": "refund_amount", "value": amount, "remaining_amount": most})


def allocate(refund_id: int, parts: Iterable[Part]) -> None:
    """Write which receipts a refund takes from. The database refuses what would give back more than came in."""
    rows = sorted(parts, key=lambda part: part.receipt.pk)  # receipts are always locked in this order
    RefundAllocation.objects.bulk_create(
        RefundAllocation(refund_id=refund_id, receipt=part.receipt, amount=part.amount) for part in rows
    )


def lock_receipts(payment: Transaction, *, attempt_id: int | None = None) -> list[Receipt]:
    """The payment's receipts (of one attempt), locked, oldest first."""
    rows = payment.receipts.select_for_update(of=("self",), no_key=True).select_related("account__provider").order_by("id")
    return list(rows if attempt_id is None else rows.filter(attempt_id=attempt_id))


def lefts_of(receipts: Iterable[Receipt]) -> list[tuple[int, int]]:
    """``(number, left)`` of locked receipts: what neither went back nor is on its way."""
    return [(one.pk, _left(one)) for one in receipts]


def manual_is_possible(payment: Transaction) -> bool:
    """Whether money of the payment came in a way that it can only go back by hand."""
    return any(not _takes_refunds(one) for one in payment.receipts.select_related("account__provider"))


def _left(receipt: Receipt) -> int:
    in_flight = receipt.allocations.filter(refund__status__in=IN_FLIGHT).values_list("amount", flat=True)
    return max(0, receipt.amount - receipt.refunded_amount - sum(in_flight))


def _takes_refunds(receipt: Receipt) -> bool:
    """Whether its provider can be asked; without an attempt there is no order of ours that it would know."""
    adapter = registry.ADAPTERS.get(receipt.account.provider.code)
    return adapter is not None and receipt.attempt_id is not None and Capability.REFUND in adapter.capabilities


def _refuse_part(receipt: Receipt, amount: int) -> None:
    capabilities = registry.get(receipt.account.provider.code).capabilities
    if amount != receipt.amount and Capability.PARTIAL_REFUND not in capabilities:
        raise CannotBeRefunded({"field": "refund_amount", "value": amount, "constraint": "the provider refunds in full only"})
