"""Files as they come: what is a table is found, what is wrong with a row is named, what is no table is refused."""

import io
import zipfile
from datetime import UTC, datetime, time

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from reconciliation.statements import csv_tables
from reconciliation.statements.faults import Unreadable
from reconciliation.statements.parsing import COLUMNS, Parser
from reconciliation.statements.reading import open_table
from reconciliation.statements.spec import read_spec

SPEC = {
    "skip": ["Tổng cộng"],
    "fields": {
        "number": {"columns": ["Mã giao dịch", "No"], "required": True},
        "reference": {"columns": ["Mã đơn hàng"]},
        "amount": {"columns": ["Số tiền"]},
        "fee": {"columns": ["Phí", "VAT"], "use": "sum"},
        "occurred_at": {"columns": ["Ngày", "Giờ"], "use": "joined"},
        "status": {"columns": ["Trạng thái"], "words": {"success": ["Thành công"], "failed": ["-1"]}, "constant": "success"},
    },
    "kind": [{"columns": ["Loại"], "words": {"refund": ["Hoàn tiền"], "payment": ["Thanh toán"]}}, {"constant": "payment"}],
}
HEAD = "Mã giao dịch,Mã đơn hàng,Số tiền,Phí,VAT,Ngày,Giờ,Trạng thái,Loại"
GOOD = "FT{0},SP{0},100.000,1.000,100,21/11/2026,10:00:00,Thành công,Thanh toán"
LATEST = datetime(2026, 11, 23, tzinfo=UTC)


def parse(content, spec=None, **changes):
    spec = read_spec({**(spec or SPEC), **changes})
    table = open_table(io.BytesIO(content), spec)
    parser = Parser(spec, table.header, cutoff=time(0, 0), latest=LATEST)
    parsed = [parser.read(block) for block in table.blocks()]
    rows = [dict(zip(COLUMNS, row.split("\t"), strict=True)) for part in parsed for row in part.rows]
    return rows, [(bad.line_no, bad.field, bad.reason) for part in parsed for bad in part.bad]


def table(*rows, head=HEAD, above=()):
    return "\r\n".join([*above, head, *rows, ""]).encode()


def xlsx(*rows, title="Sao kê"):
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


