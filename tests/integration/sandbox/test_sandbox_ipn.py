"""VNPay's own IPN rule: until 00 or 02, at most ten calls, an interval apart."""

import json
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from sandbox_merchant import Merchant, call
from sandbox_process import Process, wait_until


def test_it_calls_again_until_the_result_is_stored(merchant: Merchant, receiver, control) -> None:
    receiver.answers = ["99", "97", "<html>", "01", "04", "02"]
    paid = control("pay", payment_url=merchant.url(), outcome="pay").json
    assert [one["rsp_code"] for one in paid["ipn"]] == ["99"]
    receiver.wait_for(6)
    time.sleep(0.5)
    tries = merchant.payment(paid["txn_ref"])["ipn"]
    assert [one["rsp_code"] for one in tries] == ["99", "97", None, "01", "04", "02"]
    assert len({path for _, path, _ in receiver.requests}) == 1


def test_it_gives_up_after_ten_calls(merchant: Merchant, receiver, control) -> None:
    control("settings", ipn_interval=0.02)
    receiver.answers = ["99"] * 20
    paid = control("pay", payment_url=merchant.url(), outcome="fail").json
    receiver.wait_for(10)
    time.sleep(0.3)
    assert len(receiver.requests) == 10
    assert merchant.payment(paid["txn_ref"])["ipn_pending"] is False


def test_the_interval_lies_between_two_calls(merchant: Merchant, receiver, control) -> None:
    receiver.answers = ["99"]
    started = time.monotonic()
    control("pay", payment_url=merchant.url(), outcome="pay")
    receiver.wait_for(2)
    assert time.monotonic() - started >= 0.2


def test_a_timeout_is_a_failure(merchant: Merchant, receiver, control) -> None:
    control("settings", ipn_timeout=0.1, ipn_interval=60)
    receiver.delay = 0.4
    paid = control("pay", payment_url=merchant.url(), outcome="pay").json
    assert (paid["ipn"][0]["status"], paid["ipn"][0]["error"]) == (None, "timeout")
    assert paid["ipn_pending"] is True


def test_no_ipn_at_all(merchant: Merchant, receiver, control) -> None:
    assert control("pay", payment_url=merchant.url(), outcome="pay", ipn="none").json["ipn"] == []
    assert receiver.requests == []


def test_twice(merchant: Merchant, receiver, control) -> None:
    receiver.answers = ["00", "02"]
    tries = control("pay", payment_url=merchant.url(), outcome="pay", ipn="twice").json["ipn"]
    assert [one["rsp_code"] for one in tries] == ["00", "02"]


def test_the_return_comes_first(merchant: Merchant, receiver, control) -> None:
    assert control("pay", payment_url=merchant.url(), outcome="pay", ipn="after_return").json["ipn"] == []
    assert receiver.requests == []
    receiver.wait_for(1)


def test_a_bad_signature(merchant: Merchant, receiver, control) -> None:
    control("pay", payment_url=merchant.url(), outcome="pay", ipn="bad_signature")
    assert not merchant.is_signed(urlsplit(receiver.requests[0][1]).query)


def test_a_wrong_amount_is_signed_rightly(merchant: Merchant, receiver, control) -> None:
    control("pay", payment_url=merchant.url(), outcome="pay", ipn="wrong_amount")
    query = urlsplit(receiver.requests[0][1]).query
    assert merchant.is_signed(query)
    assert dict(parse_qsl(query))["vnp_Amount"] == "10100000"


@pytest.mark.parametrize("method", ["GET", "POST_FORM", "POST_JSON"])
def test_a_script_sends_it_by_any_method(merchant: Merchant, receiver, control, method: str) -> None:
    paid = control("pay", payment_url=merchant.url(), outcome="pay", ipn="none").json
    overrides = {"vnp_ResponseCode": "99", "vnp_BankTranNo": None}
    sent = control("ipn", txn_ref=paid["txn_ref"], overrides=overrides, method=method).json
    assert [one["rsp_code"] for one in sent["answers"]] == ["00"]
    [(verb, path, body)] = receiver.requests
    assert verb == method[: len(verb)]
    fields = json.loads(body) if method == "POST_JSON" else dict(parse_qsl(body or urlsplit(path).query))
    assert fields["vnp_ResponseCode"] == "99"
    assert "vnp_BankTranNo" not in fields
    if method != "POST_JSON":
        assert merchant.is_signed(body or urlsplit(path).query)


def test_a_script_sends_sixteen_at_once(merchant: Merchant, receiver, control) -> None:
    paid = control("pay", payment_url=merchant.url(), outcome="pay", ipn="none").json
    receiver.delay = 0.3
    started = time.monotonic()
    sent = control("ipn", txn_ref=paid["txn_ref"], times=16, concurrently=True).json
    assert len(sent["answers"]) == len(receiver.requests) == 16
    assert time.monotonic() - started < 2


def test_an_ipn_for_a_payment_still_open_is_a_success_without_settling(merchant: Merchant, receiver, control) -> None:
    call("GET", merchant.url(vnp_TxnRef="OPEN1"))
    control("ipn", txn_ref="OPEN1")
    assert "vnp_ResponseCode=00" in receiver.requests[0][1]
    assert merchant.payment("OPEN1")["state"] == "open"


@pytest.mark.parametrize(("mode", "delivered"), [("drop", 1), ("500", 2), ("lost", 2), ("slow", 1), ("garbage", 2)])
def test_faults_of_the_way(merchant: Merchant, receiver, control, mode: str, delivered: int) -> None:
    control("faults", target="ipn", mode=mode, seconds=0.1)
    control("pay", payment_url=merchant.url(), outcome="pay")
    if mode == "garbage":
        assert not merchant.is_signed(urlsplit(receiver.requests[0][1]).query)
        return
    receiver.wait_for(delivered)


def test_terminals_payments_and_open_deliveries_survive_a_restart(tmp_path: Path, receiver) -> None:
    environment = {"SANDBOX_PORT": "0", "SANDBOX_STATE": str(tmp_path / "state.json")}
    first = Process("sandbox", SANDBOX_VNPAY_IPN_INTERVAL="1", **environment)
    merchant = Merchant(first.base)
    merchant.register(receiver.url)
    receiver.answers = ["99"]
    pay = {"payment_url": merchant.url(vnp_TxnRef="KEEP1"), "outcome": "pay"}
    before = call("POST", f"{first.base}/_control/vnpay/pay", pay).json
    assert first.stop() == 0
    second = Process("sandbox", **environment)
    merchant = Merchant(second.base)
    receiver.wait_for(2)
    wait_until(lambda: not merchant.payment("KEEP1")["ipn_pending"])
    assert merchant.payment("KEEP1")["transaction_no"] == before["transaction_no"]
    assert second.stop() == 0
