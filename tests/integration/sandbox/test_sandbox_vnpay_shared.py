"""VNPay by the control words that all providers share; its own older names stay beside them."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sandbox_merchant import Merchant, call, vietnam_now
from sandbox_process import wait_until


def told(receiver: Any) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(path).query)) for _, path, _ in receiver.requests]


def test_an_account_is_a_terminal(merchant: Merchant, receiver: Any, control: Any) -> None:
    account = {"tmn_code": merchant.tmn_code, "hash_secret": merchant.secret, "notify_url": receiver.url, "options": {}}
    made = control("accounts", **account)
    assert (made.status, made.json["notify_url"], "hash_secret" in made.json) == (201, receiver.url, False)
    assert control("pay", payment_url=merchant.url(), outcome="paid").json["state"] == "paid"
    assert len(receiver.requests) == 1


def test_a_payment_shows_the_shared_names_beside_its_own(merchant: Merchant, control: Any) -> None:
    call("GET", merchant.url(vnp_TxnRef="SHARED1"))
    opened = merchant.payment("SHARED1")
    assert (opened["state"], opened["received"], opened["orders_made"], opened["return_url"]) == ("open", 0, 1, None)
    paid = control("pay", reference="SHARED1", outcome="paid").json
    assert (paid["reference"], paid["amount"], paid["received"]) == ("SHARED1", 100_000, 100_000)
    assert (paid["transfers"], paid["session_id"], paid["method"]) == ([], "", "ATM")
    assert (paid["notices"][0]["status"], paid["notices"][0]["acknowledged"]) == (200, True)
    assert (paid["txn_ref"], len(paid["ipn"])) == ("SHARED1", 1)
    listed = call("GET", f"{merchant.base}/_control/vnpay/payments").json["payments"]
    assert listed == [merchant.payment("SHARED1")]


def test_an_order_of_the_same_reference_on_another_day_is_counted(merchant: Merchant) -> None:
    call("GET", merchant.url(vnp_TxnRef="TWICE1"))
    call("GET", merchant.url(vnp_TxnRef="TWICE1"))
    assert merchant.payment("TWICE1")["orders_made"] == 1
    call("POST", f"{merchant.base}/_control/clock", {"offset_seconds": 86_400})
    tomorrow: dict[str, str | None] = {"vnp_CreateDate": vietnam_now(1_440), "vnp_ExpireDate": vietnam_now(1_455)}
    call("GET", merchant.url(vnp_TxnRef="TWICE1", **tomorrow))
    assert merchant.payment("TWICE1")["orders_made"] == 2


@pytest.mark.parametrize(
    ("outcome", "code", "state"),
    [("paid", "00", "paid"), ("fail", "51", "failed"), ("cancel", "24", "cancelled"), ("expire", "11", "failed")],
)
def test_the_shared_outcomes_end_a_payment(merchant: Merchant, control: Any, outcome: str, code: str, state: str) -> None:
    paid = control("pay", payment_url=merchant.url(), outcome=outcome).json
    assert (paid["state"], paid["code"]) == (state, code)


@pytest.mark.parametrize("asked", [{"outcome": "notice_twice"}, {"outcome": "paid", "notice": "twice"}])
def test_the_shared_names_of_notices(merchant: Merchant, receiver: Any, control: Any, asked: dict[str, str]) -> None:
    control("pay", payment_url=merchant.url(), **asked)
    receiver.wait_for(2)
    assert control("pay", payment_url=merchant.url(), outcome="paid", notice="none").json["notices"] == []
    slow = control("pay", payment_url=merchant.url(), outcome="slow_notice", wait_notice=False).json
    assert (slow["state"], slow["notices"]) == ("paid", [])


@pytest.mark.parametrize(("answer", "code", "status"), [("paid", "00", "00"), ("fail", "51", "02")])
def test_a_pending_payment_waits_for_a_script_even_past_its_deadline(
    merchant: Merchant, receiver: Any, control: Any, answer: str, code: str, status: str
) -> None:
    held = control("pay", payment_url=merchant.url(), outcome="pending").json
    assert (held["state"], held["return_url"], receiver.requests) == ("processing", None, [])
    call("POST", f"{merchant.base}/_control/clock", {"offset_seconds": 90_000})
    ended = control("pay", reference=held["reference"], outcome=answer).json
    assert (ended["response_code"], ended["transaction_status"]) == (code, status)
    assert told(receiver)[0]["vnp_ResponseCode"] == code
    assert control("pay", reference=held["reference"], outcome="paid").json["error_code"] == "01"


def test_a_notice_is_sent_and_fields_are_signed_by_the_shared_names(merchant: Merchant, receiver: Any, control: Any) -> None:
    call("GET", merchant.url(vnp_TxnRef="NOTE1"))
    sent = control("notify", reference="NOTE1", overrides={"vnp_Amount": "1"}, times=3, concurrently=True).json
    assert (sent["reference"], [one["status"] for one in sent["answers"]]) == ("NOTE1", [200] * 3)
    assert [one["vnp_Amount"] for one in told(receiver)] == ["1"] * 3
    signed = control("sign", tmn_code=merchant.tmn_code, data={"vnp_Amount": 5}).json
    assert merchant.is_signed(signed["query"])


def test_a_refund_of_the_portal_is_shown_by_querydr(merchant: Merchant, control: Any) -> None:
    control("settings", refund_delay=0)
    paid = control("pay", payment_url=merchant.url(), outcome="paid").json
    made = control("portal_refunds", reference=paid["reference"], amount=30_000)
    assert (made.status, made.json["source"], made.json["state"]) == (201, "portal", "completed")
    shown = merchant.ask(paid).json
    assert merchant.answer_is_signed(shown)
    assert (shown["vnp_TransactionType"], shown["vnp_Amount"], shown["vnp_TransactionStatus"]) == ("03", "3000000", "06")
    assert shown["vnp_TransactionNo"] == made.json["refund_no"]
    assert control("portal_refunds", reference=paid["reference"], amount=70_001).status == 400
    assert merchant.refund(paid, 70_001).json["vnp_ResponseCode"] == "02"
    assert merchant.refund(paid, 70_000).json["vnp_ResponseCode"] == "00"
    sources = [(one["source"], one["reference"]) for one in merchant.payment(paid["reference"])["refunds"]]
    assert [source for source, _ in sources] == ["portal", "api"]
    assert sources[0][1] == ""


def test_a_whole_refund_of_the_portal_is_a_full_one(merchant: Merchant, control: Any) -> None:
    paid = control("pay", payment_url=merchant.url(), outcome="paid").json
    control("portal_refunds", reference=paid["reference"], amount=100_000)
    assert merchant.ask(paid).json["vnp_TransactionType"] == "02"
    unpaid = control("pay", payment_url=merchant.url(), outcome="fail").json
    assert control("portal_refunds", reference=unpaid["reference"], amount=1).status == 400


def test_a_refund_is_put_into_a_shared_state(merchant: Merchant, control: Any) -> None:
    control("settings", refund_delay=60)
    paid = control("pay", payment_url=merchant.url(), outcome="paid").json
    number = merchant.refund(paid, 40_000).json["vnp_TransactionNo"]
    assert merchant.payment(paid["reference"])["refunds"][0]["state"] == "processing"
    for state, status in (("failed", "09"), ("completed", "06"), ("processing", "05")):
        done = control(f"refunds/{number}", state=state).json
        assert (done["state"], done["status"]) == (state, status)
    assert control(f"refunds/{number}", state="gone").status == 400


def test_shared_targets_settings_and_tampering(merchant: Merchant, receiver: Any, control: Any) -> None:
    settings = control("settings", notice_intervals=[0.05, 0.05], notice_timeout=3).json
    assert (settings["ipn_interval"], settings["ipn_calls"], settings["ipn_timeout"]) == (0.05, 3, 3)
    assert control("settings", notice_intervals=[1, 2]).status == 400
    control("faults", target="notice", mode="tampered")
    receiver.answers = ["04"]
    paid = control("pay", payment_url=merchant.url(), outcome="paid").json
    receiver.wait_for(2)
    assert [one["vnp_Amount"] for one in told(receiver)] == ["10100000", "10000000"]
    control("faults", target="query", mode="tampered")
    spoilt = merchant.ask(paid).json
    assert (spoilt["vnp_Amount"], merchant.answer_is_signed(spoilt)) == ("10100000", False)
    control("faults", target="refund", mode="tampered")
    assert not merchant.answer_is_signed(merchant.refund(paid, 40_000).json)
    wait_until(lambda: len(merchant.payment(paid["reference"])["notices"]) == 2)
