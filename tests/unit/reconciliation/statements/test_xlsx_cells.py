"""Cells of spreadsheets: held against openpyxl's own reading, and against what other programs write."""

import io
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from xml.parsers.expat import ExpatError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from reconciliation.statements.xlsx_cells import number_text, rows_of
from reconciliation.statements.xlsx_parts import Parts

TEXTS = st.text(alphabet="abc đỗ<&>\"'=\n0", max_size=12).filter(lambda text: text.strip() == text and not text.startswith("="))
START = datetime(2001, 1, 1, tzinfo=UTC).replace(tzinfo=None)
MOMENTS = st.integers(min_value=0, max_value=97 * 365 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))
CELLS = st.one_of(st.none(), TEXTS, st.integers(min_value=-(10**14), max_value=10**14), MOMENTS, st.booleans())
BOOK = """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>
<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"""
RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="x" Target="/xl/worksheets/sheet1.xml"/></Relationships>"""


def read(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = Parts(archive)
        return list(rows_of(archive, parts, parts.sheets[0][1]))


def saved(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def by_hand(data, *, prefix="", texts=""):
    """A file as small as it can be, with this inside its sheetData."""
    file = io.BytesIO()
    name = f"xmlns{':' + prefix if prefix else ''}"
    tag = f"{prefix}:" if prefix else ""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="x">{texts}</sst>')
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<{tag}worksheet {name}="x"><{tag}sheetData>{data}</{tag}sheetData></{tag}worksheet>'
        )
    return file.getvalue()


def as_openpyxl_sees(value):
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S")
    return str(value)


@settings(deadline=None, max_examples=40)
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=5))
def test_what_openpyxl_wrote_is_read_as_openpyxl_reads_it(rows):
    content = saved([["h"] * 6, *rows])
    sheet = load_workbook(io.BytesIO(content)).active
    expected = [[as_openpyxl_sees(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    found = [row + [""] * (sheet.max_column - len(row)) for row in read(content)]
    blank = [[""] * sheet.max_column] * abs(len(expected) - len(found))  # rows of empty cells at the end may be left out
    longest = max(len(found), len(expected))
    assert (found + blank)[:longest] == (expected + blank)[:longest]


@given(digits=st.integers(min_value=1, max_value=10**15 - 1), exponent=st.integers(min_value=-8, max_value=6), plus=st.booleans())
def test_a_number_with_an_exponent_is_the_same_number_without_one(digits, exponent, plus):
    value = Fraction(digits) * Fraction(10) ** exponent
    text = number_text(f"{digits}E{'+' if plus and exponent >= 0 else ''}{exponent}")
    if "E" in text:
        assert value >= 10**15
        return
    assert Fraction(text) == value
    assert "." not in text or len(text.partition(".")[2]) >= 4


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("1.4226112E7", "14226112"),
        ("100000.0", "100000"),
        ("1234.567", "1234.5670"),
        ("-5", "-5"),
        ("0.5", "0.5000"),
        ("12345678901234567", "1.23456789012345E+16"),
        ("1.2345678901234501E+17", "1.23456789012345E+17"),
        ("NaN", "NaN"),
    ],
)
def test_numbers_as_other_programs_write_them(written, read_as):
    assert number_text(written) == read_as


def test_rows_and_cells_that_are_left_out_are_blank_and_names_may_have_a_prefix():
    data = (
        '<x:row r="2"><x:c r="B2" t="inlineStr"><x:is><x:r><x:t>a</x:t></x:r><x:r><x:t>b</x:t></x:r></x:is></x:c></x:row><x:row/>'
    )
    assert read(by_hand(data, prefix="x")) == [[], ["", "ab"], []]


def test_shared_texts_are_put_together_without_how_they_are_read_aloud():
    texts = "<si><r><t>Số </t></r><r><t>tiền</t></r><rPh><t>so tien</t></rPh></si>"
    assert read(by_hand('<row><c t="s"><v>0</v></c><c><v>5</v></c></row>', texts=texts)) == [["Số tiền", "5"]]


def test_a_formula_is_told_by_its_sign_whatever_its_result_is():
    assert read(by_hand("<row><c><f>A1+1</f><v>7</v></c><c><f t='shared' si='0'/><v>7</v></c></row>")) == [["=A1+1", "="]]


@pytest.mark.parametrize(
    "data",
    [
        '<row r="1048577"/>',
        '<row r="2"/><row r="1"/>',
        '<row><c r="XFE1"><v>1</v></c></row>',
        '<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row><c t="s"><v>9</v></c></row>',
        "<row><c>",
    ],
)
def test_a_damaged_sheet_is_told_and_not_guessed(data):
    with pytest.raises((ValueError, IndexError, ExpatError), match=r"order|column|range|mismatched|element|tag"):
        read(by_hand(data))
