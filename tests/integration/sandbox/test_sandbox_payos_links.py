"""payOS's merchant API at the running sandbox: making, reading and cancelling payment links."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox_hook import Hook
from sandbox_merchant import call
from sandbox_payos import Channel, object_signature
from sandbox_process import Process

from sandbox.vietqr.emvco import TransferOrder, read


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.stop()


@pytest.fixture
def channel(sandbox_process: Process, hook: Hook) -> Channel:
    """A merchant with a fresh channel in an otherwise empty sandbox."""
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    channel = Channel(sandbox_process.base)
    assert channel.register(hook.url).status == 201
    return channel


def test_the_tests_own_signing_agrees_with_the_vendors_vectors() -> None:
    document = json.loads((Path(__file__).parents[2] / "vectors" / "payos.json").read_text(encoding="utf-8"))
    [vector] = [one for one in document["vectors"] if one["name"] == "obj_get_response_transactions"]
    assert object_signature(document["checksum_key"], vector["input"]) == vector["expected_signature"]


def test_a_link_is_made_with_all_that_a_payer_needs(channel: Channel) -> None:
    answer = channel.create(orderCode=9007199254740991, expiredAt=2_000_000_000)
    assert answer.status == 200
    assert channel.is_signed(answer.json)
    data = answer.json["data"]
    assert (data["orderCode"], data["amount"], data["status"]) == (9007199254740991, 100_000, "PENDING")
    assert (data["currency"], data["description"], data["expiredAt"]) == ("VND", "DH 100001", 2_000_000_000)
    assert data["checkoutUrl"] == f"{channel.base}/payos/web/{data['paymentLinkId']}"
    assert len(data["paymentLinkId"]) == 32
    assert read(data["qrCode"]) == TransferOrder(data["bin"], data["accountNumber"], 100_000, "DH 100001")


def test_a_link_is_found_by_its_order_code_and_by_its_id(channel: Channel) -> None:
    made = channel.link()
    by_code, by_id = channel.look(made["orderCode"]), channel.look(made["paymentLinkId"])
    assert by_code == by_id
    assert (by_code["id"], by_code["status"], by_code["transactions"]) == (made["paymentLinkId"], "PENDING", [])
    assert (by_code["amountPaid"], by_code["amountRemaining"]) == (0, 100_000)
    assert by_code["createdAt"].endswith("+07:00")


def test_what_belongs_to_another_channel_is_not_found(channel: Channel) -> None:
    made = channel.link()
    other = Channel(channel.base)
    other.client_id = "someone else"
    assert other.register().status == 201
    for name in (made["orderCode"], made["paymentLinkId"], 1):
        assert other.api("GET", f"/v2/payment-requests/{name}").json["code"] == "101"


def test_the_same_order_code_is_refused_with_231_and_makes_no_second_link(channel: Channel) -> None:
    made = channel.link()
    again = channel.create(orderCode=made["orderCode"])
    assert (again.status, again.json["code"]) == (200, "231")
    assert "data" not in again.json
    assert channel.payment(made["orderCode"])["orders_made"] == 1


REFUSED = {
    "text in place of the order code": ({"orderCode": "123"}, "20"),
    "an order code of nothing": ({"orderCode": 0}, "20"),
    "an order code past 2^53": ({"orderCode": 2**53}, "20"),
    "no order code": ({"orderCode": None}, "20"),
    "true as an amount": ({"amount": True}, "20"),
    "a decimal amount": ({"amount": 100000.0}, "20"),
    "no amount": ({"amount": None}, "20"),
    "a negative amount": ({"amount": -1}, "20"),
    "a memo of 26": ({"description": "x" * 26}, "20"),
    "an empty memo": ({"description": ""}, "20"),
    "a return address that is none": ({"returnUrl": "javascript:alert(1)"}, "20"),
    "no cancel address": ({"cancelUrl": None}, "20"),
    "an expiry in milliseconds": ({"expiredAt": 2_000_000_000_000}, "20"),
    "an expiry that is over": ({"expiredAt": 1_000_000_000}, "20"),
    "an item without a price": ({"items": [{"name": "Trà", "quantity": 1}]}, "20"),
    "a tax that there is none of": ({"invoice": {"taxPercentage": 8}}, "20"),
    "a number as the buyer's name": ({"buyerName": 1}, "20"),
}


@pytest.mark.parametrize(("changes", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_request_is_refused(channel: Channel, changes: dict[str, object], code: str) -> None:
    answer = channel.create(**changes)
    assert (answer.status, answer.json["code"]) == (200, code)


def test_an_order_code_with_a_decimal_point_breaks_the_server(channel: Channel) -> None:
    assert channel.create(orderCode=100001.0).status == 500


def test_what_may_be_given_besides_is_taken(channel: Channel) -> None:
    items = [{"name": "Cà phê", "quantity": 2, "price": 50_000, "unit": "gói", "taxPercentage": 10}]
    buyer = {"buyerName": "Nguyễn Thị Ánh", "buyerEmail": "anh@example.com", "buyerPhone": "0900000000", "buyerAddress": "Huế"}
    assert channel.create(items=items, invoice={"buyerNotGetInvoice": True, "taxPercentage": -2}, **buyer).json["code"] == "00"


def test_a_wrong_signature_is_refused_with_201(channel: Channel) -> None:
    body = channel.signed(channel.body())
    for changed in (body | {"amount": 100_001}, body | {"signature": "0" * 64}, channel.body()):
        assert channel.api("POST", "/v2/payment-requests", changed).json["code"] == "201"


def test_the_doors_of_the_channel(channel: Channel, hook: Hook) -> None:
    body = channel.signed(channel.body())
    missing = channel.api("POST", "/v2/payment-requests", body, **{"x-api-key": ""})
    assert (missing.status, missing.json["code"]) == (401, "401")
    assert channel.api("POST", "/v2/payment-requests", body, **{"x-api-key": "wrong"}).status == 401
    assert channel.api("POST", "/v2/payment-requests", body, **{"x-client-id": "nobody"}).json["code"] == "214"
    channel.register(hook.url, options={"active": False})
    assert channel.api("POST", "/v2/payment-requests", body).json["code"] == "214"


def test_a_channel_whose_account_is_not_linked_has_nine_letters_and_its_own_code_before_them(channel: Channel) -> None:
    channel.register(options={"linked": False})
    assert channel.create(description="DH 1000001").json["code"] == "20"
    memo = channel.link(description="DH 100001")["description"]
    assert memo.startswith("CS")
    assert memo.endswith(" DH 100001")
    assert len(memo) <= 25


@pytest.mark.parametrize("body", [None, {}, {"cancellationReason": "Đổi ý"}], ids=["no body", "empty", "reason"])
def test_an_open_link_is_cancelled_without_a_signature(channel: Channel, hook: Hook, body: dict[str, str] | None) -> None:
    made = channel.link()
    answer = channel.api("POST", f"/v2/payment-requests/{made['orderCode']}/cancel", body)
    assert answer.json["data"]["status"] == "CANCELLED"
    assert answer.json["data"]["cancellationReason"] == (body or {}).get("cancellationReason")
    assert channel.is_signed(answer.json)
    assert channel.look(made["paymentLinkId"])["canceledAt"].endswith("+07:00")
    assert hook.posts == []


def test_a_signed_cancel_must_be_signed_rightly(channel: Channel) -> None:
    path = f"/v2/payment-requests/{channel.link()['paymentLinkId']}/cancel"
    reason = {"cancellationReason": "hết hàng"}
    assert channel.api("POST", path, reason | {"signature": "0" * 64}).json["code"] == "201"
    signature = object_signature(channel.checksum_key, reason)
    assert channel.api("POST", path, reason | {"signature": signature}).json["code"] == "00"


def test_only_a_link_without_money_can_be_cancelled(channel: Channel) -> None:
    made = channel.link()
    channel.pay(made["orderCode"], amount=1_000)
    assert channel.api("POST", f"/v2/payment-requests/{made['orderCode']}/cancel").json["code"] == "20"


def test_a_link_expires_and_tells_nobody(channel: Channel, hook: Hook) -> None:
    made = channel.link(expiredAt=int(time.time()) + 60)
    call("POST", f"{channel.base}/_control/clock", {"offset_seconds": 61})
    assert channel.look(made["orderCode"])["status"] == "EXPIRED"
    assert hook.posts == []


def test_every_state_has_payos_own_word(channel: Channel) -> None:
    ways = {"cancel": "CANCELLED", "expire": "EXPIRED", "fail": "FAILED", "pending": "PROCESSING", "paid": "PAID"}
    for outcome, status in ways.items():
        made = channel.link()
        channel.pay(made["orderCode"], outcome=outcome)
        assert channel.look(made["orderCode"])["status"] == status


@pytest.mark.parametrize("mode", ["500", "garbage", "drop", "lost"])
def test_a_fault_at_create_leaves_a_link_or_none(channel: Channel, mode: str) -> None:
    body = channel.signed(channel.body())
    channel.control("faults", target="create", mode=mode)
    try:
        answer = channel.api("POST", "/v2/payment-requests", body)
        assert "paymentLinkId" not in answer.text
    except (ConnectionError, OSError):
        assert mode in {"drop", "lost"}
    code = channel.api("POST", "/v2/payment-requests", body).json["code"]
    assert code == ("231" if mode == "lost" else "00")
    assert channel.payment(body["orderCode"])["orders_made"] == 1


def test_faults_that_answer(channel: Channel) -> None:
    made = channel.link()
    channel.control("faults", target="query", mode="code", code="429")
    assert channel.api("GET", f"/v2/payment-requests/{made['orderCode']}").status == 429
    channel.control("faults", target="query", mode="tampered")
    answer = channel.api("GET", f"/v2/payment-requests/{made['orderCode']}").json
    assert answer["data"]["amount"] == 101_000
    assert not channel.is_signed(answer)
    channel.control("faults", target="cancel", mode="code", code="20")
    assert channel.api("POST", f"/v2/payment-requests/{made['orderCode']}/cancel").json["code"] == "20"
