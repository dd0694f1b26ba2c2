"""A run as a file for spreadsheets: what was found, both sides of each difference, and what became of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from reconciliation.models import Reconciliation, ReconciliationItem
from reconciliation.reports.sides import MONEY, ours, theirs, with_sides
from transactions.transfers.lines import harmless

CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SIDE = ("number", "reference", "amount", "fee", "status", "occurred_at")
COLUMNS = (
    "detail_id", "type", "state", "date", "amount", *(f"our_{name}" for name in _SIDE), *(f"their_{name}" for name in _SIDE),
    "differs", "transaction_id", "statement_file", "statement_line", "issue_id", "late_until", "action", "note", "closed_by",
    "closed_at",
)  # fmt: skip
_WIDTH, _WIDE = 14, 30
Cell = str | int


def file_name(run: Reconciliation, ending: str) -> str:
    """For the download: provider and day."""
    return f"reconciliation_{run.account.provider.code}_{run.day.isoformat()}_{run.public_id}.{ending}"


def items_of(run: Reconciliation) -> Any:
    """The differences of the run's account and day, as they stand now."""
    return ReconciliationItem.objects.filter(account_id=run.account_id, day=run.day)


def write(run: Reconciliation, ending: str) -> bytes:
    """The whole file. Nothing in it is taken for a formula; no payer is named in it."""
    rows = _rows(run)
    return _as_csv(rows) if ending == CSV else _as_xlsx(run, rows)


def _rows(run: Reconciliation) -> Iterator[list[Cell]]:
    for item in with_sides(items_of(run)).order_by("id").iterator(chunk_size=2_000):
        yield [harmless(cell) if isinstance(cell, str) else cell for cell in _cells(item)]


def _cells(item: ReconciliationItem) -> list[Cell]:
    left, right = ours(item) or {}, theirs(item) or {}
    line = item.line
    return [
        item.public_id, str(item.item_type), str(item.state), item.day.isoformat(), item.amount,
        *(_cell(left.get(name)) for name in _SIDE),
        *(_cell(right.get(name)) for name in _SIDE),
        ", ".join(item.differences),
        item.transaction.public_id if item.transaction is not None else "",
        line.statement.file_name if line is not None else "",
        line.line_no if line is not None else "",
        item.issue.public_id if item.issue is not None else "",
        _cell(item.due_day), item.action, item.note, item.closed_by, _cell(item.closed_at),
    ]  # fmt: skip


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    if hasattr(value, "hour"):
        return localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def _as_csv(rows: Iterator[list[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheets know it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _as_xlsx(run: Reconciliation, rows: Iterator[list[Cell]]) -> bytes:
    book = Workbook()
    summary: Any = book.active
    summary.title = _("Summary")
    for line in _summary(run):
        summary.append(line)
    summary.column_dimensions["A"].width = _WIDE
    sheet = book.create_sheet(_("Differences"))
    sheet.append(COLUMNS)
    sheet.freeze_panes = "A2"
    for number, name in enumerate(COLUMNS, start=1):
        sheet.cell(row=1, column=number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDE if name.endswith(("id", "note", "file")) else _WIDTH
    for number, row in enumerate(rows, start=2):
        _write_row(sheet, number, row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _write_row(sheet: Any, number: int, row: Sequence[Cell]) -> None:
    for column, value in enumerate(row, start=1):
        if value == "":
            continue
        cell = sheet.cell(row=number, column=column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type, cell.number_format = "s", "@"  # text, whatever it begins with
        elif COLUMNS[column - 1].endswith(MONEY):
            cell.number_format = "#,##0"


def _summary(run: Reconciliation) -> Iterator[list[Cell]]:
    yield [_("Reconciliation"), run.public_id]
    yield [_("Account"), harmless(str(run.account))]
    yield [_("Business day"), run.day.isoformat()]
    yield [_("Lines"), run.lines]
    yield [_("Records of ours"), run.records]
    yield [_("Matched"), run.matched]
    yield [_("Open items"), run.items_open]
    yield []
    yield ["", _("Ours"), _("Theirs")]
    for name, pair in run.totals.items():
        yield [name, pair.get("ours", ""), pair.get("theirs", "")]
