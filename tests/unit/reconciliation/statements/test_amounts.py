"""Amounts as files write them, read back to whole đồng; what could be two amounts is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.statements.amounts import add, divide, read_amount
from reconciliation.statements.faults import Fault

AMOUNTS = st.integers(min_value=0, max_value=999_999_999_999_999)
GROUPED = {
    ".": lambda amount: f"{amount:,}".replace(",", "."),
    ",": lambda amount: f"{amount:,}",
    " ": lambda n: f"{n:,}".replace(",", " "),
}


@given(
    amount=AMOUNTS, separator=st.sampled_from(sorted(GROUPED)), currency=st.sampled_from(["", " ₫", "đ", " VND", " VNĐ", "VND"])
)
def test_thousands_by_any_separator_read_back(amount, separator, currency):
    assert read_amount(GROUPED[separator](amount) + currency) == str(amount)


@given(amount=AMOUNTS, separator=st.sampled_from([".", ","]), zeros=st.sampled_from(["0", "00"]))
def test_decimals_that_are_zero_are_no_part_of_the_amount(amount, separator, zeros):
    point = "," if separator == "." else "."
    assert read_amount(f"{GROUPED[separator](amount)}{point}{zeros}") == str(amount)


@given(amount=AMOUNTS.filter(bool), written=st.sampled_from(["-{}", "- {}", "({})", "{}-", "−{}", "-{} ₫"]))
def test_every_way_to_write_a_negative_amount_is_one(amount, written):
    assert read_amount(written.format(GROUPED["."](amount))) == f"-{amount}"


@given(amount=AMOUNTS, zeros=st.integers(min_value=0, max_value=5))
def test_leading_zeros_and_signs_of_plus_say_nothing(amount, zeros):
    assert read_amount("+" + "0" * zeros + str(amount)) == str(amount)


@given(text=st.text(alphabet="0123456789.,- ()đ", max_size=14))
def test_no_text_is_read_as_more_digits_than_it_has(text):
    read = read_amount(text)
    if isinstance(read, Fault):
        return
    digits = "".join(character for character in text if character.isdigit())
    assert read.lstrip("-") in ("", digits.lstrip("0") or "0") or digits.lstrip("0").startswith(read.lstrip("-").lstrip("0"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("một trăm nghìn", "amount"),
        ("100k", "amount"),
        ("1.23.456", "amount"),
        ("12 34", "amount"),
        ("1,2345,678", "amount"),
        ("1.234,567.00", "amount"),
        ("--5", "amount"),
        ("1e5", "amount"),
        ("$100", "amount"),
        ("10.5", "amount_fraction"),
        ("1.234,50", "amount_fraction"),
        ("1234.567", "amount_ambiguous"),
        ("1234,000", "amount_ambiguous"),
        ("1" * 16, "amount_too_large"),
    ],
)
def test_what_is_no_amount_of_whole_dong_is_refused_with_the_reason(text, reason):
    read = read_amount(text)
    assert isinstance(read, Fault)
    assert read == reason


@pytest.mark.parametrize(
    ("text", "decimal", "read"), [("1.234", ".", "amount_fraction"), ("1.000", ".", "1"), ("1.000", "auto", "1000")]
)
def test_a_profile_may_say_which_sign_comes_before_decimals(text, decimal, read):
    assert read_amount(text, decimal) == read


def test_nothing_is_no_amount_and_no_fault():
    assert read_amount("  ") == ""


def test_a_fee_and_its_tax_add_up():
    assert add("1000", "100") == "1100"
    assert add("", "100") == "100"
    assert isinstance(add("1000", Fault("amount")), Fault)


def test_hundredths_are_divided_only_where_nothing_is_left_over():
    assert divide("10000000", 100) == "100000"
    assert divide("150", 100) == Fault("amount_fraction")