XLSX_HEAD = ["Mã giao dịch", "Mã đơn hàng", "Số tiền", "Ngày"]
BAD = {
    "amount": ("FT1,SP1,một trăm,0,0,21/11/2026,10:00:00,Thành công,", ("amount", "amount")),
    "fraction": ("FT1,SP1,100.000,10.5,0,21/11/2026,10:00:00,Thành công,", ("fee", "amount_fraction")),
    "zero": ("FT1,SP1,0,0,0,21/11/2026,10:00:00,Thành công,", ("amount", "amount_zero")),
    "negative": ("FT1,SP1,-5,0,0,21/11/2026,10:00:00,Thành công,", ("amount", "amount_sign")),
    "no amount": ("FT1,SP1,,0,0,21/11/2026,10:00:00,Thành công,", ("amount", "missing")),
    "time": ("FT1,SP1,1000,0,0,32/11/2026,10:00:00,Thành công,", ("occurred_at", "time")),
    "future": ("FT1,SP1,1000,0,0,21/11/2036,10:00:00,Thành công,", ("occurred_at", "time_future")),
    "no number": (",SP1,1000,0,0,21/11/2026,10:00:00,Thành công,", ("number", "missing")),
    "rounded": ("1.42E+14,SP1,1000,0,0,21/11/2026,10:00:00,Thành công,", ("number", "rounded")),
    "long": (f"{'9' * 101},SP1,1000,0,0,21/11/2026,10:00:00,Thành công,", ("number", "text_too_long")),
    "control": ("FT\x0b1,SP1,1000,0,0,21/11/2026,10:00:00,Thành công,", ("number", "text_control")),
    "status": ("FT1,SP1,1000,0,0,21/11/2026,10:00:00,Có lẽ,", ("status", "word_unknown")),
    "kind": ("FT1,SP1,1000,0,0,21/11/2026,10:00:00,Thành công,Quà tặng", ("kind", "word_unknown")),
    "formula": ('FT1,"=HYPERLINK(""http://x"")",1000,0,0,21/11/2026,10:00:00,Thành công,', ("Mã đơn hàng", "formula")),
    "huge cell": (f"FT1,{'x' * 10_000},1000,0,0,21/11/2026,10:00:00,Thành công,", ("Mã đơn hàng", "cell_too_long")),
    "too few": ("FT1,SP1,1000,0", ("", "columns")),
    "too many": ("FT1,SP1,1,000,0,0,21/11/2026,10:00:00,Thành công,", ("", "columns")),
    "open quote": ('FT1,"SP1,1000,0,0,21/11/2026,10:00:00,Thành công,', ("", "quote")),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_a_bad_row_is_named_with_its_line_its_field_and_the_reason_and_the_others_are_read(case):
    row, told = BAD[case]
    rows, bad = parse(table(GOOD.format(1), row, GOOD.format(2)))
    assert bad == [(3, *told)]
    assert [one["number"] for one in rows] == ["FT1", "FT2"]


def test_bytes_in_another_encoding_are_the_fault_of_their_row():
    content = table(GOOD.format(1), "@", GOOD.format(2)).replace(b"@", "FT9,Đơn,1,0,0,21/11/2026,10:00:00,,".encode("cp1258"))
    rows, bad = parse(content)
    assert bad == [(3, "Mã đơn hàng", "encoding")]
    assert len(rows) == 2


def test_rows_that_all_end_with_a_delimiter_have_one_column_more():
    moved = "FT9,SP9,1,000,0,0,21/11/2026,10:00:00,,,"
    rows, bad = parse(table(f"{GOOD.format(1)},", f"{GOOD.format(2)},", moved))
    assert ([row["number"] for row in rows], bad) == (["FT1", "FT2"], [(4, "", "columns")])


def test_everything_wrong_with_a_row_is_told():
    _, bad = parse(table("FT1,SP1,x,y,0,z,,Có lẽ,"))
    assert sorted(bad) == [
        (2, "amount", "amount"),
        (2, "fee", "amount"),
        (2, "occurred_at", "time"),
        (2, "status", "word_unknown"),
    ]


def test_fields_are_read_as_the_profile_says():
    [row], bad = parse(table(GOOD.format(1)))
    assert bad == []
    assert row == {
        "line_no": "2", "kind": "payment", "status": "success", "number": "FT1", "original_number": "\\N", "reference": "SP1",
        "memo_references": "\\N", "amount": "100000", "fee": "1100", "net": "\\N", "currency": "VND",
        "occurred_at": "2026-11-21T10:00:00+07:00", "business_day": "2026-11-21",
    }  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    content = table(GOOD.format(1)).replace(b",", delimiter.encode())
    assert [row["fee"] for row in parse(content)[0]] == ["1100"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_the_encoding_is_found(encoding):
    import unicodedata

    text = table(GOOD.format(1)).decode()
    rows, bad = parse(
        (unicodedata.normalize("NFD", text) if encoding == "utf-8" else _split_tones(text, encoding)).encode(encoding)
    )
    assert bad == []
    assert [row["status"] for row in rows] == ["success"]


def _split_tones(text, encoding):
    """Windows-1258 has the letters with their circumflex and horn, and the tones as characters of their own."""
    import unicodedata

    if encoding != "cp1258":
        return text
    tones = "\u0300\u0301\u0303\u0309\u0323"
    apart = [unicodedata.normalize("NFD", one) for one in text]
    return "".join(
        unicodedata.normalize("NFC", "".join(c for c in one if c not in tones)) + "".join(c for c in one if c in tones)
        for one in apart
    )


def test_headers_are_found_below_what_banks_put_above_them_whatever_their_case_and_marks():
    content = table(GOOD.format(1), head=HEAD.upper().replace("Đ", "D"), above=["SAO KÊ", "Từ ngày,01/11/2026", ""])
    rows, bad = parse(content)
    assert ([row["line_no"] for row in rows], bad) == (["5"], [])


def test_blank_rows_and_totals_are_no_lines():
    rows, bad = parse(table(GOOD.format(1), "", ",,,,,,,,", ",Tổng cộng:,100.000,1.000,100,,,,", "Tổng cộng,,100.000"))
    assert (len(rows), bad) == (1, [])


def test_a_row_that_begins_like_a_total_and_has_a_time_is_a_line():
    rows, _ = parse(table(GOOD.format(1).replace("FT1", "TONGCONG1")))
    assert [row["number"] for row in rows] == ["TONGCONG1"]


def test_cells_over_several_lines_are_one_cell_and_backslashes_stay_what_they_are():
    rows, bad = parse(table('FT1,"a\\b",1000,0,0,"21/11/2026",10:00:00,,"Thanh\r\ntoán"', GOOD.format(2)))
    assert bad == []
    assert [(row["line_no"], row["reference"]) for row in rows] == [("2", "a\\\\b"), ("4", "SP2")]


def test_rows_read_the_same_wherever_the_pieces_of_the_file_end(monkeypatch):
    content = table(*(GOOD.format(n) if n % 3 else f'FT{n},"Đơn\n{n}",100.000,0,0,21/11/2026,10:00:00,,' for n in range(1, 200)))
    whole = parse(content)
    assert len(whole[0]) + len(whole[1]) == 199
    for piece in (61, 256, 1001):
        monkeypatch.setattr(csv_tables, "PIECE", piece)
        assert parse(content) == whole


def test_a_spreadsheet_is_read_like_text_with_its_days_as_days_and_its_numbers_as_they_were_typed():
    at = datetime(2026, 11, 21, 10, 0, 0)  # noqa: DTZ001 a spreadsheet knows no zones
    content = xlsx(
        ["SAO KÊ"],
        XLSX_HEAD,
        ["FT1", "SP1", 100_000, at],
        [14226112, "SP2", 100000.0, 46347.416666666664],
        ["FT3", "SP3", "1.234.567", "21/11/2026 10:00:00"],
        [None, None, None, None],
        ["Tổng cộng", None, 1_434_567, None],
    )
    rows, bad = parse(content)
    assert bad == []
    assert [(row["line_no"], row["number"], row["amount"]) for row in rows] == [
        ("3", "FT1", "100000"),
        ("4", "14226112", "100000"),
        ("5", "FT3", "1234567"),
    ]
    assert {row["occurred_at"] for row in rows} == {"2026-11-21T10:00:00+07:00"}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["FT1", "SP1", "=50000+50000", "21/11/2026"], ("Số tiền", "formula")),
        (["FT1", "SP1", ArrayFormula("C3", "=SUM(1,2)"), "21/11/2026"], ("Số tiền", "formula")),
        (["FT1", "SP1", 1234.567, "21/11/2026"], ("amount", "amount_fraction")),
        ([12345678901234567, "SP1", 1000, "21/11/2026"], ("number", "rounded")),
        (["FT1", "x" * 10_000, 1000, "21/11/2026"], ("Mã đơn hàng", "cell_too_long")),
        (["FT1", "SP1", True, "21/11/2026 10"], ("occurred_at", "time")),
    ],
)
def test_a_bad_row_of_a_spreadsheet_is_named(row, told):
    rows, bad = parse(xlsx(XLSX_HEAD, ["FT0", "SP0", 1000, "21/11/2026"], row))
    assert (len(rows), bad) == (1, [(3, *told)])


def test_the_sheet_that_the_profile_names_is_read():
    book = Workbook()
    book.active.append(["nothing"])
    sheet = book.create_sheet("Giao dịch")
    sheet.append(XLSX_HEAD)
    sheet.append(["FT1", "SP1", 5, "21/11/2026"])
    file = io.BytesIO()
    book.save(file)
    assert len(parse(file.getvalue(), sheet="GIAO DICH")[0]) == 1
    with pytest.raises(Unreadable, match="sheet"):
        parse(file.getvalue(), sheet="Hoàn tiền")


def unsafe():
    file = io.BytesIO(xlsx(XLSX_HEAD))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/evil.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>')
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" \r\n ", "empty"),
        (b"a,b\n1,2\n", "header"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"%PDF-1.7", "pdf"),
        (b"\xef\xbb\xbf<html><table>", "html"),
        (b"PK\x03\x04 no archive", "xlsx"),
        (xlsx(["a", "b"]), "header"),
        (unsafe(), "xlsx_unsafe"),
        (b"x" * (6 << 20), "no_lines"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_with_the_reason(content, reason):
    with pytest.raises(Unreadable) as told:
        parse(content)
    assert told.value.reason == reason
