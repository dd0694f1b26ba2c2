"""Lines to rows of cells, where quotation marks may hold line ends, stand for themselves, or be left open by mistake.

An open quotation mark would swallow what follows; here it costs its own line only.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_MOST_JOINED = 50
_LONGEST_LINE = 100_000


@dataclass(frozen=True)
class Row:
    """The cells of a row and the line on which it begins; ``fault`` where the line can not be taken apart."""

    line_no: int
    cells: list[str]
    fault: str = ""


def plain_rows(lines: Sequence[str], delimiter: str) -> list[list[str]] | None:
    """The rows of lines without anything difficult: one each. None where somebody has to look closer."""
    if not any('"' in line for line in lines):
        return [line.split(delimiter) for line in lines]
    if any(line.count('"') & 1 for line in lines) or max(map(len, lines)) > _LONGEST_LINE:
        return None
    rows = list(csv.reader(lines, delimiter=delimiter))
    return rows if len(rows) == len(lines) else None


def careful_rows(
    lines: Sequence[str], first: int, delimiter: str, fits: Callable[[list[str]], bool], *, last: bool
) -> tuple[list[Row], list[str]]:
    """The rows of ``lines``, of which the first is line ``first`` of the file, and the lines that the next block must begin with.

    ``fits`` says whether a row of several lines is one: it has as many cells as there are columns.
    """
    rows: list[Row] = []
    position = 0
    while position < len(lines):
        taken = _row(lines, position, delimiter, fits)
        if taken is None and not last and len(lines) - position < _MOST_JOINED:
            return rows, list(lines[position:])
        cells, count = taken or ([], 1)
        fault = "" if taken else ("cell_too_long" if len(lines[position]) > _LONGEST_LINE else "quote")
        rows.append(Row(first + position, cells or [lines[position]], fault))
        position += count
    return rows, []


def _row(lines: Sequence[str], at: int, delimiter: str, fits: Callable[[list[str]], bool]) -> tuple[list[str], int] | None:
    """The row that begins at a line and how many lines it has; None where its quotation mark is never closed."""
    if len(lines[at]) > _LONGEST_LINE:
        return None
    for count in _ends(lines, at):
        cells = _strictly(lines[at : at + count], delimiter)
        if cells is not None and (count == 1 or fits(cells)):
            return cells, count
    return None


def _ends(lines: Sequence[str], at: int) -> Iterator[int]:
    """After how many lines a row may end: at once, and wherever as many quotation marks were closed as opened."""
    yield 1
    marks = lines[at].count('"')
    for count in range(2, min(_MOST_JOINED, len(lines) - at) + 1):
        following = lines[at + count - 1]
        if len(following) > _LONGEST_LINE:
            return
        marks += following.count('"')
        if '"' in following and not marks & 1:
            yield count


def _strictly(lines: Sequence[str], delimiter: str) -> list[str] | None:
    """The one row that these lines are."""
    try:
        rows = list(csv.reader([f"{line}\n" for line in lines], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
