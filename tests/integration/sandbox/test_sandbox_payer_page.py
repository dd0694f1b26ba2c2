"""VNPay's page as a payer's browser meets it, step by step."""

import re

import pytest
from sandbox_merchant import Merchant, call
from sandbox_payer import Payer, code_of, seen

NCB = "9704198526191432198"
REFUSED = {"9704195798459170488": "51", "9704192181368742": "09", "9704193370791314": "12", "9704194841945513": "99"}
INTERNATIONAL = {
    "4456530000001005": ("VISA", False),
    "4456530000001096": ("VISA", True),
    "5200000000001005": ("MASTERCARD", False),
    "5200000000001096": ("MASTERCARD", True),
    "3337000000000008": ("JCB", False),
    "3337000000200004": ("JCB", True),
}
ENGLISH_WORDS = re.compile(
    r"\b(pay|card|bank|cancel|back|continue|confirm|merchant|order|amount|test|late|slow|page|code|the|and|of)\b", re.I
)
VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


def test_a_domestic_card_pays_after_bank_card_confirmation_and_otp(merchant: Merchant, receiver) -> None:
    payer = Payer(merchant, "ATM1")
    payer.look(step="banks")
    payer.look(step="card", bank="NCB")
    payer.type_card("9704 1985 2619 1432 198")
    payer.post(do="confirm")
    done = payer.post(do="otp", otp="123456")
    assert payer.steps == ["methods", "banks", "card", "confirm", "otp"]
    assert code_of(done) == "00"
    assert (payer.payment["bank_code"], payer.payment["card_type"]) == ("NCB", "ATM")
    assert len(receiver.requests) == 1


def test_another_bank_pays_with_a_napas_card(merchant: Merchant) -> None:
    payer = Payer(merchant, "ATM2", asked_bank="TECHCOMBANK")
    assert payer.steps == ["card"]
    payer.type_card("9704000000000018", date="03/07")
    payer.post(do="confirm")
    assert code_of(payer.post(do="otp", otp="OTP")) == "00"
    assert payer.payment["bank_code"] == "TECHCOMBANK"


@pytest.mark.parametrize(("number", "code"), REFUSED.items())
def test_a_refused_card_is_told_and_left_with_its_code(merchant: Merchant, number: str, code: str) -> None:
    payer = Payer(merchant, f"REFUSED{code}", asked_bank="NCB")
    payer.type_card(number)
    told = payer.post(do="confirm")
    assert payer.steps == ["card", "confirm", "refused"]
    assert f'id="code">{code}<' in told.text
    assert payer.payment["state"] == "open"
    assert code_of(payer.post(do="leave")) == code
    assert (payer.payment["state"], payer.payment["bank_code"]) == ("failed", "NCB")


def test_after_a_refusal_another_card_may_pay(merchant: Merchant) -> None:
    payer = Payer(merchant, "SECOND", asked_bank="NCB")
    payer.type_card(next(iter(REFUSED)))
    payer.post(do="confirm")
    payer.look(step="methods")
    payer.look(step="card", bank="NCB")
    payer.type_card(NCB)
    payer.post(do="confirm")
    assert code_of(payer.post(do="otp", otp="123456")) == "00"


@pytest.mark.parametrize(("number", "expected"), INTERNATIONAL.items())
def test_an_international_card_pays_with_and_without_3ds(merchant: Merchant, number: str, expected: tuple[str, bool]) -> None:
    brand, secure = expected
    payer = Payer(merchant, f"INT{number}", asked_bank="INTCARD")
    payer.type_card(number, date="12/26", cvc="123")
    answer = payer.post(do="confirm")
    assert (payer.steps[-1] == "otp") is secure
    assert code_of(payer.post(do="otp", otp="123456") if secure else answer) == "00"
    assert (payer.payment["bank_code"], payer.payment["card_type"]) == (brand, brand)


def test_the_qr_is_scanned_by_a_button(merchant: Merchant) -> None:
    payer = Payer(merchant, "QR1", asked_bank="VNPAYQR")
    assert payer.steps == ["qr"]
    assert code_of(payer.post(do="scan")) == "00"
    assert (payer.payment["bank_code"], payer.payment["card_type"]) == ("VNPAYQR", "QRCODE")


def test_wrong_otps_are_counted_left_with_13_and_end_with_79(merchant: Merchant) -> None:
    for reference, code in (("OTP1", "13"), ("OTP2", "79")):
        payer = Payer(merchant, reference, asked_bank="NCB")
        payer.type_card(NCB)
        payer.post(do="confirm")
        assert "còn 2 lần" in payer.post(do="otp", otp="1").text
        assert "còn 1 lần" in payer.post(do="otp", otp="2").text
        assert code_of(payer.post(do="leave") if code == "13" else payer.post(do="otp", otp="3")) == code


