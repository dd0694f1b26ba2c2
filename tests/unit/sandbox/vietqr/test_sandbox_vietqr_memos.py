"""What becomes of a memo on its way: one test names every style."""

import pytest

from sandbox.vietqr.memos import STYLES, written
from sandbox.vietqr.words import WORDS

ARRIVES = {
    "exact": "SP 7K2M9X",
    "prefixed": "MBVCB.7391045528.SP 7K2M9X.CT tu 9988776655 NGUYEN THI ANH toi",
    "no_spaces": "SP7K2M9X",
    "spaced": "SP 7 K2M9X",
    "lower": "sp 7k2m9x",
    "truncated": "SP 7K2",
    "accented": "Chuyển khoản SP 7K2M9X cảm ơn nhé",
    "none": "",
    "two_orders": "SP 7K2M9X SP OTHER1",
}


def test_every_style_is_known_here_and_has_a_name_in_both_languages() -> None:
    assert set(STYLES) == ARRIVES.keys()
    for words in WORDS.values():
        assert {f"style_{one}" for one in STYLES} <= words.keys()
    assert WORDS["vi"].keys() == WORDS["en"].keys()


@pytest.mark.parametrize(("style", "memo"), ARRIVES.items(), ids=ARRIVES.keys())
def test_a_memo_arrives(style: str, memo: str) -> None:
    assert written("SP 7K2M9X", style, "SP OTHER1") == memo


def test_an_unknown_style_is_an_error() -> None:
    with pytest.raises(KeyError):
        written("SP 1", "shouted")
