"""A day's lines as a file: CSV or XLSX, with the provider's own columns, delimiter, and lines around the table."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from openpyxl import Workbook

from sandbox.kit.model import Account
from sandbox.kit.statement_rows import Row

VIETNAM = timezone(timedelta(hours=7))
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cells = Sequence[str | int]


def _nothing(_account: Account, _rows: Sequence[Row]) -> list[Cells]:
    return []


@dataclass(frozen=True)
class Layout:
    """How a provider writes its file. `cells` gives all lines at once: a balance runs over them."""

    columns: tuple[str, ...]
    cells: Callable[[Account, Sequence[Row]], list[Cells]]
    delimiter: str = ","
    encoding: str = "utf-8"
    above: Callable[[Account, Sequence[Row]], list[Cells]] = _nothing
    below: Callable[[Account, Sequence[Row]], list[Cells]] = _nothing

    def lines(self, account: Account, rows: Sequence[Row]) -> list[Cells]:
        return [*self.above(account, rows), self.columns, *self.cells(account, rows), *self.below(account, rows)]

    def as_csv(self, account: Account, rows: Sequence[Row]) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n").writerows(self.lines(account, rows))
        return text.getvalue().encode(self.encoding)

    def as_xlsx(self, account: Account, rows: Sequence[Row]) -> bytes:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Sheet1")
        for line in self.lines(account, rows):
            sheet.append(list(line))
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()


def row_by_row(cells: Callable[[Account, Row], Cells]) -> Callable[[Account, Sequence[Row]], list[Cells]]:
    """Cells of files whose lines know nothing of each other."""
    return lambda account, rows: [cells(account, row) for row in rows]


def vietnam(at: float) -> datetime:
    """The moment as Vietnam's clocks show it."""
    return datetime.fromtimestamp(at, VIETNAM)
