"""What can be wrong with a row or with a whole file: codes that are stored, and their words for people."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Why a row can not be taken. The codes stand in the database: words may change, codes may not.
REASONS: dict[str, Promise] = {
    "missing": _("Nothing stands there, and something must"),
    "amount": _("Not an amount"),
    "amount_fraction": _("Đồng have no fractions"),
    "amount_ambiguous": _("Can be read as thousands or as decimals"),
    "amount_sign": _("Negative, and must not be"),
    "amount_zero": _("An amount of 0"),
    "amount_too_large": _("More than any amount can be"),
    "both_sides": _("Credit and debit in one row"),
    "time": _("Not a date or time of the expected form"),
    "time_future": _("Lies in the future"),
    "word_unknown": _("A word that the mapping does not know"),
    "currency": _("Not a currency code"),
    "text_too_long": _("Longer than a number or reference can be"),
    "text_control": _("Has characters that are no text"),
    "rounded": _("A number that a spreadsheet has rounded"),
    "columns": _("Not as many cells as there are columns"),
    "quote": _("A quotation mark that is never closed"),
    "encoding": _("Has bytes that are no text in the file's encoding"),
    "formula": _("A formula instead of a value"),
    "cell_too_long": _("A cell that is far too long"),
}

# Why a file can not be read at all.
UNREADABLE: dict[str, Promise] = {
    "empty": _("The file is empty"),
    "header": _("No row has the column names that the mapping expects"),
    "no_lines": _("This is no text with lines"),
    "encoding": _("The text is neither UTF-8 nor Windows-1258"),
    "old_excel": _("An old or encrypted Excel file: save it as XLSX without a password, or as CSV"),
    "pdf": _("A PDF: ask for CSV or XLSX"),
    "html": _("A web page that is named like a table: open it and save it as XLSX or CSV"),
    "xlsx": _("The XLSX file is damaged"),
    "xlsx_too_large": _("The XLSX file is too large when unpacked"),
    "xlsx_unsafe": _("The XLSX file declares a document type, which spreadsheets never do"),
    "sheet": _("There is no sheet of that name"),
    "too_many_rows": _("More rows than a statement may have"),
}


class Unreadable(Exception):
    """The file can not be read at all; ``reason`` is one of ``UNREADABLE``. Nothing of the file is repeated in ``detail``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


class Fault(str):
    """Stands in a column in place of a value that can not be read; the text is the reason's code."""

    __slots__ = ()


@dataclass(frozen=True)
class BadCell:
    """One thing wrong with one row. ``field`` is ours, or the file's name of a column we do not read, or empty for the row."""

    line_no: int
    field: str
    reason: str
    value: str
