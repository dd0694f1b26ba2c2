"""The code tables: complete after the vendor's document, without duplicates, worded in both languages."""

from __future__ import annotations

import pytest

from transactions.providers.base import Outcome
from transactions.providers.vnpay import codes, verdicts

TABLES = {
    "RESPONSE": "00 01 02 03 04 05 06 07 08 09 10 11 12 13 24 51 65 75 79 99",
    "STATUS": "00 01 02 04 05 06 07 09",
    "QUERY": "00 02 03 91 94 97 99",
    "REFUND": "00 02 03 04 13 91 93 94 95 97 98 99",
    "PAYMENT_PAGE": "03 15 32 70 71 72",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_every_code_of_the_document(name: str) -> None:
    table = getattr(codes, name)
    assert sorted(table) == TABLES[name].split()
    for code, meaning in table.items():
        assert len(code) == 2
        assert 0 < len(meaning.vi) <= 100
        assert 0 < len(meaning.en) <= 100
        assert meaning.en.isascii()


def test_a_code_that_occurs_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        codes._table(("00", "a", "a"), ("00", "b", "b"))


def test_every_state_has_a_verdict() -> None:
    for status in codes.STATUS:
        assert not verdicts.of_state(status).unknown


@pytest.mark.parametrize("status", ["", "00", "01", "02", "04", "05", "06", "07", "09", "33"])
def test_a_record_of_a_refund_never_fails_or_doubts_the_payment(status: str) -> None:
    for refund_type in ("02", "03"):
        assert verdicts.of_queried(status, refund_type).outcome in (Outcome.PAID, Outcome.PENDING)
