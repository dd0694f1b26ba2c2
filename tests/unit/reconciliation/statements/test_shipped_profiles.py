"""The profiles that come with the service, on a file of each provider as its documents have the columns."""

import io
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from reconciliation.statements.parsing import COLUMNS, Parser
from reconciliation.statements.reading import open_table
from reconciliation.statements.shipped import shipped
from reconciliation.statements.spec import read_spec

PAYLOADS = Path(__file__).parents[3] / "payloads" / "statements"
SPECS = {one.name: read_spec(one.spec) for one in shipped()}
LATEST = datetime(2026, 11, 23, tzinfo=UTC)
MORNING, EVENING = "2026-11-21T10:15:00+07:00", "2026-11-21T23:30:05+07:00"


def lines(name, content):
    """The lines of a file as dictionaries, without what is not known of them; and what is wrong."""
    spec = SPECS[name]
    table = open_table(io.BytesIO(content), spec)
    parser = Parser(spec, table.header, cutoff=time(23, 0), latest=LATEST)
    parsed = [parser.read(block) for block in table.blocks()]
    rows = [dict(zip(COLUMNS, row.split("\t"), strict=True)) for part in parsed for row in part.rows]
    rows.sort(key=lambda row: int(row["line_no"]))
    return [{k: v for k, v in row.items() if v != "\\N"} for row in rows], [bad for part in parsed for bad in part.bad]


def payment(line_no, number, reference, **more):
    return {
        "line_no": str(line_no), "kind": "payment", "status": "success", "number": number, "reference": reference,
        "amount": "1234567", "currency": "VND", "occurred_at": MORNING, "business_day": "2026-11-21", **more,
    }  # fmt: skip


def refund(line_no, number, original, reference, **more):
    return {
        **payment(line_no, number, reference), "kind": "refund", "original_number": original, "amount": "500000",
        "occurred_at": EVENING, "business_day": "2026-11-22", **more,
    }  # fmt: skip


def failed(line_no, number, reference, **more):
    late = {"amount": "90000", "status": "failed", "occurred_at": EVENING, "business_day": "2026-11-22"}
    return {**payment(line_no, number, reference), **late, **more}


WITH_NET = {"fee": "13580", "net": "1220987"}
NO_FEE = {"fee": "0", "net": "500000"}
UNPAID = {"fee": "0", "net": "90000"}
EXPECTED = {
    "vnpay": [
        payment(2, "14226112", "SP00002G42", **WITH_NET),
        refund(3, "14226113", "14226112", "RF00002G55", **NO_FEE),
        failed(4, "142261129", "SP00002G43", **UNPAID),
    ],
    "momo": [
        payment(2, "4088878653", "SP00002G42", fee="13580"),
        refund(3, "4088878654", "4088878653", "RF00002G55", fee="0"),
        failed(4, "40888786539", "SP00002G43", fee="0"),
    ],
    "zalopay": [
        payment(2, "260331000000175", "261121_SP00002G42", **WITH_NET),
        refund(3, "260331000000176", "260331000000175", "261121_2553_RF00002G55", **NO_FEE),
        failed(4, "2603310000001759", "261121_SP00002G43", **UNPAID),
    ],
    "napas": [
        payment(2, "TXNPAY001", "SP00002G42", **WITH_NET),
        refund(3, "TXNREF001", "TXNPAY001", "RF00002G55", **NO_FEE),
        failed(4, "TXNPAY0019", "SP00002G43", **UNPAID),
    ],
    "payos": [
        payment(2, "FT26325123456", "1700000123", amount="150000", memo_references="{SP00000P0P}"),
        failed(3, "FT26325123457", "1700000124", status="success"),
    ],
}
TRANSFERS = [
    {
        "line_no": "6", "kind": "credit", "status": "success", "number": "FT26325999001", "memo_references": "{SP00000P0P}",
        "amount": "1234567", "currency": "VND", "occurred_at": MORNING, "business_day": "2026-11-21",
    },
    {
        "line_no": "7", "kind": "debit", "status": "success", "number": "FT26325999002", "amount": "11000", "currency": "VND",
        "occurred_at": EVENING, "business_day": "2026-11-22",
    },
    {
        "line_no": "8", "kind": "credit", "status": "success", "number": "FT26325999003", "amount": "90000", "currency": "VND",
        "occurred_at": EVENING, "business_day": "2026-11-22",
    },
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_providers_file_is_read_by_its_profile(name):
    assert lines(name, (PAYLOADS / f"{name}.csv").read_bytes()) == (EXPECTED[name], [])


@pytest.mark.parametrize("name", ["vietqr", "bank"])
def test_a_banks_statement_is_read_between_its_head_and_its_total(name):
    assert lines(name, (PAYLOADS / "vietqr.csv").read_bytes()) == (TRANSFERS, [])


@pytest.mark.parametrize(
    ("row", "kind", "amount"),
    [
        ("21/11/2026;FT1;-50.000;x", "debit", "50000"),
        ("21/11/2026;FT1;+50.000;x", "credit", "50000"),
        ("21/11/2026;FT1;50,000.00;x", "credit", "50000"),
    ],
)
def test_a_bank_with_one_column_says_the_direction_by_the_sign(row, kind, amount):
    [line], bad = lines("bank.signed", f"Ngày;Số tham chiếu;Số tiền;Diễn giải\n{row}\n".encode())
    assert (line["kind"], line["amount"], bad) == (kind, amount, [])


@pytest.mark.parametrize(("side", "kind"), [("C", "credit"), ("Nợ", "debit"), ("DR", "debit")])
def test_a_bank_may_say_the_direction_in_a_column_of_its_own(side, kind):
    [line], bad = lines("bank.signed", f"Ngày,Số CT,Số tiền,D/C,Mô tả\n21/11/2026,FT1,50000,{side},x\n".encode())
    assert (line["kind"], bad) == (kind, [])


@pytest.mark.parametrize(
    ("memo", "references"),
    [
        ("SP00000P0P", "{SP00000P0P}"),
        ("tt don SP00000P0P va SP0004W8WM", "{SP00000P0P,SP0004W8WM}"),
        ("CT DEN:0123 NGUYEN VAN A chuyen tien SP0004W", "{SP0004W}"),
        ("NGUYEN VAN A sp 0004w", "{SP0004W}"),
        ("mua hang SP", None),
        ("SPA LAN ANH 2", None),
    ],
)
def test_of_a_memo_only_references_of_ours_are_kept_also_one_that_was_cut_off(memo, references):
    [line], _ = lines("bank", f"Ngày,Số tham chiếu,Nợ,Có,Nội dung\n21/11/2026,FT1,,50000,{memo}\n".encode())
    assert line.get("memo_references") == references
    assert "NGUYEN" not in str(line)


def test_every_provider_has_a_profile_and_so_have_banks():
    assert {one.provider_code for one in shipped()} == {"vnpay", "momo", "zalopay", "napas", "payos", "vietqr", "bank"}
