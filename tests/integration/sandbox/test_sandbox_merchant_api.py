"""querydr and refund of the running sandbox, with their codes and faults."""

import http.client
import time
from typing import Any

import pytest
from sandbox_merchant import Merchant, call
from sandbox_process import wait_until


@pytest.fixture
def paid(merchant: Merchant, control) -> Any:
    return control("pay", payment_url=merchant.url(), outcome="pay").json


def code(answer: Any) -> str:
    return answer.json["vnp_ResponseCode"]


def test_querydr_shows_a_paid_payment_signed(merchant: Merchant, paid) -> None:
    answer = merchant.ask(paid).json
    assert merchant.answer_is_signed(answer)
    assert answer["vnp_ResponseCode"] == answer["vnp_TransactionStatus"] == "00"
    assert (answer["vnp_TransactionType"], answer["vnp_Amount"]) == ("01", "10000000")
    assert answer["vnp_TransactionNo"] == paid["transaction_no"]


def test_querydr_shows_an_open_payment_as_not_finished_and_then_as_failed(merchant: Merchant) -> None:
    call("GET", merchant.url(vnp_TxnRef="WAIT1"))
    payment = merchant.payment("WAIT1")
    assert merchant.ask(payment).json["vnp_TransactionStatus"] == "01"
    call("POST", f"{merchant.base}/_control/clock", {"offset_seconds": 1000})
    assert merchant.ask(payment).json["vnp_TransactionStatus"] == "02"


def test_querydr_does_not_find_what_was_never_opened_or_has_another_date(merchant: Merchant, paid) -> None:
    assert code(merchant.ask(paid, vnp_TxnRef="NOBODY")) == "91"
    assert code(merchant.ask(paid, vnp_TransactionDate=str(int(paid["create_date"]) - 1))) == "91"
    assert code(merchant.ask(paid, vnp_TransactionNo="12345")) == "91"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"vnp_SecureHash": "0" * 128}, "97"),
        ({"vnp_TmnCode": "NOBODY01"}, "02"),
        ({"vnp_TransactionDate": "yesterday"}, "03"),
        ({"vnp_RequestId": "r" * 33}, "03"),
        ({"vnp_IpAddr": None}, "03"),
        ({"vnp_Version": "2.0.0"}, "03"),
        ({"vnp_Command": "void"}, "03"),
    ],
)
def test_querydr_and_refund_refuse_bad_requests(merchant: Merchant, paid, changes: dict[str, Any], expected: str) -> None:
    assert code(merchant.ask(paid, **changes)) == expected
    assert code(merchant.refund(paid, 10_000, **changes)) == expected


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '{"vnp_Command": {"a": 1}}'])
def test_what_is_no_request_is_code_03(merchant: Merchant, body: str) -> None:
    assert code(call("POST", f"{merchant.base}/vnpay/merchant_webapi/api/transaction", body.encode())) == "03"


def test_a_repeated_query_is_code_94(merchant: Merchant, paid, control) -> None:
    assert code(merchant.ask(paid, vnp_RequestId="same")) == "00"
    assert code(merchant.ask(paid, vnp_RequestId="same")) == "94"
    control("settings", query_window=300)
    assert code(merchant.ask(paid)) == "94"


def test_a_refund_is_in_work_and_then_sent_to_the_bank(merchant: Merchant, paid, control) -> None:
    control("settings", refund_delay=0.2)
    answer = merchant.refund(paid, 100_000, "02").json
    assert merchant.answer_is_signed(answer)
    assert (answer["vnp_ResponseCode"], answer["vnp_TransactionStatus"]) == ("00", "05")
    assert answer["vnp_TransactionNo"] != paid["transaction_no"]
    assert code(merchant.refund(paid, 100_000, "02")) == "94"
    wait_until(lambda: merchant.ask(paid).json["vnp_TransactionStatus"] == "06")
    shown = merchant.ask(paid, vnp_TransactionNo=answer["vnp_TransactionNo"]).json
    assert (shown["vnp_TransactionType"], shown["vnp_Amount"]) == ("02", "10000000")