def test_wrong_card_data_keeps_what_was_typed_and_ends_with_10(merchant: Merchant) -> None:
    payer = Payer(merchant, "DATA1", asked_bank="NCB")
    page = payer.type_card(NCB, holder='<b>"X"')
    assert 'value="&lt;b&gt;&quot;X&quot;"' in page.text
    payer.type_card("1")
    assert code_of(payer.type_card(NCB, date="01/01")) == "10"


def test_a_cancel_is_asked_about_first(merchant: Merchant) -> None:
    payer = Payer(merchant, "CANCEL1")
    payer.look(step="cancel")
    assert payer.payment["state"] == "open"
    assert code_of(payer.post(do="cancel")) == "24"


def test_the_countdown_ends_with_11_by_script_by_reload_and_by_a_form_that_comes_too_late(merchant: Merchant) -> None:
    payers = [Payer(merchant, f"CLOCK{number}", asked_bank="NCB") for number in range(3)]
    assert re.search(r'id="clock"[^>]* data-seconds="(89\d|900)"', payers[0].look().text)
    call("POST", f"{merchant.base}/_control/clock", {"offset_seconds": 901})
    late = [payers[0].post(outcome="fail", code="11"), payers[1].look(), payers[2].type_card(NCB)]
    assert [code_of(answer) for answer in late] == ["11", "11", "11"]
    assert [payer.payment["ipn"][0]["rsp_code"] for payer in payers] == ["00", "00", "00"]


def test_the_page_counts_down_fifteen_minutes_even_if_the_merchant_waits_longer(merchant: Merchant) -> None:
    from sandbox_merchant import vietnam_now

    opened = call("GET", merchant.url(vnp_TxnRef="LONG1", vnp_ExpireDate=vietnam_now(600)))
    page = call("GET", merchant.base + opened.location).text
    assert 890 <= int(re.search(r'data-seconds="(\d+)"', page)[1]) <= 900


@pytest.mark.parametrize("query", [{"step": "otp"}, {"step": "confirm"}, {"step": "refused"}, {"step": "card"}, {"step": "x"}])
def test_a_step_that_cannot_be_yet_shows_the_one_before(merchant: Merchant, query: dict[str, str]) -> None:
    payer = Payer(merchant, f"SKIP{query['step']}")
    payer.look(**query)
    assert payer.steps[-1] == "methods"


def test_an_unknown_form_is_code_03_and_an_unknown_page_99(merchant: Merchant) -> None:
    payer = Payer(merchant, "ODD1")
    assert payer.post(do="dance").location.endswith("code=03")
    assert payer.post(outcome="dance").location.endswith("code=03")
    assert call("GET", payer.address.partition("token=")[0] + "token=nobody").location.endswith("code=99")


def every_step(payer: Payer) -> dict[str, str]:
    """The page at every step, a wrong OTP and a refusal included."""
    pages = {step: payer.look(step=step).text for step in ("methods", "banks", "qr", "cancel")}
    pages["international"] = payer.look(step="card", bank="INTCARD").text
    pages["card"] = payer.look(step="card", bank="NCB").text
    pages["wrong card"] = payer.type_card(NCB, date="01/01").text
    pages["confirm"] = payer.type_card(next(iter(REFUSED))).text
    pages["refused"] = payer.post(do="confirm").text
    payer.type_card(NCB)
    pages["otp"] = payer.post(do="confirm").text
    pages["wrong otp"] = payer.post(do="otp", otp="0").text
    return pages


def test_a_vietnamese_page_has_no_english_word_and_an_english_one_no_vietnamese(merchant: Merchant, receiver) -> None:
    merchant.register(receiver.url, name="ACME")
    for locale, lang, foreign in (("vn", "vi", ENGLISH_WORDS), ("en", "en", VIETNAMESE)):
        for step, page in every_step(Payer(merchant, f"WORDS{lang}", locale=locale)).items():
            assert f'<html lang="{lang}">' in page
            assert foreign.findall(seen(page, lang)) == [], step


def test_the_language_chosen_on_the_page_stays(merchant: Merchant) -> None:
    payer = Payer(merchant, "LANG1")
    assert "Choose how to pay" in payer.look(locale="en").text
    assert "Choose your bank" in payer.look(step="banks").text


def test_every_field_has_a_label(merchant: Merchant) -> None:
    for step, page in every_step(Payer(merchant, "LABELS")).items():
        fields = re.findall(r'<input (?![^>]*type="hidden")[^>]*id="([^"]+)"', page)
        assert [name for name in fields if f'<label for="{name}">' not in page] == [], step
