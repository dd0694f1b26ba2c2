"""Whether what only amounts can tie is tied as planted: every choice is counted, none is left to chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from tests.factories.planted.world import Line, Record

# As an account's rules are by default.
_WINDOW = timedelta(minutes=120)
# More of them on one day would be more than anybody should try.
_MOST = 24


@dataclass
class Loose:
    """Lines that name nothing, and records that no name ties to a line."""

    lines: list[Line] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    pairs: dict[str, str] = field(default_factory=dict)
    choices: Counter[str] = field(default_factory=Counter)
    twins: set[str] = field(default_factory=set)

    def pair(self, line: Line, record: Record) -> None:
        self.lines.append(line)
        self.records.append(record)
        self.pairs[line.key] = record.key

    def sum_of(self, line: Line, records: list[Record], *, choices: int) -> None:
        self.choices[line.key] = choices
        if line not in self.lines:
            self.lines.append(line)
        self.records += [one for one in records if one not in self.records]


def is_as_planted(loose: Loose) -> bool:
    """No sum and no pair but the planted ones."""
    return all(_sums_well(line, loose) and _pairs_well(line, loose) for line in loose.lines)


def _sums_well(line: Line, loose: Loose) -> bool:
    amounts = [one.amount for one in loose.records if one.at.date() == line.at.date() and one.amount <= line.amount]
    return len(amounts) <= _MOST and _ways(amounts, line.amount) == loose.choices[line.key]


def _pairs_well(line: Line, loose: Loose) -> bool:
    """Of the same amount at nearly the same time there is the planted one alone; twins have two each, others none."""
    same = [
        one.key for one in loose.records if one.amount == line.amount and abs(one.at - line.at) <= _WINDOW + timedelta(days=1)
    ]
    if line.key in loose.twins:
        return len(same) == 2
    planted = loose.pairs.get(line.key)
    others = [one for one in loose.lines if one.amount == line.amount and one is not line]
    return same == ([planted] if planted else []) and not others


def _ways(amounts: list[int], total: int) -> int:
    """How many choices of two and more add up to the total."""
    reached: Counter[tuple[int, bool]] = Counter({(0, False): 1})
    singles = 0
    for amount in amounts:
        singles += amount == total
        for (before, _many), ways in list(reached.items()):
            if before + amount <= total:
                reached[before + amount, True] += ways
    return reached[total, True] - singles
