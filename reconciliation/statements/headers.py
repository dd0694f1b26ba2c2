"""Finding the row of column names, wherever a bank has put it, and which column is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciliation.statements.spec import Spec
from reconciliation.statements.words import fold

# Banks put names, addresses and periods above the table.
DEEPEST = 60


@dataclass(frozen=True)
class Header:
    """The names of the columns as the file has them, and where each folded name is. ``depth``: rows above it, and itself."""

    names: tuple[str, ...]
    positions: dict[str, int]
    depth: int

    @property
    def width(self) -> int:
        """Cells of a row."""
        return len(self.names)


def find_header(rows: Sequence[Sequence[str]], spec: Spec) -> Header | None:
    """The first row that has what the profile must have; of a name that stands twice the first column counts."""
    groups = spec.must_have()
    for depth, row in enumerate(rows[:DEEPEST], start=1):
        positions: dict[str, int] = {}
        for position, name in enumerate(row):
            if folded := fold(name):
                positions.setdefault(folded, position)
        if groups and all(any(name in positions for name in group) for group in groups):
            return Header(tuple(row), positions, depth)
    return None


def known_columns(header: Header, spec: Spec) -> int:
    """How many columns of the file the profile reads: of several profiles that fit, the one that reads most is meant."""
    return len(spec.names() & set(header.positions))


def needed_width(header: Header, spec: Spec) -> int:
    """How many cells a row must have for all columns that are read to be there."""
    return 1 + max(header.positions[name] for name in spec.names() & set(header.positions))


def is_total(cells: Sequence[str], spec: Spec) -> bool:
    """Whether a row that is no line is one of the totals that the profile knows."""
    first = next((folded for cell in cells if (folded := fold(cell))), "")
    return any(first.startswith(word) for word in spec.skip)
