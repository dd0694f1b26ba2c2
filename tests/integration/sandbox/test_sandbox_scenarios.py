"""Every way a payment can go: by the page's drawer, by the control API, and by the amount."""

import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sandbox_merchant import Merchant, call
from sandbox_payer import Payer, code_of
from sandbox_process import Process, wait_until

CODES = ["09", "10", "11", "12", "13", "51", "65", "75", "79", "99"]
MAGIC = {int(code): code for code in CODES} | {7: "07", 24: "24"}
WAYS = {
    101: "late",
    102: "pay_twice",
    103: "ipn_twice",
    104: "wrong_amount",
    105: "bad_signature",
    106: "silent",
    107: "return_first",
    108: "slow_ipn",
    109: "slow_page",
    110: "server_error",
}


def ipns(receiver) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(path).query)) for _, path, _ in receiver.requests]


def sees_the_way(name: str, payer: Payer, receiver, press: Any) -> None:
    """Presses, and holds what came of it against the scenario's promise."""
    receiver.requests.clear()
    started = time.monotonic()
    answer = press()
    taken = time.monotonic() - started
    if name == "late":
        assert (payer.payment["state"], receiver.requests) == ("processing", [])
        call("POST", f"{payer.merchant.base}/_control/clock", {"offset_seconds": 901})
        wait_until(lambda: payer.payment["state"] == "paid")
        answer = payer.look()
        assert payer.payment["pay_date"] > payer.payment["expire_date"]
    assert answer.status == (500 if name == "server_error" else 303)
    if name != "server_error":
        assert code_of(answer) == "00"
    assert (taken >= 0.4) is (name == "slow_page")
    expected = {"silent": 0, "pay_twice": 2, "ipn_twice": 2}.get(name, 1)
    if name in {"silent", "return_first", "slow_ipn"}:
        assert receiver.requests == []
    receiver.wait_for(expected)
    told = ipns(receiver)[:expected]
    assert len({one["vnp_TransactionNo"] for one in told}) == (2 if name == "pay_twice" else min(expected, 1))
    signed = [payer.merchant.is_signed(urlsplit(path).query) for _, path, _ in receiver.requests[:expected]]
    assert all(signed) is (name != "bad_signature")
    amounts = {int(one["vnp_Amount"]) - payer.amount * 100 for one in told} - {0}
    assert amounts == ({100_000} if name == "wrong_amount" else set())


@pytest.mark.parametrize("name", WAYS.values())
def test_the_drawer_plays_every_way_by_one_click(merchant: Merchant, receiver, name: str) -> None:
    payer = Payer(merchant, f"DRAW-{name.replace('_', '-')}")
    assert f'name="outcome" value="{name}"' in payer.look().text
    sees_the_way(name, payer, receiver, lambda: payer.post(outcome=name))


@pytest.mark.parametrize(("ending", "name"), WAYS.items())
def test_the_amount_chooses_the_way_when_the_payer_pays(merchant: Merchant, receiver, ending: int, name: str) -> None:
    payer = Payer(merchant, f"MAGIC{ending}", amount=50_000 + ending)
    sees_the_way(name, payer, receiver, lambda: payer.post(do="scan"))


@pytest.mark.parametrize(("ending", "code"), MAGIC.items())
def test_the_amount_chooses_the_code_when_the_payer_pays(merchant: Merchant, control, ending: int, code: str) -> None:
    payer = Payer(merchant, f"CODE{code}", amount=10_000 + ending)
    assert code_of(payer.post(do="scan")) == code
    url = merchant.url(vnp_Amount=str((20_000 + ending) * 100))
    assert control("pay", payment_url=url).json["response_code"] == code


@pytest.mark.parametrize(
    ("outcome", "code"), [("pay", "00"), ("cancel", "24"), ("suspicious", "07"), *(("fail", one) for one in CODES)]
)
def test_the_drawer_ends_with_every_code_whatever_the_amount(merchant: Merchant, outcome: str, code: str) -> None:
    payer = Payer(merchant, f"END{outcome}{code}", amount=10_075)
    page = payer.look().text
    assert f'value="{code if outcome == "fail" else outcome}"' in page
    assert code_of(payer.post(outcome=outcome, code=code if outcome == "fail" else "51")) == code


