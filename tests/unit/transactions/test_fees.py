"""Fees: whole đồng, half up, bounded, VAT on the fee, never more than the payment."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.fees import fee_of


@dataclass(frozen=True)
class Terms:
    basis_points: int = 0
    fixed: int = 0
    minimum: int = 0
    maximum: int | None = None
    vat_basis_points: int = 0


AMOUNTS = st.integers(min_value=1, max_value=10**12)
POINTS = st.integers(min_value=0, max_value=10_000)
MONEY = st.integers(min_value=0, max_value=10**9)
TERMS = st.builds(
    Terms, basis_points=POINTS, fixed=MONEY, minimum=MONEY, maximum=st.none() | MONEY, vat_basis_points=POINTS
)  # fmt: skip


def half_up(value):
    return floor(value + Fraction(1, 2))


@given(AMOUNTS, TERMS)
def test_the_fee_is_what_exact_fractions_say(amount, terms):
    fee = half_up(Fraction(amount * terms.basis_points, 10_000)) + terms.fixed
    fee = max(fee, terms.minimum)
    fee = fee if terms.maximum is None else min(fee, terms.maximum)
    fee += half_up(Fraction(fee * terms.vat_basis_points, 10_000))
    assert fee_of(amount, terms) == min(fee, amount)


@given(AMOUNTS, TERMS)
def test_the_fee_is_an_integer_between_nothing_and_the_payment(amount, terms):
    fee = fee_of(amount, terms)
    assert type(fee) is int
    assert 0 <= fee <= amount


@given(AMOUNTS, AMOUNTS, TERMS)
def test_a_larger_payment_never_costs_less(one, other, terms):
    assert fee_of(min(one, other), terms) <= fee_of(max(one, other), terms)


@pytest.mark.parametrize(
    ("amount", "terms", "fee"),
    [
        (100_000, Terms(basis_points=110, fixed=1_650, vat_basis_points=1_000), 3_025),
        (100_000, Terms(basis_points=230), 2_300),
        (4_999, Terms(basis_points=1), 0),
        (5_000, Terms(basis_points=1), 1),
        (15_000, Terms(basis_points=1), 2),
        (100_000, Terms(minimum=5_000), 5_000),
        (100_000, Terms(basis_points=1_000, maximum=7_000), 7_000),
        (1_000, Terms(fixed=5_000), 1_000),
        (5, Terms(fixed=5, vat_basis_points=1_000), 5),
        (100_000, Terms(), 0),
    ],
)
def test_examples_worked_out_by_hand(amount, terms, fee):
    assert fee_of(amount, terms) == fee


def test_without_a_schedule_there_is_no_fee():
    assert fee_of(100_000, None) == 0
