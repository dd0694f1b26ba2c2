"""NAPAS's hosted form and page as a payer's browser meets them, the way back, and the notices."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_hook import Hook
from sandbox_merchant import call
from sandbox_napas import SCRIPT, MerchantSite, Page, Shop
from sandbox_payer import seen
from sandbox_process import Process, wait_until

ENGLISH_WORDS = re.compile(
    r"\b(pay|card|bank|cancel|back|continue|confirm|merchant|order|amount|test|late|slow|page|the|and|of)\b", re.I
)
VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
FAILURES = {"51": "INSUFFICIENT_FUNDS", "54": "EXPIRED_CARD", "13": "INVALID_OTP", "99": "DECLINED", "75": "DECLINED"}


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook((200, '{"result":"SUCCESS"}'))
    yield hook
    hook.stop()


@pytest.fixture
def shop(sandbox_process: Process, hook: Hook) -> Shop:
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    shop = Shop(sandbox_process.base)
    assert shop.register(hook.url).status == 201
    assert shop.control("settings", notice_intervals=[0.05, 0.05], late_after=0.2, slow_seconds=0.4).status == 200
    return shop


@pytest.fixture
def site() -> Iterator[MerchantSite]:
    site = MerchantSite()
    yield site
    site.stop()


def told(shop: Shop, hook: Hook, count: int = 1) -> list[Any]:
    """The decoded notices, as soon as so many have come."""
    return [shop.opened(post.json)["paymentResult"] for post in hook.wait_for(count)]


def test_a_card_and_its_otp_pay_and_the_browser_posts_the_result_back(shop: Shop, hook: Hook) -> None:
    page = shop.page("ORD1")
    assert page.step == "card"
    assert "100.000 ₫" in page.last.text
    assert "Tiệm &lt;b&gt;" in page.last.text
    assert "Thanh toán đơn 1" in page.last.text
    page.card()
    assert page.step == "otp"
    left = page.post(do="otp", otp="otp")
    assert Page.form_of(left)["url"] == "http://127.0.0.1:9/return?shop=1"
    result = shop.brought_back(left)["paymentResult"]
    assert (result["result"], result["order"]["id"], result["order"]["amount"]) == ("SUCCESS", "ORD1", "100000")
    assert result["order"]["reference"] == "Thanh toán đơn 1"
    assert result["sourceOfFunds"]["provided"]["card"]["number"] == "970400xxxxxx0018"
    assert told(shop, hook) == [result]
    assert (shop.payment("ORD1")["state"], shop.payment("ORD1")["received"]) == ("paid", 100_000)


def test_a_page_that_has_ended_sends_back_the_same_result(shop: Shop, hook: Hook) -> None:
    page = shop.page("ORD1")
    first = page.post(outcome="paid")
    assert shop.brought_back(page.post(outcome="cancel")) == shop.brought_back(first)
    assert shop.brought_back(call("GET", page.address)) == shop.brought_back(first)
    assert len(hook.posts) == 1


def test_a_refused_card_is_told_and_left_with_its_code_or_exchanged(shop: Shop) -> None:
    page = shop.page("ORD1")
    page.card(number="9704000000000026")
    assert page.step == "refused"
    assert "Tài khoản không đủ số dư" in page.last.text
    page.post(do="again")
    assert page.step == "card"
    page.card(number="9704000000000034")
    result = shop.brought_back(page.post(do="leave"))["paymentResult"]
    assert (result["result"], result["response"]["gatewayCode"]) == ("FAILURE", "DECLINED")
    assert result["order"]["totalCapturedAmount"] == 0
    assert shop.query("ORD1").json["paymentResult"]["result"] == "FAILURE"


def test_wrong_cards_and_wrong_otps_are_counted(shop: Shop) -> None:
    page = shop.page("ORD1")
    assert 'value="&lt;b&gt;&quot;X&quot;"' in page.card(holder='<b>"X"').text
    page.card()
    page.post(do="otp", otp="1")
    page.post(do="otp", otp="2")
    assert 'id="wrong"' in page.last.text
    assert shop.brought_back(page.post(do="otp", otp="3"))["paymentResult"]["response"]["gatewayCode"] == "INVALID_OTP"


def test_a_cancel_is_told_like_any_other_end(shop: Shop, hook: Hook) -> None:
    result = shop.brought_back(shop.page("ORD1").post(do="cancel"))["paymentResult"]
    assert (result["result"], result["response"]["gatewayCode"]) == ("FAILURE", "CANCELLED")
    assert told(shop, hook) == [result]


def test_the_time_of_the_page_runs_out(shop: Shop, hook: Hook) -> None:
    page = shop.page("ORD1")
    assert re.search(r'id="clock"[^>]* data-seconds="(89\d|900)"', page.last.text)
    call("POST", f"{shop.base}/_control/clock", {"offset_seconds": 901})
    result = shop.brought_back(page.card())["paymentResult"]
    assert (result["result"], result["response"]["acquirerCode"]) == ("FAILURE", "68")
    assert told(shop, hook) == [result]


WRONG_FORMS: dict[str, dict[str, str]] = {
    "another amount": {"orderAmount": "1000"},
    "another currency": {"orderCurrency": "USD"},
    "another address": {"clientIP": "203.0.113.10"},
    "another scheme": {"cardScheme": "CreditCard"},
    "a data key nobody gave": {"dataKey": "0" * 128},
    "another napasKey": {"napasKey": "x"},
    "another order": {"orderId": "NOBODY"},
    "another merchant": {"merchantId": "NOBODY"},
    "another operation": {"apiOperation": "VOID"},
    "another channel": {"channel": "1"},
    "another source": {"sourceOfFundsType": "CASH"},
    "no reference": {"orderReference": ""},
    "no way back": {"returnUrl": "/return"},
    "a way back that is none": {"returnUrl": "javascript:alert(1)"},
}


@pytest.mark.parametrize("changes", WRONG_FORMS.values(), ids=WRONG_FORMS.keys())
def test_the_form_is_refused_unless_it_fits_the_data_key(shop: Shop, changes: dict[str, str]) -> None:
    refused = shop.open("ORD1", **changes)
    assert refused.status == 400
    assert "INVALID_REQUEST" in refused.text
    assert shop.payment("ORD1")["return_url"] is None
    assert shop.payment("ORD1")["merchant_return_url"] == ""


def test_an_old_data_key_opens_no_page(shop: Shop) -> None:
    form = shop.attributes("ORD1")
    call("POST", f"{shop.base}/_control/clock", {"offset_seconds": 901})
    shop.token = ""
    refused = shop.open("ORD1", **{name: form[name] for name in ("dataKey", "napasKey")})
    assert refused.status == 303  # the order was renewed by another key, and the first one with it
    call("POST", f"{shop.base}/_control/clock", {"offset_seconds": 1_802})
    page = call("POST", f"{shop.base}{SCRIPT}", "&".join(f"{name}={value}" for name, value in form.items()))
    assert page.status == 400


@pytest.mark.parametrize(("language", "foreign"), [("vi", ENGLISH_WORDS), ("en", VIETNAMESE)])
def test_every_step_speaks_one_language(shop: Shop, language: str, foreign: re.Pattern[str]) -> None:
    page = shop.page("ORD1", language=language, orderReference="1")
    texts = [page.last.text]
    for form in ({"do": "card"}, {"do": "card", "number": "9704000000000026"}, {"do": "again"}):
        texts.append(page.post(**({"holder": "NGUYEN VAN A", "date": "03/07"} | form)).text)
    texts.append(page.card().text)
    texts.append(page.post(do="otp", otp="1").text)
    texts.append(page.post(outcome="paid").text)
    for text in texts:
        shown = seen(text, language).replace("Tiệm", "").replace("test_late", "")
        assert foreign.findall(shown) == []
    refused = shop.open("ORD2", language=language, channel="1")
    assert "Không thể thanh toán" in refused.text or language == "en"
    assert "http" not in texts[0]


def test_the_script_is_served_and_loads_nothing_from_outside(shop: Shop) -> None:
    script = call("GET", f"{shop.base}{SCRIPT}")
    assert script.status == 200
    assert "napas-widget-container" in script.text
    assert "http" not in script.text


def test_a_script_pays_through_the_merchants_own_page(shop: Shop, site: MerchantSite, hook: Hook) -> None:
    site.show(shop.base, shop.attributes("ORD1"))
    shown = shop.control("pay", payment_url=site.url, outcome="paid").json
    assert (shown["reference"], shown["state"], len(hook.posts)) == ("ORD1", "paid", 1)
    assert shown["return_url"] == site.url.replace("/pay/1", "/return/napas")
    assert shown["return_form"]["url"] == shown["return_url"]
    sealed = json.loads(shown["return_form"]["fields"]["napasResult"])
    assert shop.opened(sealed)["paymentResult"]["result"] == "SUCCESS"


def test_a_merchants_page_without_the_form_is_refused_by_name(shop: Shop, site: MerchantSite) -> None:
    site.html = "<p>no form</p>"
    answer = shop.control("pay", payment_url=site.url, outcome="paid")
    assert (answer.status, "form#merchant-form" in answer.json["error"]) == (400, True)
    site.show(shop.base, shop.attributes("ORD1") | {"orderAmount": "5"})
    assert "orderAmount" in shop.control("pay", payment_url=site.url, outcome="paid").json["error"]


def test_a_payer_without_scripts_gets_to_the_page_by_a_plain_form(shop: Shop) -> None:
    opened = shop.open("ORD1")
    assert opened.location == f"/napas/pay/{shop.payment('ORD1')['token']}"


def test_a_notice_is_repeated_until_any_2xx(shop: Shop, hook: Hook) -> None:
    hook.answers = [(400, ""), (503, "later"), (204, "")]
    shop.page("ORD1").post(outcome="paid")
    wait_until(lambda: len(shop.payment("ORD1")["notices"]) == 3)
    tries = shop.payment("ORD1")["notices"]
    assert [one["status"] for one in tries] == [400, 503, 204]
    assert [one["acknowledged"] for one in tries] == [False, False, True]
    assert len({post.raw for post in hook.posts}) == 1


def test_a_notice_is_given_up_after_its_last_try(shop: Shop, hook: Hook) -> None:
    hook.default = (500, "")
    shop.page("ORD1").post(outcome="paid")
    wait_until(lambda: len(shop.payment("ORD1")["notices"]) == 3)
    assert len(hook.wait_for(3)) == 3


@pytest.mark.parametrize(("code", "word"), FAILURES.items())
def test_failures_have_their_words_by_amount_by_drawer_and_by_script(shop: Shop, hook: Hook, code: str, word: str) -> None:
    page = shop.page("ORD1", 10_000 + int(code))
    page.card()
    by_amount = shop.brought_back(page.post(do="otp", otp="otp"))
    by_drawer = shop.brought_back(shop.page("ORD2").post(outcome="fail", code=code))
    shop.open("ORD3")
    shop.control("pay", reference="ORD3", outcome="fail", code=code)
    results = [by_amount["paymentResult"], by_drawer["paymentResult"], told(shop, hook, 3)[2]]
    assert [one["response"]["gatewayCode"] for one in results] == [word] * 3
    assert [one["result"] for one in results] == ["FAILURE"] * 3


def test_a_code_nobody_knows_is_told_as_it_is(shop: Shop, hook: Hook) -> None:
    shop.open("ORD1")
    shop.control("pay", reference="ORD1", outcome="fail", code="STOLEN_CARD")
    [result] = told(shop, hook)
    assert (result["result"], result["response"]["gatewayCode"]) == ("FAILURE", "STOLEN_CARD")


@pytest.mark.parametrize(("by", "name"), [(101, "late"), (None, "late")])
def test_a_late_bank_answers_after_the_deadline(shop: Shop, hook: Hook, by: int | None, name: str) -> None:
    page = shop.page("ORD1", 50_000 + (by or 0))
    page.post(do="pay") if by else page.post(outcome=name)
    assert (page.step, hook.posts) == ("processing", [])
    result = shop.query("ORD1").json["paymentResult"]
    assert (result["result"], result["response"]["gatewayCode"]) == ("PENDING", "TIMED_OUT")
    call("POST", f"{shop.base}/_control/clock", {"offset_seconds": 902})
    assert told(shop, hook)[0]["result"] == "SUCCESS"
    assert shop.brought_back(call("GET", page.address))["paymentResult"]["result"] == "SUCCESS"


@pytest.mark.parametrize("word", ["PENDING", "ERROR"])
def test_a_bank_that_does_not_answer_leaves_it_open_until_a_script_decides(shop: Shop, hook: Hook, word: str) -> None:
    shop.control("settings", waiting_result=word)
    shop.open("ORD1")
    held = shop.control("pay", reference="ORD1", outcome="pending", code="SYSTEM_ERROR").json
    assert (held["state"], held["return_url"], hook.posts) == ("processing", None, [])
    result = shop.query("ORD1").json["paymentResult"]
    assert (result["result"], result["response"]["gatewayCode"]) == (word, "SYSTEM_ERROR")
    assert result["order"]["totalCapturedAmount"] == 0
    assert shop.control("pay", reference="ORD1", outcome="paid").json["state"] == "paid"
    assert told(shop, hook)[0]["result"] == "SUCCESS"


@pytest.mark.parametrize(
    ("ending", "outcome", "expected"),
    [(103, "notice_twice", 2), (106, "silent", 0), (107, "return_first", 1), (108, "slow_notice", 1)],
)
def test_the_notice_goes_its_way_by_amount_and_by_name(shop: Shop, hook: Hook, ending: int, outcome: str, expected: int) -> None:
    shop.page("ORD1", 50_000 + ending).post(do="pay")
    shop.page("ORD2").post(outcome=outcome)
    if outcome in {"silent", "return_first", "slow_notice"}:
        assert hook.posts == []
    results = told(shop, hook, expected * 2)
    assert sorted(one["order"]["id"] for one in results) == sorted(["ORD1", "ORD2"] * expected)


def test_a_wrong_amount_is_rightly_signed_and_a_bad_signature_is_not(shop: Shop, hook: Hook) -> None:
    shop.page("ORD1").post(outcome="wrong_amount")
    assert told(shop, hook)[0]["order"]["amount"] == "101000"
    shop.page("ORD2").post(outcome="bad_signature")
    with pytest.raises(AssertionError):
        shop.opened(hook.wait_for(2)[1].json)
    assert shop.query("ORD2").json["paymentResult"]["result"] == "SUCCESS"


def test_the_page_breaks_after_the_money_was_taken(shop: Shop, hook: Hook) -> None:
    assert shop.page("ORD1").post(outcome="server_error").status == 500
    assert told(shop, hook)[0]["result"] == "SUCCESS"


def test_a_script_sends_notices_with_other_words_many_at_once(shop: Shop, hook: Hook) -> None:
    shop.open("ORD1")
    early = shop.control("notify", reference="ORD1").json["answers"]
    assert (early[0]["status"], told(shop, hook)[0]["result"], shop.payment("ORD1")["state"]) == (200, "SUCCESS", "open")
    shop.control("pay", reference="ORD1", outcome="paid")
    shop.control("notify", reference="ORD1", times=5, concurrently=True)
    shop.control("notify", reference="ORD1", overrides={"order": {"amount": "1"}, "transaction": None})
    last = told(shop, hook, 8)[7]
    assert (last["order"]["amount"], last["order"]["id"], "transaction" in last) == ("1", "ORD1", False)
    shop.control("notify", reference="ORD1", overrides={"paymentResult": None, "error": {"cause": "INVALID_REQUEST"}})
    assert shop.opened(hook.wait_for(9)[8].json) == {"tokenResult": None, "error": {"cause": "INVALID_REQUEST"}}
    shop.control("notify", reference="ORD1", overrides={"checksum": "0" * 64})
    assert hook.wait_for(10)[9].json["checksum"] == "0" * 64


def test_any_result_and_any_legacy_fields_are_signed_on_request(shop: Shop) -> None:
    sealed = shop.control("sign", merchant_id=shop.merchant_id, data={"paymentResult": {"result": "SUCCESS"}}).json
    assert shop.opened(sealed) == {"paymentResult": {"result": "SUCCESS"}}
    assert shop.opened(json.loads(sealed["napasResult"])) == shop.opened(sealed)
    legacy = shop.control("sign", merchant_id=shop.merchant_id, fields={"vpc_MerchTxnRef": "A", "vpc_Amount": 5}).json
    assert shop.vpc_result(f"http://x/?{legacy['query']}")["vpc_Amount"] == "5"


@pytest.mark.parametrize(("mode", "status"), [("drop", None), ("lost", None), ("garbage", 200)])
def test_a_notice_can_be_spoilt_on_order_and_the_next_one_is_right(shop: Shop, hook: Hook, mode: str, status: int | None) -> None:
    hook.default = (200, "") if mode != "garbage" else (400, "")
    shop.control("faults", target="notice", mode=mode)
    shop.page("ORD1").post(outcome="paid")
    wait_until(lambda: len(shop.payment("ORD1")["notices"]) >= 2)
    assert (shop.payment("ORD1")["notices"][0]["status"] is None) is (status is None)
    assert shop.opened(hook.posts[-1].json)["paymentResult"]["result"] == "SUCCESS"


def test_payments_refunds_and_open_notices_survive_a_restart(tmp_path, hook: Hook) -> None:
    environment = {"SANDBOX_PORT": "0", "SANDBOX_STATE": str(tmp_path / "state.json"), "SANDBOX_NAPAS_NOTICE_INTERVALS": "0.6"}
    hook.answers = [(503, "")]
    first = Process("sandbox", **environment)
    shop = Shop(first.base)
    shop.register(hook.url)
    shop.page("ORD1").post(outcome="paid")
    shop.refund("ORD1", "RF1", 40_000)
    assert first.stop() == 0
    second = Process("sandbox", **environment)
    shop.base = second.base
    assert shop.rest("GET", "order/ORD1/domestic").status == 401
    shop.token = ""
    assert shop.query("ORD1").json["paymentResult"]["order"]["totalRefundedAmount"] == 40_000
    assert [one["transaction"]["id"] for one in told(shop, hook, 2)] == [shop.payment("ORD1")["transaction_no"]] * 2
    assert second.stop() == 0
