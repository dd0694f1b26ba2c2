"""The payer's way through NAPAS's page, and what is read from a merchant's page, without HTTP."""

import pytest

from sandbox.control import ControlError
from sandbox.napas.cards import CARDS, OTP, find_card
from sandbox.napas.checkout import Next, Visit, act
from sandbox.napas.codes import ENDINGS, VPC_MESSAGES
from sandbox.napas.visit import read_page
from sandbox.napas.words import ENGLISH, VIETNAMESE

GOOD = {"do": "card", "number": "9704 0000 0000 0018", "holder": "nguyen  van a", "date": "03/07"}
SCRIPT = "/napas/api/restjs/resources/js/napas.hostedform.min.js"
PAGE = f"""
<form id="merchant-form" action="/return?a=1&amp;b=2" method="post"><div id="napas-widget-container"></div></form>
<script type="text/javascript" id="napas-widget-script" src="http://gateway.example{SCRIPT}"
  merchantId="M&amp;M" orderAmount="5" unknown="x"></script>
"""


def test_the_public_card_pays_with_its_otp() -> None:
    visit = Visit()
    assert act(visit, GOOD) == Next()
    assert visit.step == "otp"
    assert act(visit, {"do": "otp", "otp": " OTP "}) == Next(pressed=True)


@pytest.mark.parametrize("card", [one for one in CARDS if one.code], ids=lambda card: card.case)
def test_a_refused_card_is_told_and_left_or_exchanged(card) -> None:
    visit = Visit()
    act(visit, GOOD | {"number": card.number})
    assert (visit.step, visit.message) == ("refused", f"case_{card.case}")
    assert act(visit, {"do": "otp", "otp": OTP}) == Next(failed=card.code)
    assert act(visit, {"do": "leave"}) == Next(failed=card.code)
    act(visit, {"do": "again"})
    assert visit.step == "card"
    act(visit, GOOD)
    assert act(visit, {"do": "otp", "otp": OTP}) == Next(pressed=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"number": "1"}, "wrong_number"), ({"holder": "B"}, "wrong_card"), ({"date": "07/03"}, "wrong_card")],
)
def test_three_wrong_cards_end_with_10(changes: dict[str, str], message: str) -> None:
    visit = Visit()
    for _ in range(2):
        assert act(visit, GOOD | changes) == Next()
        assert (visit.step, visit.message) == ("card", message)
    assert act(visit, GOOD | changes) == Next(failed="10")


def test_a_wrong_otp_may_be_left_with_13_and_the_third_ends_with_79() -> None:
    visit = Visit()
    act(visit, GOOD)
    assert act(visit, {"do": "leave"}) is None
    assert act(visit, {"do": "otp", "otp": "1"}) == Next()
    assert act(visit, {"do": "leave"}) == Next(failed="13")
    act(visit, {"do": "otp"})
    assert act(visit, {"do": "otp", "otp": "3"}) == Next(failed="79")


def test_forms_that_the_page_does_not_have_are_not_taken() -> None:
    assert act(Visit(), {"do": "otp", "otp": OTP}) is None
    assert act(Visit(), {"do": "fly"}) is None
    assert act(Visit(), {}) is None


def test_every_test_card_has_a_check_digit_and_words() -> None:
    for card in CARDS:
        digits = [int(one) for one in reversed(card.number)]
        doubled = [one * 2 - 9 * (one > 4) for one in digits[1::2]]
        assert (sum(digits[::2]) + sum(doubled)) % 10 == 0
        assert find_card(card.grouped) is card
        assert f"case_{card.case}" in VIETNAMESE.keys() & ENGLISH.keys()
        assert not card.code or card.code in ENDINGS


def test_both_languages_have_the_same_words() -> None:
    assert VIETNAMESE.keys() == ENGLISH.keys()
    assert all(VIETNAMESE.values())
    assert all(ENGLISH.values())


def test_every_ending_has_a_legacy_code_with_a_message_of_its_own() -> None:
    assert len({one.vpc for one in ENDINGS.values()}) == len(ENDINGS)
    assert {one.vpc for one in ENDINGS.values()} <= VPC_MESSAGES.keys()


def test_a_merchants_page_is_read_as_the_script_would() -> None:
    posted = read_page(PAGE, "http://shop.example/pay/1")
    assert posted == {"merchantId": "M&M", "orderAmount": "5", "returnUrl": "http://shop.example/return?a=1&b=2"}


@pytest.mark.parametrize("missing", ["merchant-form", "napas-widget-container", "napas-widget-script", "text/javascript"])
def test_a_page_without_its_parts_is_named(missing: str) -> None:
    with pytest.raises(ControlError, match=missing):
        read_page(PAGE.replace(missing, "other"), "http://shop.example/pay/1")
