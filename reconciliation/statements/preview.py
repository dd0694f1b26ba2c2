"""The first rows of a file under a profile that is being written: what would come of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, BinaryIO

from reconciliation.statements.columns import NULL
from reconciliation.statements.faults import BadCell, Unreadable
from reconciliation.statements.parsing import COLUMNS, Parser
from reconciliation.statements.reading import open_table
from reconciliation.statements.spec import SpecInvalid, read_spec
from reconciliation.statements.tables import Block


@dataclass(frozen=True)
class PreviewRow:
    """A row of the file and the line it becomes (``None`` for nothing), or what is wrong with it."""

    line_no: int
    cells: list[str]
    fields: dict[str, str | None] = field(default_factory=dict)
    bad: list[BadCell] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """``problems`` are those of the profile, ``unreadable`` the reason why the file has no table under it; both empty if fine."""

    columns: tuple[str, ...] = ()
    rows: tuple[PreviewRow, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    unreadable: str = ""
    unread: tuple[str, ...] = ()


def preview(file: BinaryIO, raw: Any, *, now: datetime, cutoff: time = time(0, 0), rows: int = 20) -> Preview:
    """How the first ``rows`` rows would be read. Never raises for what is wrong with the profile or the file."""
    try:
        spec = read_spec(raw)
    except SpecInvalid as error:
        return Preview(problems=tuple(error.problems))
    try:
        table = open_table(file, spec)
        head = _head(next(iter(table.blocks())), rows)
    except Unreadable as error:
        return Preview(unreadable=error.reason)
    parser = Parser(spec, table.header, cutoff=cutoff, latest=now)
    known = spec.names()
    return Preview(
        columns=table.header.names,
        rows=tuple(_row(parser, block) for block in head),
        unread=tuple(
            name for folded, at in table.header.positions.items() if folded not in known for name in [table.header.names[at]]
        ),
    )


def _head(block: Block, rows: int) -> list[Block]:
    """The first rows, each as a block of its own, in the order of the file."""
    alone = [Block([cells], [line_no]) for line_no, cells in zip(block.lines, block.rows, strict=True)]
    alone += [Block(rejected=[one]) for one in block.rejected]
    return sorted(alone, key=_line_of)[:rows]


def _line_of(block: Block) -> int:
    return block.lines[0] if block.lines else block.rejected[0].bad.line_no


def _row(parser: Parser, block: Block) -> PreviewRow:
    parsed = parser.read(block)
    cells = list(block.rows[0] if block.rows else block.rejected[0].cells)
    fields: dict[str, str | None] = {}
    if parsed.rows:
        values = parsed.rows[0].split("\t")
        fields = {name: None if value == NULL else value for name, value in zip(COLUMNS, values, strict=True)}
    return PreviewRow(_line_of(block), cells, fields, parsed.bad)
