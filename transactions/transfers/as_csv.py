"""A transfer list as CSV, with the text of each VietQR code."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from transactions.transfers.lines import TITLES, Line, harmless

CONTENT_TYPE = "text/csv; charset=utf-8"


def write(lines: Sequence[Line]) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheets know it."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([str(title) for title in TITLES])
    for number, line in enumerate(lines, start=1):
        rows.writerow([number, *map(harmless, line.texts()), line.amount, line.memo, line.qr_text])
    return text.getvalue().encode("utf-8-sig")