def test_an_outcome_named_by_a_script_beats_the_amount(merchant: Merchant, control) -> None:
    url = merchant.url(vnp_Amount="1005100")
    assert control("pay", payment_url=url, outcome="pay").json["state"] == "paid"


def test_a_script_names_a_scenario_and_may_change_its_ipn(merchant: Merchant, receiver, control) -> None:
    paid = control("pay", payment_url=merchant.url(), outcome="pay_twice").json
    assert [one["rsp_code"] for one in paid["ipn"]] == ["00", "00"]
    assert control("pay", payment_url=merchant.url(), outcome="suspicious", ipn="none").json["ipn"] == []
    assert control("pay", payment_url=merchant.url(), outcome="pay", ipn="pay_twice").json["second_transaction_no"]


def test_a_script_lets_the_bank_answer_after_some_seconds_even_past_the_deadline(merchant: Merchant, receiver, control) -> None:
    call("GET", merchant.url(vnp_TxnRef="LATE2"))
    call("POST", f"{merchant.base}/_control/clock", {"offset_seconds": 1_000})
    assert control("pay", txn_ref="LATE2", outcome="pay").json["error_code"] == "15"
    held = control("pay", txn_ref="LATE2", outcome="late", seconds=0.3).json
    assert (held["state"], held["return_url"], held["ipn"]) == ("processing", None, [])
    assert merchant.ask(held).json["vnp_TransactionStatus"] == "01"
    wait_until(lambda: merchant.payment("LATE2")["state"] == "paid")
    receiver.wait_for(1)
    assert merchant.ask(held).json["vnp_TransactionStatus"] == "00"
    assert "vnp_ResponseCode=00" in merchant.payment("LATE2")["return_url"]


def test_a_script_waits_for_the_late_answer_if_it_asks_to(merchant: Merchant, control) -> None:
    paid = control("pay", payment_url=merchant.url(), outcome="late", seconds=0.2, wait_ipn=True).json
    assert (paid["state"], paid["ipn"][0]["rsp_code"]) == ("paid", "00")


def test_the_page_waits_with_the_payer_while_the_bank_is_late(merchant: Merchant) -> None:
    payer = Payer(merchant, "WAITING")
    payer.post(outcome="late", seconds="30")
    payer.look(locale="en")
    assert payer.steps[-2:] == ["processing", "processing"]
    assert payer.post(outcome="pay").status == 200
    assert payer.payment["state"] == "processing"


def test_both_payments_of_one_reference_can_be_asked_for_and_given_back(merchant: Merchant, control) -> None:
    control("settings", refund_delay=0)
    paid = control("pay", payment_url=merchant.url(), outcome="pay_twice").json
    second = paid["second_transaction_no"]
    assert merchant.ask(paid).json["vnp_TransactionNo"] == paid["transaction_no"]
    assert merchant.ask(paid, vnp_TransactionNo=second).json["vnp_TransactionNo"] == second
    assert merchant.refund(paid, 100_000, "02", vnp_TransactionNo=second).json["vnp_ResponseCode"] == "00"
    assert merchant.refund(paid, 100_000, "02", vnp_TransactionNo=second).json["vnp_ResponseCode"] == "04"
    assert merchant.refund(paid, 100_000, "02").json["vnp_ResponseCode"] == "00"


def test_a_payment_on_hold_survives_a_restart(tmp_path, receiver) -> None:
    environment = {"SANDBOX_PORT": "0", "SANDBOX_STATE": str(tmp_path / "state.json")}
    first = Process("sandbox", **environment)
    merchant = Merchant(first.base)
    merchant.register(receiver.url)
    url = merchant.url(vnp_TxnRef="HOLD1")
    call("POST", f"{first.base}/_control/vnpay/pay", {"payment_url": url, "outcome": "late", "seconds": 1})
    assert first.stop() == 0
    second = Process("sandbox", **environment)
    receiver.wait_for(1)
    assert Merchant(second.base).payment("HOLD1")["state"] == "paid"
    assert second.stop() == 0


@pytest.mark.parametrize(
    "bad", [{"outcome": "maybe"}, {"outcome": "pay", "ipn": "pigeon"}, {"outcome": "late", "seconds": "soon"}]
)
def test_a_scenario_nobody_knows_is_refused(merchant: Merchant, control, bad: dict[str, Any]) -> None:
    assert control("pay", payment_url=merchant.url(), **bad).status == 400
