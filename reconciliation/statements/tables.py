"""What every kind of file becomes: a header, and blocks of rows that are as wide as it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reconciliation.statements.faults import BadCell
from reconciliation.statements.headers import Header

LONGEST_CELL = 4_000
MOST_ROWS = 5_000_000


@dataclass
class Rejected:
    """A row that is none: its cells as far as they go, and what is wrong."""

    cells: Sequence[str]
    bad: BadCell


@dataclass
class Block:
    """Rows of cells, all of the header's width, with the line of the file on which each begins."""

    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    # How much of the file is read when this block is.
    bytes_read: int = 0


class Table(Protocol):
    """An opened file."""

    header: Header

    def blocks(self) -> Iterator[Block]:
        """The rows under the header, once. Raises ``Unreadable``."""
        ...


def fitted(cells: list[str], width: int, needed: int) -> list[str] | None:
    """``cells`` made ``width`` long, where no column that is read is missing; None for too few and for too many.

    Too many are never cut off, though empty: ``1,000`` without quotation marks moves all that follows to the right.
    """
    if len(cells) > width:
        return None
    return cells + [""] * (width - len(cells)) if len(cells) >= needed else None


def cell_fault(cells: Sequence[str], names: Sequence[str], line_no: int, *, escaped: bool = False) -> BadCell | None:
    """A formula, a monstrous cell, or (``escaped``) bytes that are no text, anywhere in the row."""
    for position, cell in enumerate(cells):
        reason = ""
        if len(cell) > LONGEST_CELL:
            reason = "cell_too_long"
        elif cell.lstrip().startswith("="):
            reason = "formula"
        elif escaped and not cell.isascii() and any("\ud800" <= character <= "\udfff" for character in cell):
            reason = "encoding"
        if reason:
            name = names[position] if position < len(names) else ""
            return BadCell(line_no, printable(name), reason, cell)
    return None


def printable(text: str) -> str:
    """The name of a column, short and without what no database or page takes."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())[:40]
