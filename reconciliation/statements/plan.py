"""Where each field stands in one file, and who reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from reconciliation.statements.columns import (
    NULL,
    AmountColumn,
    Column,
    MomentColumn,
    TextColumn,
    currency_reader,
    first_filled,
    joined,
    memo_references,
    word_reader,
)
from reconciliation.statements.faults import Fault
from reconciliation.statements.headers import Header
from reconciliation.statements.spec import AMOUNTS, FieldSpec

_TEXTS = ("number", "original_number", "reference")
_SIDES = ("credit", "debit")

Fields = dict[str, list[str]]


class Plan:
    """Reads the fields of many rows of one file. A field of which the file has no column is its constant, or nothing."""

    def __init__(self, fields: Mapping[str, FieldSpec], header: Header, cutoff: time, latest: datetime) -> None:
        self._fields = fields
        self._at = {
            name: tuple(header.positions[column] for column in one.columns if column in header.positions)
            for name, one in fields.items()
        }
        self._amounts = {name: AmountColumn(fields[name]) for name in AMOUNTS if name in fields}
        self._texts = {name: TextColumn() for name in _TEXTS if self._at.get(name)}
        self._moment = MomentColumn(fields["occurred_at"], cutoff, latest)
        self._status = word_reader(fields["status"]) if self._at.get("status") else None
        self._currency = currency_reader(fields["currency"]) if self._at.get("currency") else None

    def positions(self, name: str) -> tuple[int, ...]:
        """The columns of a field; of an amount in two columns both."""
        if name == "amount" and "amount" not in self._fields:
            return self._at["credit"] + self._at["debit"]
        return self._at.get(name, ())

    def amounts(self, columns: Sequence[Column], rows: int) -> tuple[list[str], bool]:
        """The signed amount of each row, and whether some are a ``Fault``."""
        if "amount" in self._fields:
            amounts = self._signed("amount", columns, rows)
            faults = self._amounts["amount"].has_faults
        else:
            sides = zip(*(self._signed(side, columns, rows) for side in _SIDES), strict=True)
            amounts, faults = [_one_side(credit, debit) for credit, debit in sides], True
        if "0" in amounts or not all(amounts):
            return [Fault("amount_zero") if one == "0" else one or Fault("missing") for one in amounts], True
        return amounts, faults and _has_fault(amounts)

    def unsigned(self, amounts: list[str], *, by_sign: bool) -> tuple[list[str], bool]:
        """Amounts without their signs, where a sign may be: ``by_sign`` says that it told the kind."""
        if "-" not in "".join(amounts):
            return amounts, False
        if by_sign or "amount" not in self._fields or self._fields["amount"].sign == "absolute":
            return [one.lstrip("-") if type(one) is not Fault else one for one in amounts], False
        return [Fault("amount_sign") if one[0] == "-" else one for one in amounts], True

    def read(self, columns: Sequence[Column], rows: int) -> tuple[Fields, bool]:
        """Every field but kind and amount as COPY takes it, and whether there is a ``Fault`` among them."""
        moments = self._moment.reader.column(self._moment_texts(columns))
        read: Fields = {"occurred_at": moments}
        faults = self._moment.reader.has_faults
        for name in _TEXTS:
            read[name] = self._texts[name].read(self._one(name, columns)) if name in self._texts else self._constant(name, rows)
            faults |= name in self._texts and self._texts[name].has_faults
        for name in ("fee", "net"):
            read[name] = self._without_sign(name, columns, rows)
            faults |= name in self._amounts and self._amounts[name].has_faults
        for name, reader, default in (("status", self._status, "success"), ("currency", self._currency, "VND")):
            read[name] = reader.column(self._one(name, columns)) if reader is not None else self._constant(name, rows, default)
            faults |= reader is not None and reader.has_faults
        read["memo_references"] = memo_references(self._one("memo", columns)) if self._at.get("memo") else [NULL] * rows
        return read, self._required(read) or faults

    def _required(self, read: Fields) -> bool:
        """Put a ``Fault`` where something must stand and does not; whether there was such a place."""
        found = False
        for name, column in read.items():
            if name in self._fields and self._fields[name].required and NULL in column:
                read[name] = [Fault("missing") if text == NULL else text for text in column]
                found = True
        return found

    def _signed(self, name: str, columns: Sequence[Column], rows: int) -> list[str]:
        return self._amounts[name].read([columns[position] for position in self._at[name]], rows)

    def _without_sign(self, name: str, columns: Sequence[Column], rows: int) -> list[str]:
        if name not in self._amounts:
            return [NULL] * rows
        return [text if type(text) is Fault else text.lstrip("-") or NULL for text in self._signed(name, columns, rows)]

    def _moment_texts(self, columns: Sequence[Column]) -> Column:
        at = [columns[position] for position in self._at["occurred_at"]]
        return joined(at) if self._fields["occurred_at"].use == "joined" else first_filled(at)

    def _one(self, name: str, columns: Sequence[Column]) -> Column:
        at = [columns[position] for position in self._at[name]]
        return joined(at) if self._fields[name].use == "joined" else first_filled(at)

    def _constant(self, name: str, rows: int, default: str = NULL) -> list[str]:
        constant = self._fields[name].constant if name in self._fields else ""
        return [constant or default] * rows


def _has_fault(column: list[str]) -> bool:
    return any(type(one) is Fault for one in column)


def _one_side(credit: str, debit: str) -> str:
    """Credits positive and debits negative; a row is one of them."""
    if type(credit) is Fault or type(debit) is Fault:
        return credit if type(credit) is Fault else debit
    credit, debit = ("" if side == "0" else side for side in (credit, debit.lstrip("-")))
    if credit and debit:
        return Fault("both_sides")
    if credit[:1] == "-":
        return Fault("amount_sign")
    return credit or (debit and f"-{debit}")
