"""Integer money and how it is written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_site.kernel.money import basis_points_of, basis_points_to_percent, format_vnd, percent_to_basis_points


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 ₫"), (999, "999 ₫"), (1_000, "1.000 ₫"), (100_000, "100.000 ₫"), (1_234_567, "1.234.567 ₫"), (-5_000, "-5.000 ₫")],
)
def test_money_is_written_as_vietnamese_readers_do(amount, text):
    assert format_vnd(amount) == text


@given(st.integers(min_value=0, max_value=10**15))
def test_what_is_written_reads_back(amount):
    text = format_vnd(amount)
    assert re.fullmatch(r"\d{1,3}(\.\d{3})* ₫", text)
    assert int(text[:-2].replace(".", "")) == amount


@given(st.integers(min_value=0, max_value=1_000_000))
def test_a_percentage_survives_the_way_to_basis_points_and_back(points):
    assert percent_to_basis_points(basis_points_to_percent(points)) == points


@pytest.mark.parametrize(
    ("text", "points"), [("1.10", 110), ("1.1", 110), ("0", 0), ("100", 10_000), (" 2.5 ", 250), ("0.01", 1)]
)
def test_percentages_are_read(text, points):
    assert percent_to_basis_points(text) == points


@pytest.mark.parametrize("text", ["", "abc", "1,1", "-1", "1.234", "1.2x", ".5", "1e2", "１", "1.٣"])
def test_what_is_no_percentage_is_refused(text):
    with pytest.raises(ValueError, match="percentage"):
        percent_to_basis_points(text)


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=0, max_value=10_000))
def test_a_part_is_off_by_at_most_half_a_dong(amount, points):
    assert abs(basis_points_of(amount, points) * 10_000 - amount * points) <= 5_000
