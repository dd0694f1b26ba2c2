"""NAPAS's legacy `vpc_` gateway at the running sandbox: the redirect, the page, the way back, queryDR and refund."""

from collections.abc import Iterator

import pytest
from sandbox_hook import Hook
from sandbox_merchant import call
from sandbox_napas import Page, Shop
from sandbox_process import Process


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.stop()


@pytest.fixture
def shop(sandbox_process: Process, hook: Hook) -> Shop:
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    shop = Shop(sandbox_process.base)
    assert shop.register(hook.url).status == 201
    return shop


def open_page(shop: Shop, **changes: str | None) -> Page:
    opened = call("GET", shop.vpc_pay(**changes))
    assert opened.status == 302, opened.text
    return Page(shop.base + opened.location)


def test_the_redirect_opens_the_page_and_brings_back_a_signed_result(shop: Shop, hook: Hook) -> None:
    page = open_page(shop, vpc_MerchTxnRef="VPC-A")
    assert (page.step, "100.000 ₫" in page.last.text) == ("card", True)
    page.card()
    left = page.post(do="otp", otp="otp")
    assert (left.status, left.location.startswith("http://127.0.0.1:9/return?shop=1&vpc_")) == (303, True)
    result = shop.vpc_result(left.location)
    assert (result["vpc_ResponseCode"], result["vpc_Amount"], result["vpc_MerchTxnRef"]) == ("0", "10000000", "VPC-A")
    shown = shop.payment("VPC-A")
    assert (shown["state"], shown["transaction_no"], shown["return_url"]) == ("paid", result["vpc_TransactionNo"], left.location)
    assert (shown["notices"], hook.posts) == ([], [])


@pytest.mark.parametrize(("code", "vpc"), [("51", "7"), ("13", "14"), ("54", "3"), ("75", "6"), ("99", "10"), ("11", "28")])
def test_failures_have_the_legacy_codes(shop: Shop, code: str, vpc: str) -> None:
    result = shop.vpc_result(open_page(shop, vpc_MerchTxnRef="VPC-A").post(outcome="fail", code=code).location)
    assert (result["vpc_ResponseCode"], "vpc_TransactionNo" in result) == (vpc, False)
    assert shop.vpc_ask("VPC-A")["vpc_TxnResponseCode"] == vpc


def test_a_cancel_goes_to_the_back_address(shop: Shop) -> None:
    left = open_page(shop, vpc_MerchTxnRef="VPC-A").post(do="cancel")
    assert left.location.startswith("http://127.0.0.1:9/back?vpc_")
    assert shop.vpc_result(left.location)["vpc_ResponseCode"] == "20"


WRONG = {
    "another version": ({"vpc_Version": "2.1"}, "10"),
    "no back address": ({"vpc_BackURL": None}, "10"),
    "a return address that is none": ({"vpc_ReturnURL": "javascript:alert(1)//"}, "10"),
    "dollars": ({"vpc_CurrencyCode": "USD"}, "10"),
    "no payer address": ({"vpc_TicketNo": "1.2.3.4.5"}, "10"),
    "a hundredth of a dong": ({"vpc_Amount": "10000001"}, "10"),
    "too little": ({"vpc_Amount": "99900"}, "30"),
    "too much": ({"vpc_Amount": "50000000100"}, "24"),
    "an unknown merchant": ({"vpc_Merchant": "NOBODY"}, "10"),
    "another access code": ({"vpc_AccessCode": "ACCESS02"}, "10"),
    "a space in the reference": ({"vpc_MerchTxnRef": "A B"}, "10"),
}


@pytest.mark.parametrize(("changes", "code"), WRONG.values(), ids=WRONG.keys())
def test_the_page_refuses_by_name(shop: Shop, changes: dict[str, str | None], code: str) -> None:
    url = shop.vpc_pay(**changes)
    refused = call("GET", url)
    assert (refused.status, f'id="code">{code}<' in refused.text) == (400, True)
    by_script = shop.control("pay", payment_url=url, outcome="paid")
    assert (by_script.status, by_script.json["error_code"]) == (400, code)
    assert shop.control("pay", payment_url=url).status == 400


def test_a_changed_request_is_code_8(shop: Shop) -> None:
    for url in (
        shop.vpc_pay().replace("10000000", "10000100"),
        shop.vpc_pay().replace("vn&", "en&"),
        shop.vpc_pay() + "&vpc_X=1",
    ):
        assert 'id="code">8<' in call("GET", url).text
    assert 'id="code">10<' in call("GET", shop.vpc_pay() + "&vpc_Amount=1").text


def test_a_reference_is_used_once(shop: Shop) -> None:
    fields = shop.vpc_fields(vpc_MerchTxnRef="VPC-A")
    url = shop.vpc_url("vpcpay.do", fields)
    assert call("GET", url).location == call("GET", url).location
    assert 'id="code">33<' in call("GET", shop.vpc_url("vpcpay.do", fields | {"vpc_Amount": "20000000"})).text
    assert shop.control("pay", payment_url=url, outcome="paid").json["state"] == "paid"
    assert 'id="code">33<' in call("GET", url).text
    assert shop.payment("VPC-A")["orders_made"] == 1


