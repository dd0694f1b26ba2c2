"""The preview says of the first rows what an import would make of them, and never falls over."""

import io
from datetime import UTC, datetime

import pytest

from reconciliation.statements.preview import preview

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SPEC = {
    "fields": {"number": {"columns": ["No"]}, "amount": {"columns": ["Số tiền"]}, "occurred_at": {"columns": ["Ngày"]}},
    "kind": [{"constant": "payment"}],
}


def shown(text, spec=SPEC, **more):
    return preview(io.BytesIO(text.encode()), spec, now=NOW, **more)


def test_rows_are_shown_with_the_line_they_become_or_with_what_is_wrong():
    found = shown("No,Số tiền,Ngày,Người trả\nFT1,1.000,21/11/2026,A\nFT2,x,21/11/2026,B\n=1,5,21/11/2026,C\n")
    assert found.columns == ("No", "Số tiền", "Ngày", "Người trả")
    assert found.unread == ("Người trả",)
    first, second, third = found.rows
    assert (first.line_no, first.cells, first.fields["amount"], first.fields["fee"]) == (
        2,
        ["FT1", "1.000", "21/11/2026", "A"],
        "1000",
        None,
    )
    assert (second.fields, [(bad.field, bad.reason) for bad in second.bad]) == ({}, [("amount", "amount")])
    assert [(bad.field, bad.reason) for bad in third.bad] == [("No", "formula")]


def test_no_more_rows_are_shown_than_are_asked_for():
    text = "No,Số tiền,Ngày\n" + "FT1,1.000,21/11/2026\n" * 50
    assert [row.line_no for row in shown(text, rows=3).rows] == [2, 3, 4]


def test_what_is_wrong_with_the_profile_is_told():
    assert shown("No\n1\n", {"kind": []}).problems


@pytest.mark.parametrize(("text", "reason"), [("", "empty"), ("a,b\n", "header"), ("%PDF", "pdf")])
def test_what_is_wrong_with_the_file_is_told(text, reason):
    assert shown(text).unreadable == reason