def test_a_script_decides_how_a_refund_ends(merchant: Merchant, paid, control) -> None:
    control("settings", refund_delay=600)
    number = merchant.refund(paid, 100_000, "02").json["vnp_TransactionNo"]
    assert control(f"refunds/{number}", status="09").status == 200
    assert merchant.ask(paid).json["vnp_TransactionStatus"] == "09"
    assert code(merchant.refund(paid, 100_000, "02")) == "00"


def test_refunds_together_never_exceed_the_payment(merchant: Merchant, paid, control) -> None:
    control("settings", refund_delay=0)
    assert code(merchant.refund(paid, 60_000)) == "00"
    assert code(merchant.refund(paid, 40_001)) == "02"
    assert code(merchant.refund(paid, 100_000, "02")) == "04"
    assert code(merchant.refund(paid, 100_001)) == "93"
    assert code(merchant.refund(paid, 0)) == "93"
    assert code(merchant.refund(paid, 40_000)) == "00"
    assert code(merchant.refund(paid, 1)) == "02"


def test_a_refund_with_the_same_request_id_is_not_made_twice(merchant: Merchant, paid, control) -> None:
    control("settings", refund_delay=0)
    assert code(merchant.refund(paid, 10_000, vnp_RequestId="once")) == "00"
    assert code(merchant.refund(paid, 10_000, vnp_RequestId="once")) == "94"
    assert len(merchant.payment(paid["txn_ref"])["refunds"]) == 1


def test_what_was_not_paid_is_not_refunded(merchant: Merchant, control) -> None:
    failed = control("pay", payment_url=merchant.url(), outcome="fail").json
    assert code(merchant.refund(failed, 10_000)) == "95"


def test_money_under_suspicion_can_be_given_back(merchant: Merchant, control) -> None:
    held = control("pay", payment_url=merchant.url(), outcome="suspicious").json
    assert code(merchant.refund(held, 100_000, "02")) == "00"


def test_faults_of_the_merchant_api(merchant: Merchant, paid, control) -> None:
    control("faults", target="querydr", mode="500")
    assert merchant.ask(paid).status == 500
    control("faults", target="querydr", mode="garbage")
    assert "garbage" in merchant.ask(paid).text
    control("faults", target="querydr", mode="slow", seconds=0.3)
    started = time.monotonic()
    assert code(merchant.ask(paid)) == "00"
    assert time.monotonic() - started >= 0.3
    control("faults", target="refund", mode="code", code="99")
    assert code(merchant.refund(paid, 10_000)) == "99"
    assert code(merchant.ask(paid)) == "00"


@pytest.mark.parametrize(("mode", "refunds"), [("drop", 0), ("lost", 1)])
def test_a_lost_connection_before_and_after_the_work(merchant: Merchant, paid, control, mode: str, refunds: int) -> None:
    control("faults", target="refund", mode=mode)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        merchant.refund(paid, 10_000)
    assert len(merchant.payment(paid["txn_ref"])["refunds"]) == refunds


def test_the_page_can_be_out_of_order(merchant: Merchant, control) -> None:
    control("faults", target="page", mode="500", times=2)
    url = merchant.url()
    assert [call("GET", url).status for _ in range(3)] == [500, 500, 302]


def test_bad_control_calls_are_explained(merchant: Merchant, control) -> None:
    assert control("pay", outcome="maybe").status == 400
    assert control("pay", txn_ref="NOBODY", outcome="pay").status == 404
    assert control("terminals", tmn_code="SHORT", hash_secret="x").status == 400
    assert control("settings", ipn_intervall=1).status == 400
    assert control("sign", tmn_code="NOBODY01", fields={}).status == 404


def test_sign_gives_the_query_vnpay_would_send(merchant: Merchant, control) -> None:
    signed = control("sign", tmn_code=merchant.tmn_code, fields={"vnp_TxnRef": "A 1", "vnp_Amount": 500, "x": "y"}).json
    assert merchant.is_signed(signed["query"].replace("&x=y", ""))
