"""XLSX files, read row by row as text; dates as ISO, numbers as they were typed."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from reconciliation.statements.faults import BadCell, Unreadable
from reconciliation.statements.headers import DEEPEST, Header, find_header, needed_width
from reconciliation.statements.spec import Spec
from reconciliation.statements.tables import MOST_ROWS, Block, Rejected, cell_fault, fitted
from reconciliation.statements.words import fold
from reconciliation.statements.xlsx_cells import rows_of
from reconciliation.statements.xlsx_parts import Parts

_ROWS = 2_000
# Unpacked: all together, and the table of shared texts, which alone is held in memory.
_LARGEST, _LARGEST_TEXTS = 2 << 30, 160 << 20
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ExpatError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
)


class XlsxTable:
    """A sheet whose header was found. Raises ``Unreadable`` when it is not, or when the file is damaged or dangerous."""

    header: Header

    def __init__(self, file: BinaryIO, spec: Spec, size: int) -> None:
        _refuse_dangerous(file)
        self._spec, self._size = spec, size
        self._rows = _guarded(_sheet_rows(file, spec.sheet))
        self.header = self._find()
        self._needed = needed_width(self.header, spec)

    def blocks(self) -> Iterator[Block]:
        """The rows under the header. How much of the file is read is not known before the end."""
        block = Block()
        for number, cells in enumerate(self._rows, start=self.header.depth + 1):
            if number > MOST_ROWS:
                raise Unreadable("too_many_rows")
            self._take(block, cells, number)
            if len(block.rows) >= _ROWS:
                yield block
                block = Block()
        block.bytes_read = self._size
        yield block

    def _take(self, block: Block, cells: list[str], number: int) -> None:
        if not any(cell.strip() for cell in cells):
            return
        bad = cell_fault(cells, self.header.names, number)
        row = fitted(_without_blank_end(cells, self.header.width), self.header.width, self._needed)
        if bad is None and row is None:
            bad = BadCell(number, "", "columns", " | ".join(cells))
        if bad is None and row is not None:
            block.rows.append(row)
            block.lines.append(number)
        elif bad is not None:
            block.rejected.append(Rejected(cells, bad))

    def _find(self) -> Header:
        head: list[list[str]] = []
        for cells in self._rows:
            head.append(cells)
            header = find_header([cells], self._spec)
            if header is not None:
                return Header(header.names, header.positions, len(head))
            if len(head) >= DEEPEST:
                break
        raise Unreadable("header" if head else "empty")


def _without_blank_end(cells: list[str], width: int) -> list[str]:
    """A sheet has blank cells to the right of the table: they are formatted, or were filled once."""
    return cells[:width] if not any(cells[width:]) else cells


def _sheet_rows(file: BinaryIO, wanted: str) -> Iterator[list[str]]:
    """Rows of texts."""
    with zipfile.ZipFile(file) as archive:
        parts = Parts(archive)
        named = {fold(name): path for name, path in reversed(parts.sheets)}
        if not parts.sheets or (wanted and fold(wanted) not in named):
            raise Unreadable("sheet")
        yield from rows_of(archive, parts, named[fold(wanted)] if wanted else parts.sheets[0][1])


def _guarded(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """What a damaged file raises somewhere in the library, told as what it is."""
    try:
        yield from rows
    except _DAMAGED as error:
        raise Unreadable("xlsx", type(error).__name__) from error


def _refuse_dangerous(file: BinaryIO) -> None:
    """A small file may unpack to gigabytes, or hold XML that defines entities."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            texts = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
            if sum(part.file_size for part in parts) > _LARGEST or texts > _LARGEST_TEXTS:
                raise Unreadable("xlsx_too_large")
            for part in parts:
                with archive.open(part) as opened:
                    if b"<!doctype" in opened.read(4096).lower():
                        raise Unreadable("xlsx_unsafe")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unreadable("xlsx", type(error).__name__) from error
    file.seek(0)
