"""CSV files, read piece by piece: as much memory for a million rows as for a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from reconciliation.statements.csv_rows import careful_rows, plain_rows
from reconciliation.statements.decoding import Decoder, composed, has_wrong_bytes
from reconciliation.statements.faults import BadCell, Unreadable
from reconciliation.statements.headers import Header, find_header, needed_width
from reconciliation.statements.spec import Spec
from reconciliation.statements.tables import LONGEST_CELL, MOST_ROWS, Block, Rejected, cell_fault, fitted

PIECE = 1 << 20
_LONGEST_WITHOUT_LINE = 4 << 20
_DELIMITERS = (",", ";", "\t", "|")
_HEAD_LINES = 400


class CsvTable:
    """A CSV file whose header was found. Raises ``Unreadable`` when it is not."""

    header: Header

    def __init__(self, file: BinaryIO, spec: Spec) -> None:
        self._file, self._spec = file, spec
        self._decoder = Decoder(spec.encoding)
        self._bytes_read = 0
        self._pieces = self._read()
        self._first = next(self._pieces, ([], True))
        self._delimiter, self.header, self._skipped = self._find(self._first[0][:_HEAD_LINES])
        self._needed = needed_width(self.header, spec)

    def blocks(self) -> Iterator[Block]:
        """The rows under the header."""
        lines, last = self._first[0][self._skipped :], self._first[1]
        line_no = self._skipped + 1
        while True:
            block, rest = self._block(lines, line_no, last=last)
            line_no += len(lines) - len(rest)
            if line_no > MOST_ROWS:
                raise Unreadable("too_many_rows")
            yield block
            if last:
                return
            following, last = next(self._pieces)
            lines = rest + following

    def _block(self, lines: list[str], first: int, *, last: bool) -> tuple[Block, list[str]]:
        if not lines:
            return Block(bytes_read=self._bytes_read), []
        rows = plain_rows(lines, self._delimiter)
        if rows is not None and set(map(len, rows)) == {self.header.width} and not self._is_suspicious(lines):
            return Block(rows, list(range(first, first + len(rows))), bytes_read=self._bytes_read), []
        return self._careful_block(lines, first, last=last)

    def _careful_block(self, lines: list[str], first: int, *, last: bool) -> tuple[Block, list[str]]:
        """Row by row: some are short, span lines, or hold what no row should."""
        names, width = self.header.names, self.header.width
        rows, rest = careful_rows(
            lines, first, self._delimiter, lambda cells: fitted(cells, width, self._needed) is not None, last=last
        )
        block = Block(bytes_read=self._bytes_read)
        for row in rows:
            if not any(cell.strip() for cell in row.cells):
                continue
            bad = BadCell(row.line_no, "", row.fault, row.cells[0]) if row.fault else None
            bad = bad or cell_fault(row.cells, names, row.line_no, escaped=True)
            cells = fitted(row.cells, width, self._needed)
            if bad is None and cells is None:
                bad = BadCell(row.line_no, "", "columns", self._delimiter.join(row.cells))
            if bad is None and cells is not None:
                block.rows.append(cells)
                block.lines.append(row.line_no)
            elif bad is not None:
                block.rejected.append(Rejected(row.cells, bad))
        return block, rest

    def _is_suspicious(self, lines: list[str]) -> bool:
        """Whether some cell may be a formula, too long, or no text: then each is looked at."""
        text = "\n".join(lines)
        return (
            max(map(len, lines)) > LONGEST_CELL
            or (
                "=" in text and ('"=' in text or f"{self._delimiter}=" in text or "\n=" in text or " =" in text or text[0] == "=")
            )
            or has_wrong_bytes(text)
        )

    def _find(self, lines: list[str]) -> tuple[str, Header, int]:
        """The delimiter with which a header is found (with most columns), the header, and the number of lines down to it."""
        if not any(line.strip() for line in lines):
            raise Unreadable("empty")
        found: list[tuple[int, str, Header, int]] = []
        for delimiter in _DELIMITERS if self._spec.delimiter == "auto" else (self._spec.delimiter,):
            rows, _ = careful_rows(lines, 1, delimiter, lambda cells: len(cells) > 1, last=True)
            header = find_header([row.cells for row in rows], self._spec)
            if header is not None:
                following = rows[header.depth] if header.depth < len(rows) else None
                skipped = following.line_no - 1 if following is not None else len(lines)
                found.append((header.width, delimiter, _as_wide(header, following.cells if following else []), skipped))
        if not found:
            raise Unreadable("header")
        return max(found, key=lambda one: one[0])[1:]

    def _read(self) -> Iterator[tuple[list[str], bool]]:
        """The lines of the file in pieces, and whether that was the last."""
        rest = ""
        while True:
            data = self._file.read(PIECE)
            self._bytes_read += len(data)
            text = rest + self._decoder.decode(data, last=not data)
            if not data:
                lines = _lines(text)
                yield (lines[:-1] if lines[-1] == "" else lines), True
                return
            cut = text.rfind("\n") + 1
            rest = text[cut:]
            if len(rest) > _LONGEST_WITHOUT_LINE:
                raise Unreadable("no_lines")
            if cut:
                yield _lines(text[:cut])[:-1], False


def _as_wide(header: Header, cells: list[str]) -> Header:
    """Some programs end each row with a delimiter, but not the header: then there is one column more, which has no name."""
    if any(cells[header.width :]):
        return header
    return replace(header, names=header.names + ("",) * (len(cells) - header.width))


def _lines(text: str) -> list[str]:
    return composed(text).replace("\r\n", "\n").split("\n")
