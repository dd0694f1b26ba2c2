"""Vietnamese text for providers that take only plain ASCII."""

from __future__ import annotations

import unicodedata

import pytest

from transactions.providers.folding import plain, to_ascii


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Thanh toán đơn hàng", "Thanh toan don hang"),
        ("ĐẶNG THỊ ÁNH Nguyễn Ưu Đãi", "DANG THI ANH Nguyen Uu Dai"),
        (unicodedata.normalize("NFD", "Thanh toán đơn hàng"), "Thanh toan don hang"),
        ("a\u0323\u0302", "a"),
    ],
)
def test_marks_are_taken_off(text: str, folded: str) -> None:
    assert to_ascii(text) == folded


def test_every_vietnamese_letter_folds_to_one_letter() -> None:
    letters = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    for letter in letters + letters.upper():
        folded = to_ascii(letter)
        assert len(folded) == 1
        assert folded.isalpha()
        assert folded.isupper() == letter.isupper()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's 50% off! (sale) * ~", "It s 50 off sale"),
        ("Đơn  hàng\n#1: 100.000 ₫ | <b>", "Don hang 1: 100.000 b"),
        ("🎉 Tết 🎉", "Tet"),
        ("", "Order 7"),
        ("🎉🎉", "Order 7"),
        ("...", "Order 7"),
        ("中文", "Order 7"),
    ],
)
def test_plain_keeps_letters_digits_and_few_signs(text: str, expected: str) -> None:
    assert plain(text, limit=255, fallback="Order #7") == expected


def test_plain_never_exceeds_its_limit_nor_ends_in_a_space() -> None:
    assert plain("ab cd", limit=3, fallback="x") == "ab"
    assert len(plain("ế" * 1000, limit=255, fallback="x")) == 255


def test_a_fallback_without_a_letter_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="fallback"):
        plain("", limit=10, fallback="--")
