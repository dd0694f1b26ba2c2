"""The lines of a day's file before they are written: what the ledger knows, the fee, and what a script wants changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.control import ControlError
from sandbox.control import field as read
from sandbox.state import JsonObject

_WHOLE = 10_000
EDITS = ("leave_out", "double", "amount", "fee", "status", "currency", "move")


@dataclass(frozen=True)
class Row:
    """One line. Amounts are whole VND and positive; `kind` is payment, refund, credit or debit; `at` is in Unix seconds.

    `reference` is the merchant's own of the payment, or of the refund; `payment_reference` and `original` (the payment's number)
    belong to a refund's line. `more`: what only this provider writes.
    """

    kind: str
    number: str
    reference: str
    amount: int
    at: float
    original: str = ""
    payment_reference: str = ""
    fee: int = 0
    status: str = "success"
    currency: str = "VND"
    more: JsonObject = field(default_factory=dict)

    @property
    def net(self) -> int:
        """What it changes in the pay-out."""
        return self.amount - self.fee if self.kind == "payment" else -self.amount - self.fee

    def is_called(self, name: str) -> bool:
        return bool(name) and name in (self.number, self.reference)


@dataclass
class FeeRule:
    """What the provider keeps of a payment: percent plus a fixed part, within bounds, and VAT on it; half up."""

    basis_points: int = 0
    fixed: int = 0
    minimum: int = 0
    maximum: int | None = None
    vat_basis_points: int = 0

    def of(self, amount: int) -> int:
        fee = max(_share(amount, self.basis_points) + self.fixed, self.minimum)
        if self.maximum is not None:
            fee = min(fee, self.maximum)
        return min(fee + _share(fee, self.vat_basis_points), amount)


@dataclass(frozen=True)
class Edit:
    """A fault on order: what becomes of the line that is called `row`. `value`: the amount, fee, status, currency, or seconds."""

    what: str
    row: str
    value: int | str = 0

    def apply(self, row: Row) -> list[Row]:
        if not row.is_called(self.row):
            return [row]
        if self.what == "leave_out":
            return []
        if self.what == "double":
            return [row, row]
        if self.what == "move":
            return [replace(row, at=row.at + int(self.value))]
        changes: dict[str, Any] = {self.what: self.value}
        return [replace(row, **changes)]


def edited(rows: Iterable[Row], edits: list[Edit]) -> list[Row]:
    """The lines with every edit in its order."""
    found = list(rows)
    for edit in edits:
        found = [one for row in found for one in edit.apply(row)]
    return found


def read_edit(body: JsonObject) -> Edit:
    """The edit a control call asks for."""
    what, row = body.get("edit"), read(body, "row", str)
    if what not in EDITS:
        raise ControlError(f"edit: one of {', '.join(EDITS)}")
    if what in ("leave_out", "double"):
        return Edit(what, row)
    return Edit(what, row, read(body, "value", str if what in ("status", "currency") else int))


def read_row(wanted: JsonObject) -> Row:
    """A line that no payment of the ledger stands behind: somebody else's money, or a pay-out on a bank account."""
    known = {name: wanted[name] for name in wanted if name in Row.__dataclass_fields__}
    if known.keys() != wanted.keys():
        raise ControlError(f"add: unknown {sorted(wanted.keys() - known.keys())}")
    for name, kind in (("kind", str), ("number", str), ("amount", int), ("at", float)):
        read(known, name, kind)
    return Row(**({"reference": ""} | known))


def read_fees(wanted: JsonObject) -> FeeRule:
    """The fee rule a control call sets."""
    if unknown := wanted.keys() - FeeRule.__dataclass_fields__.keys():
        raise ControlError(f"fees: unknown {sorted(unknown)}")
    if not all(isinstance(one, int) and one >= 0 for name, one in wanted.items() if not (name == "maximum" and one is None)):
        raise ControlError("fees: whole numbers of 0 and more")
    return FeeRule(**wanted)


def _share(amount: int, basis_points: int) -> int:
    return (amount * basis_points * 2 + _WHOLE) // (2 * _WHOLE)
