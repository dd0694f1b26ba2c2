"""payOS's pages say the same in both languages, and its codes say something."""

from sandbox.payos.codes import DESCRIPTIONS, Refusal
from sandbox.payos.words import WORDS


def test_both_languages_have_the_same_words_and_none_is_left_untranslated() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
    assert [name for name, text in WORDS["vi"].items() if not text or text == WORDS["en"][name]] == []


def test_a_business_refusal_is_http_200_and_only_doors_and_breakdowns_are_not() -> None:
    told = {code: Refusal(code).status for code in DESCRIPTIONS}
    assert {code: status for code, status in told.items() if status != 200} == {"401": 401, "429": 429, "500": 500}
    assert Refusal("999").desc == "Lỗi không xác định"
    assert Refusal("20", "orderCode").desc == "orderCode"
