"""Opening a file by what it is, not by what it is called."""

from __future__ import annotations

import io
from typing import BinaryIO

from reconciliation.statements.csv_tables import CsvTable
from reconciliation.statements.faults import Unreadable
from reconciliation.statements.spec import Spec
from reconciliation.statements.tables import Table
from reconciliation.statements.xlsx_tables import XlsxTable

_ZIP, _OLD_EXCEL, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"


def open_table(file: BinaryIO, spec: Spec) -> Table:
    """The table in a file that can be sought in. Raises ``Unreadable``."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(512)
    file.seek(0)
    if not head.strip():
        raise Unreadable("empty")
    if head.startswith(_OLD_EXCEL):
        raise Unreadable("old_excel")
    if head.startswith(_PDF):
        raise Unreadable("pdf")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise Unreadable("html")
    return XlsxTable(file, spec, size) if head.startswith(_ZIP) else CsvTable(file, spec)