def test_a_query_tells_every_state(shop: Shop) -> None:
    assert shop.vpc_ask("NOBODY")["vpc_TxnResponseCode"] == "31"
    open_page(shop, vpc_MerchTxnRef="VPC-A")
    assert shop.vpc_ask("VPC-A")["vpc_TxnResponseCode"] == "32"
    shop.control("pay", reference="VPC-A", outcome="pending")
    assert shop.vpc_ask("VPC-A")["vpc_TxnResponseCode"] == "34"
    shop.control("pay", reference="VPC-A", outcome="paid")
    answer = shop.vpc_ask("VPC-A")
    assert (answer["vpc_TxnResponseCode"], answer["vpc_Amount"]) == ("0", "10000000")
    assert answer["vpc_TransactionNo"] == shop.payment("VPC-A")["transaction_no"]
    assert shop.vpc_signed(answer)


def test_time_runs_out(shop: Shop) -> None:
    page = open_page(shop, vpc_MerchTxnRef="VPC-A")
    call("POST", f"{shop.base}/_control/clock", {"offset_seconds": 901})
    assert shop.vpc_ask("VPC-A")["vpc_TxnResponseCode"] == "28"
    assert shop.vpc_result(page.card().location)["vpc_ResponseCode"] == "28"


def test_refunds_are_made_in_parts_and_a_repeat_is_another_refund(shop: Shop) -> None:
    paid = shop.control("pay", payment_url=shop.vpc_pay(vpc_MerchTxnRef="VPC-A"), outcome="paid").json
    part = {"vpc_TransactionNo": paid["transaction_no"], "vpc_Amount": "4000000", "vpc_CurrencyCode": "VND"}
    answers = [shop.vpc_ask("VPC-A", "refund", **part) for _ in range(3)]
    assert [one["vpc_TxnResponseCode"] for one in answers] == ["0", "0", "12"]
    assert answers[0]["vpc_TransactionNo"] != answers[1]["vpc_TransactionNo"]
    assert shop.vpc_signed(answers[0])
    assert [one["amount"] for one in shop.payment("VPC-A")["refunds"]] == [40_000, 40_000]


def test_a_refund_is_refused(shop: Shop) -> None:
    open_page(shop, vpc_MerchTxnRef="VPC-A")
    part = {"vpc_TransactionNo": "1", "vpc_Amount": "4000000", "vpc_CurrencyCode": "VND"}
    assert shop.vpc_ask("VPC-A", "refund", **part)["vpc_TxnResponseCode"] == "32"
    shop.control("pay", reference="VPC-A", outcome="paid")
    assert shop.vpc_ask("VPC-A", "refund", **part)["vpc_TxnResponseCode"] == "31"
    assert shop.vpc_ask("VPC-A", "refund")["vpc_TxnResponseCode"] == "10"
    assert shop.vpc_ask("VPC-A", "void")["vpc_TxnResponseCode"] == "9"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"vpc_User": "wrong"}, "27"),
        ({"vpc_Password": "wrong"}, "27"),
        ({"vpc_AccessCode": "ACCESS02"}, "10"),
        ({"vpc_Merchant": "NOBODY"}, "10"),
        ({"vpc_Version": "1"}, "10"),
    ],
)
def test_a_query_without_the_right_credentials_is_refused(shop: Shop, changes: dict[str, str], code: str) -> None:
    assert shop.vpc_ask("VPC-A", **changes)["vpc_TxnResponseCode"] == code


def test_calls_can_be_spoilt_on_order(shop: Shop) -> None:
    shop.control("pay", payment_url=shop.vpc_pay(vpc_MerchTxnRef="VPC-A"), outcome="paid")
    shop.control("faults", target="query", mode="code", code="5")
    assert shop.vpc_ask("VPC-A")["vpc_TxnResponseCode"] == "5"
    shop.control("faults", target="query", mode="tampered")
    assert not shop.vpc_signed(shop.vpc_ask("VPC-A"))
    shop.control("faults", target="page", mode="500")
    assert call("GET", shop.vpc_pay()).status == 500


def test_the_amount_may_be_plain_dong_by_setting(shop: Shop) -> None:
    shop.control("settings", vpc_amount_factor=1)
    open_page(shop, vpc_MerchTxnRef="VPC-A", vpc_Amount="100000")
    assert shop.payment("VPC-A")["amount"] == 100_000


def test_an_order_of_one_gateway_is_unknown_to_the_other(shop: Shop) -> None:
    open_page(shop, vpc_MerchTxnRef="VPC-A")
    shop.data_key("ORD1")
    assert shop.query("VPC-A").status == 404
    assert shop.data_key("VPC-A").status == 400
    assert shop.vpc_ask("ORD1")["vpc_TxnResponseCode"] == "31"
