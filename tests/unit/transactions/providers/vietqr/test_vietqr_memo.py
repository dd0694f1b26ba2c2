"""References in memos: found whatever a bank or a payer did to the memo, and never another order's instead."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.providers.memo import LONGEST, SHORTEST, candidates, is_reference, reference

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
numbers = st.integers(1, 2**45 - 1) | st.integers(1, 10**6)
noise = st.text(max_size=30)
ONE, TWO = reference(1), reference(123_456_789)


@given(numbers)
def test_a_reference_is_short_plain_and_its_own_candidate(number: int) -> None:
    text = reference(number)
    assert re.fullmatch(r"SP[0-9A-HJKMNP-TV-Z]{8,11}", text)
    assert SHORTEST <= len(text) <= LONGEST
    assert is_reference(text)
    assert candidates(text) == (text,)


@given(numbers, numbers)
def test_two_attempts_have_two_references(one: int, other: int) -> None:
    assert (reference(one) == reference(other)) == (one == other)


def test_references_have_the_lengths_that_are_promised() -> None:
    assert [len(reference(number)) for number in (1, 32**6 - 1, 32**6, 32**7, 32**8, 32**9 - 1)] == [10, 10, 11, 12, 13, 13]
    with pytest.raises(ValueError, match="fit"):
        reference(32**9)


@given(numbers, st.integers(2, LONGEST - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_never_another_reference(number: int, place: int, other: str) -> None:
    text = reference(number)
    place = min(place, len(text) - 1)
    wrong = text[:place] + other + text[place + 1 :]
    assert is_reference(wrong) == (wrong == text)
    assert wrong == text or text not in candidates(wrong)


@given(numbers, st.integers(2, LONGEST - 2))
def test_two_swapped_neighbours_are_never_another_reference(number: int, place: int) -> None:
    text = reference(number)
    place = min(place, len(text) - 2)
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert is_reference(swapped) == (swapped == text)


@given(numbers, noise, noise)
def test_it_is_found_among_any_other_text(number: int, before: str, after: str) -> None:
    text = reference(number)
    found = candidates(f"{before} {text} {after}")
    assert text in found
    assert all(is_reference(candidate) for candidate in found)
    assert len(found) == len(set(found))


@given(numbers, st.from_regex(r"[A-Za-z0-9]{0,12}", fullmatch=True), st.from_regex(r"[A-Za-z0-9]{0,12}", fullmatch=True))
def test_it_is_found_with_letters_stuck_to_it(number: int, before: str, after: str) -> None:
    assert reference(number) in candidates(before + reference(number) + after)


@given(numbers, st.lists(st.tuples(st.integers(0, LONGEST), st.sampled_from(" .-_/:;,|\n\t…")), max_size=4))
def test_it_is_found_in_pieces(number: int, cuts: list[tuple[int, str]]) -> None:
    text = reference(number)
    cut = text
    for place, mark in cuts:
        cut = cut[:place] + mark + cut[place:]
    assert text in candidates(f"CK tu 0123 {cut} cam on")


@given(numbers, st.booleans())
def test_look_alikes_and_case_do_not_matter(number: int, small: bool) -> None:
    text = reference(number)
    typed = text[:2] + text[2:].replace("0", "O").replace("1", "I")
    assert text in candidates(typed.lower() if small else typed)
    assert text in candidates(text[:2] + text[2:].replace("1", "l"))


@given(numbers, st.sampled_from(["NFC", "NFD"]))
def test_marks_of_other_words_do_not_matter(number: int, form: str) -> None:
    memo = unicodedata.normalize(form, f"Chuyển tiền đơn hàng {reference(number)} cảm ơn")  # type: ignore[arg-type]
    assert reference(number) in candidates(memo)


@given(st.lists(numbers, min_size=2, max_size=5, unique=True), st.sampled_from([" ", ", ", "+", "", " va "]))
def test_several_orders_in_one_memo_are_all_found(orders: list[int], between: str) -> None:
    found = candidates(between.join(reference(number) for number in orders))
    assert {reference(number) for number in orders} <= set(found)


def test_what_stands_alone_comes_before_what_is_stuck_and_what_is_cut() -> None:
    three = reference(77)
    memo = f"{TWO[:5]} {TWO[5:]} X{ONE}Y {three}"
    assert candidates(memo) == (three, ONE, TWO)


@pytest.mark.parametrize(
    "memo",
    [
        "MBVCB.8123456.SP00000101.CT tu 9988776655 NGUYEN THI ANH toi 0011223344",
        "SP00000101-021126-08:05:09 123456",
        "IBFT sp00000101",
        "NGUYEN THI ANH chuyen tien SP 000 001 01",
        "QR - SP00000101 GD 123456-112126",
        "CS62H9BJD45SP00000101",
        "SP0OOOOIOl",
        "SP00000101...",
    ],
)
def test_memos_as_banks_write_them(memo: str) -> None:
    assert ONE == "SP00000101"
    assert candidates(memo)[0] == ONE


@pytest.mark.parametrize(
    "memo", ["", "SP", "SP0000010", "SP00000102", "SPA 200 SPORT", "chuyen tien", "🎉", "\ud800", "SP" * 400]
)
def test_a_memo_without_a_whole_reference_names_nobody(memo: str) -> None:
    assert candidates(memo) == ()


@given(st.text(max_size=2_000))
def test_any_memo_is_read_without_an_error(memo: str) -> None:
    assert all(is_reference(candidate) for candidate in candidates(memo))
