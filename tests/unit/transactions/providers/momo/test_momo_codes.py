"""The code table: complete after the vendor's document, without duplicates, worded in both languages."""

from __future__ import annotations

import pytest

from transactions.providers.base import Outcome
from transactions.providers.momo import codes, verdicts
from transactions.providers.momo.codes import Kind

DOCUMENTED = """
0 10 11 12 13 20 21 22 40 41 42 43 45 47 98 99 1000 1001 1002 1003 1004 1005 1006 1007 1017 1026 1080 1081 1088 2019
4001 4002 4100 7000 7002 8000 9000
"""
# What MoMo's page calls not final can never fail a payment; 98 and 99 are to be asked about first.
NEVER_FAIL = "10 11 12 13 20 21 22 40 41 42 43 45 47 98 99 1000 7000 7002 8000 9000"


def test_the_table_has_every_code_of_the_document() -> None:
    assert sorted(codes.RESULT) == sorted(DOCUMENTED.split())
    for meaning in codes.RESULT.values():
        assert 0 < len(meaning.vi) <= 100
        assert 0 < len(meaning.en) <= 100
        assert meaning.en.isascii()


def test_a_code_that_occurs_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        codes._table(("0", Kind.DONE, "a", "a"), ("0", Kind.DONE, "b", "b"))


@pytest.mark.parametrize("auto_capture", [True, False])
def test_what_is_not_final_fails_nothing(auto_capture: bool) -> None:
    for code in NEVER_FAIL.split():
        verdict = verdicts.of_payment(code, auto_capture=auto_capture)
        assert (verdict.outcome, verdict.unknown) == (Outcome.PENDING, False)
        assert verdict.held == (code == "9000" and not auto_capture)
