"""A transfer list as a workbook, with a picture of each VietQR code to be read by a banking app."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from transactions.providers import qr_image
from transactions.transfers.lines import TITLES, Line, harmless

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (5, 34, 22, 18, 9, 22, 28, 14, 24, 19)
_PICTURE_PIXELS, _ROW_POINTS = 128, 100


class _Picture(Image):  # type: ignore[misc]
    """A PNG that is put in as it is: openpyxl's own class opens it with Pillow, only to ask for its size."""

    def __init__(self, png: bytes) -> None:
        self.ref = io.BytesIO(png)
        self.width = self.height = _PICTURE_PIXELS
        self.format = "png"

    def _data(self) -> bytes:
        return self.ref.getvalue()


def write(lines: Sequence[Line]) -> bytes:
    """One sheet. Account numbers are text, so that none loses its zeros; amounts are numbers."""
    book = Workbook()
    sheet: Any = book.active
    sheet.append([str(title) for title in TITLES])
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.cell(row=1, column=column).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for number, line in enumerate(lines, start=1):
        _write_line(sheet, number, line)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _write_line(sheet: Any, number: int, line: Line) -> None:
    row = number + 1
    values = [number, *line.texts(), line.amount, line.memo]
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row=row, column=column)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        cell.value = harmless(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type, cell.number_format = "s", "@"  # text, whatever it begins with
    sheet.cell(row=row, column=len(values) - 1).number_format = "#,##0"
    if line.qr_text:
        sheet.row_dimensions[row].height = _ROW_POINTS
        sheet.add_image(_Picture(qr_image.png(line.qr_text, scale=4)), f"{get_column_letter(len(TITLES))}{row}")
