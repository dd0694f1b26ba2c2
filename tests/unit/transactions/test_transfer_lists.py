"""Transfer lists: what people and banks read, and that no cell is a formula."""

from __future__ import annotations

import csv
import io

import pytest
import zxingcpp
from openpyxl import load_workbook
from PIL import Image

from transactions.transfers import as_csv, as_xlsx
from transactions.transfers.account import BankAccount, problems
from transactions.transfers.lines import Line, harmless

GOOD = BankAccount("970436", "", "0071000123456", "NGUYEN VAN ANH")
LINE = Line("rfn_1", "ORD-1", "R000000001", GOOD, 100_000)
EVIL = Line("rfn_2", '=HYPERLINK("http://x")', "R000000002", BankAccount("", "+Bank", "@1234", "-2+3\x00"), 5)


def rows_of_csv(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_csv_line_says_who_gets_what_and_holds_the_code_of_the_transfer() -> None:
    head, row = rows_of_csv(as_csv.write([LINE]))
    assert len(head) == len(row) == 10
    assert row[:9] == [
        "1", "rfn_1", "ORD-1", "Vietcombank", "970436", "0071000123456", "NGUYEN VAN ANH", "100000", "HOAN TIEN R000000001",
    ]  # fmt: skip
    assert row[9].startswith("000201010212")
    for part in ("970436", "0071000123456", "5406100000", "HOAN TIEN R000000001"):
        assert part in row[9]


def test_the_picture_in_the_workbook_is_the_code_of_the_csv() -> None:
    sheet = load_workbook(io.BytesIO(as_xlsx.write([LINE, EVIL]))).active
    [picture] = sheet._images  # the second line's account can not be written into a code
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture._data())))
    assert found.text == rows_of_csv(as_csv.write([LINE]))[1][9]
    assert picture.anchor._from.row == 1


def test_numbers_of_accounts_are_text_and_amounts_are_numbers_in_the_workbook() -> None:
    sheet = load_workbook(io.BytesIO(as_xlsx.write([LINE]))).active
    assert (sheet["F2"].value, sheet["F2"].data_type, sheet["F2"].number_format) == ("0071000123456", "s", "@")
    assert (sheet["H2"].value, sheet["H2"].data_type) == (100_000, "n")


def test_no_cell_is_a_formula() -> None:
    _head, row = rows_of_csv(as_csv.write([EVIL]))
    assert row[2:7] == ['\'=HYPERLINK("http://x")', "'+Bank", "", "'@1234", "'-2+3"]
    assert row[9] == ""
    sheet = load_workbook(io.BytesIO(as_xlsx.write([EVIL]))).active
    assert {cell.data_type for cell in sheet[2] if isinstance(cell.value, str)} == {"s"}
    assert not any(str(cell.value).startswith(("=", "+", "-", "@")) for cell in sheet[2])


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\n=1", "＝1", "＋1", "－1", "＠1"])
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_other_texts_stay_as_they_are() -> None:
    assert harmless("Nguyễn Văn Ánh = 1") == "Nguyễn Văn Ánh = 1"


@pytest.mark.parametrize(
    ("account", "wrong"),
    [
        (GOOD, set()),
        (BankAccount("000000", "", "0071000123456", "A"), {"bank_bin"}),
        (BankAccount("970436", "", "007100-123456", "A"), {"account_number"}),
        (BankAccount(), {"bank_bin", "account_number", "account_name"}),
    ],
)
def test_an_account_is_judged_by_its_form(account: BankAccount, wrong: set[str]) -> None:
    assert set(problems(account)) == wrong


def test_an_account_is_shown_without_most_of_its_number() -> None:
    assert GOOD.masked == "Vietcombank ••••3456"
    assert BankAccount("", "Ngân hàng Z", "1234", "A").masked == "Ngân hàng Z ••••"
    assert "0071000123456" not in repr(LINE)
    assert "NGUYEN" not in repr(GOOD)
