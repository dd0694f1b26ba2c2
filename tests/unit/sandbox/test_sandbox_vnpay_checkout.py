"""The payer's way through VNPay's page: cards, OTP, magic amounts and words, without HTTP."""

import re
from pathlib import Path

import pytest

from sandbox.shop import words as shop_words
from sandbox.vnpay import words
from sandbox.vnpay.cards import BANKS, DOMESTIC, INTCARD, INTERNATIONAL, NAPAS, TestCard, cards_of, data_fits, find_card
from sandbox.vnpay.checkout import Next, Visit, act, channel_of, first_step
from sandbox.vnpay.codes import FAILURES
from sandbox.vnpay.qr import picture
from sandbox.vnpay.scenarios import MAGIC, SCENARIOS, name_of_amount, of_amount

VIETNAMESE_LETTERS = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]")


def form_of(card: TestCard, **changes: str) -> dict[str, str]:
    return {"do": "card", "number": card.grouped, "holder": card.holder, "date": card.date, "cvc": card.cvc} | changes


@pytest.mark.parametrize(
    ("place", "card"),
    [*(("NCB", card) for card in DOMESTIC), *(("ACB", card) for card in NAPAS), *((INTCARD, card) for card in INTERNATIONAL)],
    ids=lambda value: value if isinstance(value, str) else value.number,
)
def test_each_test_card_leads_where_its_case_says(place: str, card: TestCard) -> None:
    visit = Visit(place)
    assert act(visit, form_of(card)) == Next("confirm")
    following = act(visit, {"do": "confirm"})
    if card.code:
        assert following == Next("refused")
        assert act(visit, {"do": "leave"}) == Next(ended=("fail", card.code))
    elif card.otp:
        assert following == Next("otp")
        assert act(visit, {"do": "otp", "otp": f" {card.otp.upper()} "}) == Next(pressed=True)
    else:
        assert following == Next(pressed=True)
    assert channel_of(visit, scanned=False) == (card.brand if place == INTCARD else place)


def test_every_code_of_a_card_is_one_of_vnpays() -> None:
    assert {card.code for place in ("NCB", "ACB", INTCARD) for card in cards_of(place)} - {""} <= FAILURES.keys()
    assert {card.number: card.code for card in DOMESTIC} == {
        "9704198526191432198": "",
        "9704195798459170488": "51",
        "9704192181368742": "09",
        "9704193370791314": "12",
        "9704194841945513": "99",
    }


def test_a_card_works_only_at_its_own_form() -> None:
    assert find_card("NCB", "9704 1985-2619 1432 198")
    assert find_card("ACB", DOMESTIC[0].number) is None
    assert find_card(INTCARD, DOMESTIC[0].number) is None


@pytest.mark.parametrize(
    "changes", [{"holder": "NGUYEN VAN B"}, {"date": "07/16"}, {"date": "0715"}, {"date": "13/15"}, {"cvc": "1"}]
)
def test_wrong_data_beside_a_right_number_is_refused_three_times_and_then_ends_with_10(changes: dict[str, str]) -> None:
    visit = Visit("NCB")
    for _ in range(2):
        assert act(visit, form_of(DOMESTIC[0], **changes)) == Next("card")
        assert visit.message == "wrong_card"
    assert visit.typed["number"] == DOMESTIC[0].grouped
    assert act(visit, form_of(DOMESTIC[0], **changes)) == Next(ended=("fail", "10"))


def test_an_unknown_number_is_refused() -> None:
    visit = Visit("NCB")
    act(visit, form_of(DOMESTIC[0], number="4111111111111111"))
    assert visit.message == "wrong_number"


@pytest.mark.parametrize(
    ("date", "fits"), [("12/26", True), ("01/30", True), ("11/26", False), ("12/25", False), ("aa/bb", False)]
)
def test_an_international_card_may_expire_later_than_published(date: str, fits: bool) -> None:
    assert data_fits(INTERNATIONAL[0], holder="nguyen  van a", date=date, cvc="123") is fits


def test_one_wrong_otp_may_be_corrected_or_left_with_13_and_three_end_with_79() -> None:
    visit = Visit("NCB", card=DOMESTIC[0])
    assert act(visit, {"do": "otp", "otp": "000000"}) == Next("otp")
    assert act(visit, {"do": "leave"}) == Next(ended=("fail", "13"))
    assert act(visit, {"do": "otp", "otp": "000000"}) == Next("otp")
    assert act(visit, {"do": "otp", "otp": "123456"}) == Next(pressed=True)
    assert act(visit, {"do": "otp", "otp": ""}) == Next(ended=("fail", "79"))


def test_steps_out_of_order_lead_back_to_the_card() -> None:
    assert act(Visit("NCB"), {"do": "otp", "otp": "123456"}) == Next("card")
    assert act(Visit("NCB"), {"do": "confirm"}) == Next("card")
    assert act(Visit(), {"do": "leave"}) == Next(ended=("cancel", ""))
    assert act(Visit(), {"do": "dance"}) is None


@pytest.mark.parametrize(
    ("asked", "step"),
    [("", "methods"), ("VNPAYQR", "qr"), ("VNBANK", "banks"), ("INTCARD", "card"), ("NCB", "card"), ("NOBANK", "methods")],
)
def test_the_merchants_bank_code_opens_the_right_step(asked: str, step: str) -> None:
    assert first_step(asked)[0] == step


def test_every_scenario_and_every_code_has_a_magic_amount() -> None:
    assert {name for name, _ in MAGIC.values()} == SCENARIOS.keys() - {"pay"}
    assert {code for name, code in MAGIC.values() if name == "fail"} == FAILURES.keys()
    assert all(0 < ending < 1_000 for ending in MAGIC)


@pytest.mark.parametrize("amount", [100_000, 250_000, 99_999, 12_345, 1_000_500])
def test_ordinary_amounts_are_simply_paid(amount: int) -> None:
    assert name_of_amount(amount) == ("pay", "")
    assert of_amount(amount) == SCENARIOS["pay"]


def test_a_bank_has_one_tile() -> None:
    assert len({bank.code for bank in BANKS}) == len(BANKS) >= 15


def test_the_qr_picture_depends_on_its_seed_alone() -> None:
    assert picture(b"a" * 32) == picture(b"a" * 32) != picture(b"b" * 32)


@pytest.mark.parametrize("module", [words, shop_words], ids=["vnpay", "shop"])
def test_both_languages_say_the_same_things(module) -> None:
    assert module.VIETNAMESE.keys() == module.ENGLISH.keys()
    english = {name: text for name, text in module.ENGLISH.items() if name != "other_language"}
    assert [name for name, text in english.items() if VIETNAMESE_LETTERS.search(text)] == []


def test_every_picture_of_the_pages_is_drawn_locally() -> None:
    sandbox = Path(words.__file__).parents[1]
    templates = [*sandbox.rglob("templates/*.html"), *sandbox.rglob("templates/*.css"), *sandbox.rglob("templates/*.svg")]
    assert len(templates) > 30
    assert [
        path.name for path in templates if re.search(r"https?://|url\(|<img|@import", path.read_text().replace("url(#", ""))
    ] == []
