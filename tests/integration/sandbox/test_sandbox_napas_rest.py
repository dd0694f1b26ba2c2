"""NAPAS's DPS calls at the running sandbox: token, data key, order query, refund."""

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_hook import Hook
from sandbox_merchant import call
from sandbox_napas import Shop
from sandbox_process import Process, wait_until


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


def clock(shop: Shop, seconds: int) -> None:
    call("POST", f"{shop.base}/_control/clock", {"offset_seconds": seconds})


def paid(shop: Shop, order_id: str, amount: int = 100_000, **more: Any) -> Any:
    shop.open(order_id, amount)
    return shop.control("pay", reference=order_id, **({"outcome": "paid"} | more)).json


def test_a_token_is_given_for_five_minutes(shop: Shop) -> None:
    given = shop.ask_token().json
    assert (given["token_type"], given["expires_in"]) == ("bearer", 300)
    assert shop.rest("GET", "order/X/domestic", token=given["access_token"]).status == 404
    clock(shop, 301)
    refused = shop.rest("GET", "order/X/domestic", token=given["access_token"])
    assert (refused.status, refused.json["error"]) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": "NOBODY"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"username": "wrong"}, 401, "invalid_grant"),
        ({"password": "wrong"}, 401, "invalid_grant"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_get_no_token(shop: Shop, changes: dict[str, str], status: int, error: str) -> None:
    answer = shop.ask_token(**changes)
    assert (answer.status, answer.json["error"]) == (status, error)


def test_a_token_is_asked_for_by_a_form(shop: Shop) -> None:
    assert call("POST", f"{shop.base}/napas/api/oauth/token", {"grant_type": "password"}).status == 400


def test_a_token_may_stand_in_the_query_and_is_good_for_its_own_merchant_only(shop: Shop) -> None:
    token = shop.ask_token().json["access_token"]
    shop.control("accounts", merchant_id="OTHER", client_secret="c", username="u", password="p")
    base = f"{shop.base}/napas/api/rest/version/32/merchant"
    assert call("GET", f"{base}/{shop.merchant_id}/order/X/domestic?access_token={token}").status == 404
    assert call("GET", f"{base}/OTHER/order/X/domestic?access_token={token}").status == 401
    assert call("GET", f"{base}/{shop.merchant_id}/order/X/domestic").status == 401


def test_a_data_key_makes_the_order_once(shop: Shop) -> None:
    first, second = shop.data_key("ORD1").json, shop.data_key("ORD1").json
    assert (first["merchantId"], first["result"]) == (shop.merchant_id, "SUCCESS")
    assert first["dataKey"] != second["dataKey"]
    shown = shop.payment("ORD1")
    assert (shown["state"], shown["amount"], shown["orders_made"], shown["return_url"]) == ("open", 100_000, 1, None)


@pytest.mark.parametrize("amount", [1_000, "500000000"])
def test_the_borders_of_the_amount_are_allowed_as_number_or_digits(shop: Shop, amount: Any) -> None:
    assert shop.data_key("ORD1", amount).json["result"] == "SUCCESS"


WRONG_KEYS: dict[str, Any] = {
    "another operation": {"apiOperation": "PAY"},
    "no order": {"order": None},
    "no parameters": {"inputParameters": {}},
}
WRONG_ORDERS: dict[str, Any] = {
    "a space in the id": {"id": "ORD 1"},
    "an id of 41 letters": {"id": "A" * 41},
    "no id": {"id": ""},
    "too little": {"amount": 999},
    "too much": {"amount": 500_000_001},
    "a fraction": {"amount": 1000.5},
    "a fraction in text": {"amount": "1000.00"},
    "a boolean": {"amount": True},
    "dollars": {"currency": "USD"},
}
WRONG_INPUTS: dict[str, Any] = {
    "no address": {"clientIP": "localhost"},
    "no device": {"deviceId": ""},
    "another environment": {"environment": "Web"},
    "another scheme": {"cardScheme": "Visa"},
    "another word for 3-D Secure": {"enable3DSecure": "yes"},
}


@pytest.mark.parametrize("part", ["", "order", "inputParameters"])
def test_a_data_key_is_refused_with_a_cause(shop: Shop, part: str) -> None:
    for name, change in {"": WRONG_KEYS, "order": WRONG_ORDERS, "inputParameters": WRONG_INPUTS}[part].items():
        body = shop.key_body("ORD1")
        body |= {part: body[part] | change} if part else change
        answer = shop.rest("POST", "datakey", body)
        assert answer.status == 400, name
        assert (answer.json["result"], answer.json["error"]["cause"]) == ("ERROR", "INVALID_REQUEST"), name
    assert shop.rest("POST", "datakey", "not json").status == 400
    assert call("GET", f"{shop.base}/_control/napas/payments").json == {"payments": []}


def test_an_order_id_is_not_used_again_with_another_amount_or_after_its_end(shop: Shop) -> None:
    shop.data_key("ORD1")
    assert "another amount" in shop.data_key("ORD1", 200_000).json["error"]["explanation"]
    paid(shop, "ORD1")
    assert "processed before" in shop.data_key("ORD1").json["error"]["explanation"]
    assert shop.payment("ORD1")["orders_made"] == 1


def test_an_order_whose_page_nobody_used_may_be_asked_for_again_after_its_time(shop: Shop) -> None:
    shop.open("ORD1")
    clock(shop, 901)
    shop.token = ""
    assert shop.payment("ORD1")["state"] == "expired"
    assert shop.query("ORD1").status == 404
    assert shop.data_key("ORD1").json["result"] == "SUCCESS"
    assert shop.payment("ORD1")["state"] == "open"


@pytest.mark.parametrize("kind", ["domestic", "international"])
def test_a_query_shows_the_result_and_the_totals(shop: Shop, kind: str) -> None:
    number = paid(shop, "ORD1")["transaction_no"]
    result = shop.query("ORD1", kind).json["paymentResult"]
    assert (result["result"], result["merchantId"]) == ("SUCCESS", shop.merchant_id)
    assert result["response"]["gatewayCode"] == "APPROVED"
    assert (result["order"]["id"], result["order"]["amount"], result["order"]["currency"]) == ("ORD1", "100000", "VND")
    assert result["transaction"] == {"id": number, "amount": "100000", "currency": "VND", "type": "PURCHASE"}
    totals = ("totalAuthorizedAmount", "totalCapturedAmount", "totalRefundedAmount")
    assert [result["order"][name] for name in totals] == [100_000, 100_000, 0]


def test_an_order_that_nobody_tried_to_pay_is_not_known(shop: Shop) -> None:
    shop.data_key("ORD1")
    for order_id in ("ORD1", "NOBODY"):
        answer = shop.query(order_id)
        assert (answer.status, answer.json["result"], answer.json["error"]["cause"]) == (404, "ERROR", "INVALID_REQUEST")


def test_a_setting_answers_the_fields_bare(shop: Shop) -> None:
    paid(shop, "ORD1")
    shop.control("settings", flat_answers=True)
    assert shop.query("ORD1").json["result"] == "SUCCESS"
    assert shop.query("NOBODY").json["error"]["cause"] == "INVALID_REQUEST"


def test_refunds_are_made_in_parts_and_never_above_what_was_captured(shop: Shop) -> None:
    paid(shop, "ORD1")
    first = shop.refund("ORD1", "RF1", 40_000).json["paymentResult"]
    assert (first["result"], first["transaction"]["id"], first["transaction"]["amount"]) == ("SUCCESS", "RF1", "40000")
    assert first["order"]["totalRefundedAmount"] == 40_000
    too_much = shop.refund("ORD1", "RF2", 60_001).json["paymentResult"]
    assert (too_much["result"], too_much["response"]["gatewayCode"]) == ("FAILURE", "DECLINED")
    assert shop.refund("ORD1", "RF3", "60000").json["paymentResult"]["result"] == "SUCCESS"
    assert shop.query("ORD1").json["paymentResult"]["order"]["totalRefundedAmount"] == 100_000
    assert [one["reference"] for one in shop.payment("ORD1")["refunds"]] == ["RF1", "RF3"]


def test_a_refund_asked_for_again_is_the_same_refund(shop: Shop) -> None:
    paid(shop, "ORD1")
    first, again = shop.refund("ORD1", "RF1", 40_000).json, shop.refund("ORD1", "RF1", 40_000).json
    assert first == again
    assert len(shop.payment("ORD1")["refunds"]) == 1
    other = shop.refund("ORD1", "RF1", 50_000)
    assert (other.status, other.json["result"]) == (400, "ERROR")


def test_a_refund_may_take_its_time_and_may_fail(shop: Shop) -> None:
    paid(shop, "ORD1")
    shop.control("settings", refund_delay=60)
    assert shop.refund("ORD1", "RF1", 40_000).json["paymentResult"]["result"] == "PENDING"
    assert shop.query("ORD1").json["paymentResult"]["order"]["totalRefundedAmount"] == 0
    assert shop.refund("ORD1", "RF2", 60_001).json["paymentResult"]["result"] == "FAILURE"
    shop.control("refunds/RF1", state="completed")
    assert shop.refund("ORD1", "RF1", 40_000).json["paymentResult"]["result"] == "SUCCESS"
    shop.refund("ORD1", "RF3", 10_000)
    shop.control("refunds/RF3", state="failed")
    assert shop.refund("ORD1", "RF3", 10_000).json["paymentResult"]["result"] == "FAILURE"
    assert shop.query("ORD1").json["paymentResult"]["order"]["totalRefundedAmount"] == 40_000


def test_a_refund_in_work_is_done_after_its_delay(shop: Shop) -> None:
    paid(shop, "ORD1")
    shop.control("settings", refund_delay=0.2)
    shop.refund("ORD1", "RF1", 40_000)
    assert shop.query("ORD1").json["paymentResult"]["order"]["totalRefundedAmount"] == 0
    wait_until(lambda: shop.query("ORD1").json["paymentResult"]["order"]["totalRefundedAmount"] == 40_000)


def test_a_refund_from_the_portal_shows_in_the_total_only(shop: Shop) -> None:
    paid(shop, "ORD1")
    made = shop.control("portal_refunds", reference="ORD1", amount=30_000)
    assert (made.status, made.json["source"]) == (201, "portal")
    assert shop.query("ORD1").json["paymentResult"]["order"]["totalRefundedAmount"] == 30_000
    assert shop.control("portal_refunds", reference="ORD1", amount=70_001).status == 400
    assert shop.refund("ORD1", "RF1", 70_001).json["paymentResult"]["result"] == "FAILURE"


def test_only_paid_orders_and_whole_amounts_are_refunded(shop: Shop) -> None:
    shop.data_key("ORD1")
    assert shop.refund("ORD1", "RF1", 1_000).json["paymentResult"]["result"] == "FAILURE"
    assert shop.refund("NOBODY", "RF1", 1_000).status == 404
    paid(shop, "ORD2")
    wrong: list[dict[str, Any]] = [{"apiOperation": "VOID"}, {"channel": "1"}, {"transaction": {"amount": 0, "currency": "VND"}}]
    for bad in wrong:
        body = {"apiOperation": "REFUND_DOMESTIC", "channel": "6014", "transaction": {"amount": 1_000, "currency": "VND"}}
        assert shop.rest("PUT", "order/ORD2/transaction/RF1", body | bad).status == 400
    assert shop.payment("ORD2")["refunds"] == []


def test_an_order_paid_twice_has_captured_twice(shop: Shop, hook: Hook) -> None:
    shown = paid(shop, "ORD1", outcome="pay_twice")
    assert (shown["received"], len(hook.wait_for(2))) == (200_000, 2)
    told = [shop.opened(post.json)["paymentResult"]["transaction"]["id"] for post in hook.posts]
    assert told == [shown["transaction_no"], shown["second_no"]]
    assert shop.query("ORD1").json["paymentResult"]["order"]["totalCapturedAmount"] == 200_000
    assert shop.refund("ORD1", "RF1", 200_000).json["paymentResult"]["result"] == "SUCCESS"


CALLS = {
    "token": lambda shop: shop.ask_token(),
    "create": lambda shop: shop.data_key("ORD2"),
    "query": lambda shop: shop.query("ORD1"),
    "refund": lambda shop: shop.refund("ORD1", "RF1", 40_000),
}


@pytest.mark.parametrize("target", CALLS)
def test_each_call_can_be_spoilt_on_order(shop: Shop, target: str) -> None:
    paid(shop, "ORD1")
    ask = CALLS[target]
    shop.control("faults", target=target, mode="500")
    assert ask(shop).status == 500
    shop.control("faults", target=target, mode="code", code="SYSTEM_ERROR")
    assert "SYSTEM_ERROR" in ask(shop).text
    shop.control("faults", target=target, mode="tampered")
    spoilt, right = ask(shop).json, ask(shop).json
    assert spoilt != right
    shop.control("faults", target=target, mode="drop")
    with pytest.raises(ConnectionError):
        ask(shop)


def test_a_refund_whose_answer_is_lost_is_made_all_the_same(shop: Shop) -> None:
    paid(shop, "ORD1")
    shop.control("faults", target="refund", mode="lost")
    with pytest.raises(ConnectionError):
        shop.refund("ORD1", "RF1", 40_000)
    assert shop.query("ORD1").json["paymentResult"]["order"]["totalRefundedAmount"] == 40_000
    assert shop.refund("ORD1", "RF1", 40_000).json["paymentResult"]["result"] == "SUCCESS"
    assert len(shop.payment("ORD1")["refunds"]) == 1


@pytest.mark.parametrize("bad", [{"client_secret": ""}, {"username": 5}, {"options": {"access_code": 1}}, {"merchant_id": ""}])
def test_an_account_needs_all_its_credentials(shop: Shop, bad: dict[str, Any]) -> None:
    account = {"merchant_id": "M", "client_secret": "c", "username": "u", "password": "p"}
    assert shop.control("accounts", **account).status == 201
    assert shop.control("accounts", **(account | bad)).status == 400
