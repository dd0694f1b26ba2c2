"""What is planted: records of ours, lines of theirs, and what holding them against each other must give."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

VIETNAM = timezone(timedelta(hours=7))

# What an item of a run is called here: its type, the thing it is about, and the đồng at stake.
Finding = tuple[str, str, int]
# The lines and the records that belong together.
Group = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True)
class Fees:
    """What the provider keeps of a payment, VAT included."""

    basis_points: int
    fixed: int
    vat_basis_points: int

    def of(self, amount: int) -> int:
        fee = _half_up(amount * self.basis_points) + self.fixed
        return fee + _half_up(fee * self.vat_basis_points)


def _half_up(hundredths_of_percent: int) -> int:
    whole, rest = divmod(hundredths_of_percent, 10_000)
    return whole + (rest >= 5_000)


@dataclass(frozen=True)
class Record:
    """One payment, refund or unpaid order in our books. ``name`` is our reference; a refund's ``of`` that of its payment."""

    kind: str  # receipt, again (the same order paid once more), refund, order (nothing was paid)
    name: str
    amount: int
    at: datetime
    number: str | None = None
    of: str = ""
    status: str = ""

    @property
    def key(self) -> str:
        """A refund goes by our request, money that came by the provider's number, or by our reference where it has none."""
        return f"refund {self.name}" if self.kind == "refund" else f"receipt {self.number or self.name}"


@dataclass(frozen=True)
class Line:
    """One line of a statement. ``listed`` is the day in whose file it stands."""

    listed: date
    kind: str  # payment, refund, credit, debit
    amount: int
    at: datetime
    number: str = ""
    reference: str = ""
    payment_reference: str = ""
    original: str = ""
    fee: int = 0
    status: str = "success"
    currency: str = "VND"
    memo: str = ""

    @property
    def key(self) -> str:
        """Its number, or where it has none the moment and the amount, of which no other has both."""
        return f"line {self.number or line_moment(self.at, self.amount)}"


def line_moment(at: datetime, amount: int) -> str:
    return f"{at.astimezone(VIETNAM):%Y%m%d%H%M%S}/{amount}"


@dataclass
class World:
    """A planted account. ``closed`` are differences that must have closed by themselves at the end."""

    seed: int
    provider: str
    fees: Fees
    cutoff: str
    days: list[date]
    records: list[Record] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    closed: list[Finding] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    # Groups that only a memo can tell.
    ambiguous: list[Group] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def expect(self, kind: str, about: Record | Line, amount: int | None = None) -> None:
        """This must be found, and be open at the end."""
        self.findings.append((kind, about.key, about.amount if amount is None else amount))

    def match(self, lines: list[Line], records: list[Record], *, ambiguous: bool = False) -> None:
        """These, and nothing else, belong together."""
        group = (frozenset(one.key for one in lines), frozenset(one.key for one in records))
        self.groups.append(group)
        if ambiguous:
            self.ambiguous.append(group)

    def truth(self) -> str:
        """Everything that was planted, as JSON."""
        return json.dumps(
            {
                "seed": self.seed,
                "provider": self.provider,
                "planted": dict(sorted(self.told.items())),
                "findings": sorted(self.findings),
                "closed": sorted(self.closed),
                "groups": [_sides(one) for one in self.groups],
                "ambiguous": [_sides(one) for one in self.ambiguous],
                "records": [asdict(one) for one in self.records],
                "lines": [asdict(one) for one in self.lines],
            },
            ensure_ascii=False,
            indent=1,
            default=str,
        )


def _sides(group: Group) -> dict[str, Any]:
    lines, records = group
    return {"lines": sorted(lines), "records": sorted(records)}
