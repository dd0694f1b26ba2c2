"""MoMo's API at the running sandbox: what it takes, what it refuses, and in whose words."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sandbox_merchant import call
from sandbox_momo import MADE, Partner
from sandbox_process import Process

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "momo.json").read_text(encoding="utf-8"))


@pytest.fixture
def partner(sandbox_process: Process) -> Partner:
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    partner = Partner(sandbox_process.base)
    assert partner.register().status == 201
    return partner


@pytest.mark.parametrize("request_type", ["captureWallet", "payWithATM", "payWithMethod", "payWithVTS"])
def test_an_order_is_made_and_its_answer_signed(partner: Partner, request_type: str) -> None:
    made = partner.order(requestType=request_type)
    assert made["signature"] == partner.hash(MADE, made)
    assert made["payUrl"].startswith(f"{partner.base}/momo/pay/")
    assert {"deeplink", "qrCodeUrl", "deeplinkMiniApp", "message", "responseTime"} <= made.keys()
    assert (made["amount"], made["message"]) == (100_000, "Thành công.")
    shown = partner.payment(made["orderId"])
    assert (shown["state"], shown["amount"], shown["method"], shown["orders_made"]) == ("open", 100_000, request_type, 1)


def test_an_international_card_needs_the_payers_email(partner: Partner) -> None:
    assert partner.create(requestType="payWithCC").json["subErrors"] == [{"field": "userInfo.email", "message": "missing"}]
    assert partner.order(requestType="payWithCC", userInfo={"email": "an@example.vn"})["resultCode"] == 0


def test_the_bodies_of_the_official_samples_are_taken(partner: Partner) -> None:
    keys = VECTORS["made_up_credentials"]
    account = {"partner_code": keys["partnerCode"], "access_key": keys["accessKey"], "secret_key": keys["secretKey"]}
    assert partner.control("accounts", **account).status == 201
    bodies = [one["request_body"] for one in VECTORS["vectors"] if one["kind"] == "create"]
    for body in bodies:
        more = {"userInfo": {"email": "an@example.vn"}} if body["requestType"] == "payWithCC" else {}
        answer = call("POST", f"{partner.base}/momo/v2/gateway/api/create", body | more)
        assert answer.json["resultCode"] == 0, answer.text
    assert len(bodies) == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("requestId", "r" * 51),
        ("orderId", "-starts-with-a-dash"),
        ("orderId", "a:b"),
        ("amount", 100_000.5),
        ("amount", True),
        ("amount", "1e5"),
        ("orderInfo", ""),
        ("orderInfo", "i" * 256),
        ("redirectUrl", "/relative"),
        ("ipnUrl", "http://127.0.0.1/có-dấu"),
        ("ipnUrl", "http://127.0.0.1/a space"),
        ("extraData", "not base64!"),
        ("extraData", "WzFd"),  # an array
        ("requestType", "captureMoMoWallet"),
        ("lang", "vn"),
        ("autoCapture", "false"),
        ("items", [{}] * 51),
    ],
)
def test_a_field_out_of_form_is_refused_by_name(partner: Partner, field: str, value: Any) -> None:
    answer = partner.create(**{field: value})
    assert (answer.status, answer.json["resultCode"]) == (400, 20)
    assert [one["field"] for one in answer.json["subErrors"]] == [field]


@pytest.mark.parametrize(
    "field",
    ["partnerCode", "requestId", "amount", "orderId", "orderInfo", "redirectUrl", "ipnUrl", "requestType", "extraData", "lang"],
)
def test_a_missing_field_is_refused_by_name(partner: Partner, field: str) -> None:
    answer = partner.create(**{field: None})
    assert (answer.status, answer.json["resultCode"]) == (400, 20)
    assert answer.json["subErrors"] == [{"field": field, "message": "missing"}]


def test_a_wrong_signature_shows_the_string_momo_expected_without_the_key(partner: Partner) -> None:
    answer = partner.create(signature="0" * 64)
    assert (answer.status, answer.json["resultCode"]) == (400, 13)
    [told] = answer.json["subErrors"]
    assert told["field"] == "signature"
    assert "accessKey=*****&amount=100000&extraData=" in told["message"]
    assert partner.access_key not in answer.text
    partner.control("settings", bad_signature_code=20)
    assert partner.create(signature="0" * 64).json["resultCode"] == 20
    assert partner.create(partnerCode="SOMEBODY").json["resultCode"] == 13


@pytest.mark.parametrize(
    ("request_type", "amount", "code"),
    [
        ("captureWallet", 999, 22),
        ("captureWallet", 1_000, 0),
        ("captureWallet", 50_000_000, 0),
        ("captureWallet", 50_000_001, 22),
        ("payWithATM", 9_999, 22),
        ("payWithATM", 10_000, 0),
    ],
)
def test_the_limits_are_those_of_the_method(partner: Partner, request_type: str, amount: int, code: int) -> None:
    assert partner.create(requestType=request_type, amount=amount).json["resultCode"] == code


def test_a_repeated_order_id_is_refused_and_makes_no_second_order(partner: Partner) -> None:
    made = partner.order()
    answer = partner.create(orderId=made["orderId"])
    assert (answer.status, answer.json["resultCode"]) == (400, 41)
    assert partner.payment(made["orderId"])["orders_made"] == 1


def test_a_repeated_request_gets_the_same_answer_and_makes_no_second_order(partner: Partner) -> None:
    ids = partner.ids()
    first, second = partner.create(**ids), partner.create(**ids)
    assert first.json == second.json
    assert partner.payment(ids["orderId"])["orders_made"] == 1
    assert partner.create(**ids, amount=200_000).json["resultCode"] == 40


def test_a_repeat_after_an_answer_that_was_not_final_is_refused_with_40(partner: Partner) -> None:
    ids = partner.ids()
    partner.control("faults", target="create", mode="code", code="10")
    first = partner.create(**ids)
    assert (first.status, first.json["resultCode"]) == (503, 10)
    assert partner.create(**ids).json["resultCode"] == 40
    assert partner.ask(ids["orderId"]).json["resultCode"] == 42


def test_a_repeat_while_the_first_is_in_work_meets_422(partner: Partner) -> None:
    partner.control("settings", work_seconds=2.0)
    ids, answers = partner.ids(), []
    both = [threading.Thread(target=lambda: answers.append(partner.create(**ids))) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    met, made = sorted(answers, key=lambda answer: -answer.status)
    assert (met.status, met.json["resultCode"]) == (422, 7000)
    assert made.json["resultCode"] == 0
    assert partner.create(**ids).json == made.json
    assert partner.payment(ids["orderId"])["orders_made"] == 1


def test_a_query_tells_the_state(partner: Partner) -> None:
    made = partner.order()
    opened = partner.ask(made["orderId"])
    assert (opened.status, opened.json["resultCode"], opened.json["transId"]) == (200, 1000, 0)
    paid = partner.pay(made, outcome="paid")
    told = partner.ask(made["orderId"]).json
    assert (told["resultCode"], told["amount"], told["transId"]) == (0, 100_000, int(paid["transaction_no"]))
    assert (told["extraData"], told["refundTrans"]) == ("eyJ0ZW5hbnQiOiJTTS0wMSJ9", [])
    unknown = partner.ask("OD-nobody")
    assert (unknown.status, unknown.json["resultCode"]) == (400, 42)
    assert partner.ask(made["orderId"], signature="0" * 64).json["resultCode"] == 13


def test_a_link_whose_time_is_over_is_told_as_1005(partner: Partner) -> None:
    made = partner.order()
    call("POST", f"{partner.base}/_control/clock", {"offset_seconds": 901})
    assert partner.ask(made["orderId"]).json["resultCode"] == 1005
    assert partner.control("pay", payment_url=made["payUrl"], outcome="paid").json == {"error": "the payment is expired"}


def test_refunds_are_partial_and_never_pass_the_payment(partner: Partner) -> None:
    payment = partner.paid()
    ids = partner.ids()
    first = partner.refund(payment, 40_000, **ids).json
    assert (first["resultCode"], first["amount"]) == (0, 40_000)
    assert first["transId"] != int(payment["transaction_no"])
    assert partner.refund(payment, 40_000, **ids).json == first
    assert partner.refund(payment, 30_000, orderId=ids["orderId"]).json["resultCode"] == 41
    assert partner.refund(payment, 60_001).json["resultCode"] == 1081
    assert partner.refund(payment, 60_000).json["resultCode"] == 0
    assert partner.refund(payment, 1_000).json["resultCode"] == 1081
    told = partner.ask(payment["reference"]).json
    assert [one["amount"] for one in told["refundTrans"] if one["resultCode"] == 0] == [40_000, 60_000]
    assert (told["resultCode"], told["amount"]) == (0, 100_000)
    shown = partner.payment(payment["reference"])["refunds"]
    assert sum(one["amount"] for one in shown if one["state"] == "completed") == 100_000


def test_a_refund_is_refused_for_what_was_not_paid(partner: Partner) -> None:
    payment = partner.paid()
    assert partner.refund(payment, 10_000, transId=12345).json["resultCode"] == 42
    assert partner.refund(payment, 999).json["resultCode"] == 22
    assert partner.refund(payment, 10_000, orderId=payment["reference"]).json["resultCode"] == 41
    partner.register(options={"refundable": False})
    assert partner.refund(payment, 10_000).json["resultCode"] == 1088


def test_a_refund_in_work_is_asked_after(partner: Partner) -> None:
    partner.control("settings", refund_delay=60)
    payment, ids = partner.paid(), partner.ids()
    assert partner.refund(payment, 10_000, **ids).json["resultCode"] == 7002
    assert partner.ask_refund(ids["orderId"]).json["resultCode"] == 7002
    assert partner.ask_refund(ids["orderId"], requestId=ids["requestId"]).json["resultCode"] == 7002
    assert partner.refund(payment, 10_000, **ids).json["resultCode"] == 40
    assert partner.control(f"refunds/{ids['orderId']}", state="completed").status == 200
    told = partner.ask_refund(ids["orderId"]).json
    assert told["resultCode"] == 0
    assert [(one["orderId"], one["amount"]) for one in told["refundTrans"]] == [(ids["orderId"], 10_000)]
    assert partner.ask_refund("OD-nobody").json["resultCode"] == 42


@pytest.mark.parametrize("code", [1080, 1081, 1088, 99])
def test_a_refund_refused_on_order_is_on_the_books_as_failed(partner: Partner, code: int) -> None:
    payment, ids = partner.paid(), partner.ids()
    partner.control("faults", target="refund", mode="code", code=str(code))
    assert partner.refund(payment, 10_000, **ids).json["resultCode"] == code
    assert partner.ask_refund(ids["orderId"]).json["resultCode"] == code
    assert partner.refund(payment, 100_000).json["resultCode"] == 0


def test_a_refund_made_in_the_portal_is_seen_by_query(partner: Partner) -> None:
    payment = partner.paid()
    assert partner.control("portal_refunds", reference=payment["reference"], amount=100_001).status == 400
    assert partner.control("portal_refunds", reference=payment["reference"], amount=30_000).status == 201
    [told] = partner.ask(payment["reference"]).json["refundTrans"]
    assert (told["amount"], told["resultCode"], told["orderId"]) == (30_000, 0, "")
    assert partner.refund(payment, 70_001).json["resultCode"] == 1081


def test_held_money_is_captured_or_released(partner: Partner) -> None:
    for kind, state, code, received in (("capture", "paid", 0, 100_000), ("cancel", "cancelled", 1017, 0)):
        held = partner.paid(autoCapture=False)
        assert (held["state"], held["received"]) == ("held", 0)
        assert partner.ask(held["reference"]).json["resultCode"] == 9000
        assert partner.refund(held, 10_000).json["resultCode"] == 1088
        assert partner.confirm(held, kind, amount=99_999).json["resultCode"] == 22
        done = partner.confirm(held, kind).json
        assert (done["resultCode"], done["amount"], done["requestType"]) == (0, 100_000, kind)
        assert partner.confirm(held, kind).json["resultCode"] == 47
        assert partner.ask(held["reference"]).json["resultCode"] == code
        shown = partner.payment(held["reference"])
        assert (shown["state"], shown["received"]) == (state, received)


def test_what_is_not_held_can_not_be_confirmed(partner: Partner) -> None:
    assert partner.confirm(partner.paid(), "capture").json["resultCode"] == 47
    unknown = {"reference": "OD-nobody", "amount": 1_000}
    assert partner.confirm(unknown, "cancel").json["resultCode"] == 42


def test_links_and_signature_can_be_left_out_of_the_answer(partner: Partner) -> None:
    partner.register(options={"deeplinks": False})
    partner.control("settings", sign_create=False)
    assert not {"deeplink", "qrCodeUrl", "deeplinkMiniApp", "signature"} & partner.order().keys()


def test_faults_spoil_the_answer_but_not_the_books(partner: Partner) -> None:
    ids = partner.ids()
    partner.control("faults", target="create", mode="lost")
    with pytest.raises(OSError):  # noqa: PT011 - how a hang-up shows is the library's matter
        partner.create(**ids)
    assert partner.payment(ids["orderId"])["orders_made"] == 1
    assert partner.create(**ids).json["resultCode"] == 0
    partner.control("faults", target="create", mode="drop")
    gone = partner.ids()
    with pytest.raises(OSError):  # noqa: PT011
        partner.create(**gone)
    assert partner.payment(gone["orderId"]) == {"error": "no such payment"}
    partner.control("faults", target="create", mode="tampered")
    spoilt = partner.create().json
    assert spoilt["signature"] != partner.hash(MADE, spoilt)
    partner.control("faults", target="query", mode="tampered")
    assert partner.ask(ids["orderId"]).json["amount"] == 101_000
    partner.control("faults", target="query", mode="garbage")
    assert "garbage" in partner.ask(ids["orderId"]).text
    partner.control("faults", target="refund", mode="500")
    assert partner.refund(partner.paid(), 10_000).status == 500


def test_text_that_is_no_object_is_refused(partner: Partner) -> None:
    for text in ("", "[]", "{", "null"):
        answer = call("POST", f"{partner.base}/momo/v2/gateway/api/query", text.encode())
        assert (answer.status, answer.json["resultCode"]) == (400, 20)
