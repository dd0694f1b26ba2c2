"""The code tables: complete after the vendor's document, without duplicates, worded in both languages."""

from __future__ import annotations

import pytest

from transactions.providers.zalopay import codes
from transactions.providers.zalopay.codes import Kind

ANY = "-401 -402 -403 -405 -406 -429 -500 -999 1 2 3"
TABLES = {
    "CREATE": "-68",
    "QUERY": "-2 -49 -53 -54 -63 -92 -101 -217 -322 -329 -332 -333 -1330 -1331 -1332 -1333 -1340 -1341 -1342 -1343"
    " -32 -33 -34 -35 -43 -88 -135 -301",
    "REFUND": "-3 -4 -5 -6 -8 -9 -10 -11 -12 -13 -14 -23 -24 -25 -26 -27 -28 -101 -15 -16 -17 -18 -19 -20 -21 -22 -29 -30 -31",
    "QUERY_REFUND": "-3 -10 -27 -13 -14 -16 -32 -101 -15 -17 -18 -19 -20 -21 -22 -29 -30 -31",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_every_code_of_the_document(name: str) -> None:
    table = getattr(codes, name)
    assert sorted(table) == sorted([*ANY.split(), *TABLES[name].split()])
    for meaning in table.values():
        assert 0 < len(meaning.vi) <= 100
        assert 0 < len(meaning.en) <= 100
        assert meaning.en.isascii()


@pytest.mark.parametrize("name", TABLES)
def test_one_code_is_success_and_trouble_at_zalopay_is_never_a_failure(name: str) -> None:
    table = getattr(codes, name)
    assert [code for code, meaning in table.items() if meaning.kind is Kind.DONE] == ["1"]
    for code in ("3", "-429", "-500", "-999"):
        assert table[code].kind in (Kind.PENDING, Kind.UNSAID)


def test_a_code_that_occurs_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        codes._table(("1", Kind.DONE, "a", "a"), ("1", Kind.DONE, "b", "b"))
