"""Public ids."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_site.kernel import ids

PREFIXES = {
    "PROJECT": "prj", "TENANT": "tnt", "ACCOUNT": "acc", "API_KEY": "key", "TRANSACTION": "txn", "ATTEMPT": "att",
    "RECEIPT": "rcp", "REFUND": "rfn", "EVENT": "evt", "NOTICE": "whk", "DELIVERY": "cb", "RECONCILIATION": "rec",
    "APPROVAL": "apr", "NOTIFICATION": "ntf", "REQUEST": "req",
}  # fmt: skip


@pytest.mark.parametrize(("name", "prefix"), PREFIXES.items())
def test_every_kind_has_the_contracts_prefix(name, prefix):
    made = ids.new_id(getattr(ids, name))
    assert re.fullmatch(rf"{prefix}_[0-9a-hjkmnp-tv-z]{{26}}", made)
    assert len(made) <= ids.ID_LENGTH


def test_ids_are_never_made_twice():
    assert len({ids.new_id("txn") for _ in range(20_000)}) == 20_000


def test_ids_sort_by_the_time_of_their_making(monkeypatch):
    moments = [0, 1, 999, 10**6, 1_700_000_000_000, 2**47]
    made = []
    for moment in moments:
        monkeypatch.setattr("time.time_ns", lambda moment=moment: moment * 1_000_000)
        made.append(ids.new_id("txn"))
    assert made == sorted(made)


@given(st.integers(min_value=0, max_value=2**65 - 1), st.integers(min_value=0, max_value=2**65 - 1))
def test_base_32_keeps_order_and_difference(one, other):
    texts = [ids.base32(number, 13) for number in (one, other)]
    assert (texts[0] < texts[1]) is (one < other)
    assert (texts[0] == texts[1]) is (one == other)


def test_a_number_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="fit"):
        ids.base32(32, 1)


@pytest.mark.parametrize("offered", ["12345678", "a" * 128, "A.b_c-d.9"])
def test_a_good_request_id_is_kept(offered):
    assert ids.request_id(offered) == offered


@pytest.mark.parametrize(
    "offered", [None, "", "1234567", "a" * 129, "abc defgh", "abcdefg\n", "abcdefg\x00", "đđđđđđđđ", "<script>"]
)
def test_any_other_is_replaced(offered):
    assert ids.request_id(offered).startswith("req_")
