"""A payer at ZaloPay's page, and what ZaloPay tells the merchant."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from sandbox_hook import Hook
from sandbox_merchant import Answer, call
from sandbox_payer import seen
from sandbox_process import Process, wait_until
from sandbox_zalopay import App, day

SUCCESS = '{"return_code": 1, "return_message": "success"}'


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook(default=(200, SUCCESS))
    yield hook
    hook.stop()


@pytest.fixture
def app(sandbox_process: Process, hook: Hook) -> App:
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    app = App(sandbox_process.base)
    app.callback_url = hook.url
    assert app.register().status == 201
    settings = {"notice_intervals": [0.1, 0.1, 0.1], "slow_seconds": 0.4, "late_after": 0.2}
    assert app.control("settings", **settings).status == 200
    return app


def click(made: Any, **form: str) -> Answer:
    return call("POST", made["order_url"], urlencode(form))


def told(hook: Hook, place: int = 0) -> Any:
    return json.loads(hook.posts[place].json["data"])


def test_a_payment_is_told_by_callback_and_by_the_browser(app: App, hook: Hook) -> None:
    made = app.order()
    answer = click(made, do="pay:wallet")
    [post] = hook.posts
    assert app.is_signed(post.json)
    assert (post.json["type"], post.headers["content-type"].startswith("application/json")) == (1, True)
    paid = app.payment(made["app_trans_id"])
    data = told(hook)
    assert (data["app_id"], data["app_trans_id"], data["amount"]) == (app.app_id, made["app_trans_id"], 100_000)
    assert (data["zp_trans_id"], data["channel"]) == (int(paid["transaction_no"]), 38)
    assert (data["app_user"], data["item"]) == ("Nguyễn Thị Ánh", "[]")
    assert json.loads(data["embed_data"]) == {"redirecturl": "http://127.0.0.1:9/return?shop=1"}
    assert answer.location.startswith("http://127.0.0.1:9/return?shop=1&appid=919001")
    returned = app.read_return(answer.location)
    assert (returned["status"], returned["bankcode"], returned["amount"]) == ("1", "", "100000")
    assert (paid["state"], paid["notices"][0]["acknowledged"]) == ("paid", True)


def test_a_callback_goes_to_the_apps_address_when_the_order_names_none(app: App, hook: Hook) -> None:
    app.register(notify_url=hook.url)
    app.pay(app.order(callback_url=None), outcome="paid")
    assert app.is_signed(hook.wait_for(1)[0].json)


@pytest.mark.parametrize(
    ("outcome", "code", "state"),
    [("fail", "-63", "failed"), ("cancel", "-329", "cancelled"), ("expire", "-54", "expired")],
)
def test_what_was_not_paid_is_only_seen_by_asking(app: App, hook: Hook, outcome: str, code: str, state: str) -> None:
    made = app.order()
    ended = app.pay(made, outcome=outcome)
    assert ended["state"] == state
    assert app.read_return(ended["return_url"])["status"] == code
    answer = app.ask(made["app_trans_id"]).json
    assert (answer["return_code"], str(answer["sub_return_code"])) == (2, code)
    time.sleep(0.2)
    assert hook.posts == []


def test_every_failure_of_the_table_can_be_had(app: App) -> None:
    for code in ["-63", "-217", "-49", "-329", "-322", "-332", "-333", "-1330", "-1340", "-32", "-301", "-500"]:
        made = app.order()
        assert f'name="code" value="{code}"' in call("GET", made["order_url"]).text
        assert app.read_return(click(made, outcome="fail", code=code).location)["status"] == code


@pytest.mark.parametrize(("ending", "code"), [(51, "-63"), (24, "-329"), (11, "-54"), (65, "-1330"), (99, "-500"), (500, "1")])
def test_the_amount_chooses_the_ending(app: App, ending: int, code: str) -> None:
    assert app.read_return(app.pay(app.order(amount=50_000 + ending))["return_url"])["status"] == code


@pytest.mark.parametrize(
    ("reply", "calls"),
    [
        ((200, SUCCESS), 1),
        ((200, '{"return_code": 2, "return_message": "duplicate"}'), 1),
        ((200, '{"return_code": -1, "return_message": "mac not equal"}'), 1),
        ((200, '{"return_code": 0, "return_message": "try again"}'), 4),
        ((500, ""), 4),
        ((200, "OK"), 4),
    ],
)
def test_a_callback_is_repeated_three_times_on_return_code_0_or_no_answer(
    app: App, hook: Hook, reply: tuple[int, str], calls: int
) -> None:
    hook.default = reply
    made = app.order()
    app.pay(made, outcome="paid")
    hook.wait_for(calls)
    time.sleep(0.3)
    assert len(hook.posts) == calls
    assert all(app.is_signed(post.json) for post in hook.posts)
    assert {told(hook, place)["zp_trans_id"] for place in range(calls)} == {
        int(app.payment(made["app_trans_id"])["transaction_no"])
    }


def test_the_reply_2_does_not_end_callbacks_by_the_newer_reading(app: App, hook: Hook) -> None:
    app.control("settings", two_ends_callbacks=False)
    hook.answers = [(200, '{"return_code": 2, "return_message": "duplicate"}')]
    app.pay(app.order(), outcome="paid")
    hook.wait_for(2)


def test_notices_go_wrong_as_the_scenario_says(app: App, hook: Hook) -> None:
    app.pay(app.order(), outcome="wrong_amount")
    assert (told(hook)["amount"], app.is_signed(hook.posts[0].json)) == (101_000, True)
    hook.posts.clear()
    app.pay(app.order(), outcome="bad_signature")
    assert not app.is_signed(hook.posts[0].json)
    hook.posts.clear()
    twice = app.pay(app.order(), outcome="pay_twice")
    hook.wait_for(2)
    assert [told(hook, place)["zp_trans_id"] for place in (0, 1)] == [int(twice["transaction_no"]), int(twice["second_no"])]
    hook.posts.clear()
    app.pay(app.order(), outcome="silent")
    app.pay(app.order(), outcome="return_first")
    assert hook.posts == []
    hook.wait_for(1)


def test_a_late_bank_answers_after_the_deadline(app: App, hook: Hook) -> None:
    made = app.order(amount=50_101)
    assert click(made, do="pay").status == 200
    assert app.ask(made["app_trans_id"]).json["is_processing"] is True
    call("POST", f"{app.base}/_control/clock", {"offset_seconds": 901})
    assert app.is_signed(hook.wait_for(1)[0].json)
    wait_until(lambda: app.payment(made["app_trans_id"])["state"] == "paid")


def test_control_sends_any_signed_callback(app: App, hook: Hook) -> None:
    made = app.order()
    changes = {"amount": 7, "item": None, "app_trans_id": f"{day()}_other"}
    assert app.control("notify", reference=made["app_trans_id"], times=2, overrides=changes).status == 200
    assert all(app.is_signed(post.json) for post in hook.posts)
    assert (told(hook)["amount"], "item" in told(hook), told(hook)["app_trans_id"]) == (7, False, f"{day()}_other")
    assert app.payment(made["app_trans_id"])["state"] == "open"
    signed = app.control("sign", app_id=str(app.app_id), data={"x": "ế"}).json
    assert (app.is_signed(signed), signed["data"]) == (True, '{"x":"ế"}')


def test_the_transaction_number_may_be_text(app: App, hook: Hook) -> None:
    app.control("settings", text_zp_trans_id=True)
    paid = app.paid()
    assert told(hook)["zp_trans_id"] == paid["transaction_no"]


@pytest.mark.parametrize(
    ("changes", "ways"),
    [
        ({}, ["wallet", "vietqr", "atm", "cc"]),
        ({"bank_code": "zalopayapp"}, ["wallet"]),
        ({"bank_code": "CC"}, ["cc"]),
        ({"bank_code": "VTB"}, ["atm"]),
        ({"embed_data": '{"preferred_payment_method": ["vietqr"]}'}, ["vietqr"]),
        ({"embed_data": '{"preferred_payment_method": ["domestic_card", "account"]}'}, ["atm"]),
    ],
)
def test_the_page_offers_what_the_order_prefers(app: App, changes: dict[str, str], ways: list[str]) -> None:
    page = call("GET", app.order(**changes)["order_url"]).text
    assert [way for way in ("wallet", "vietqr", "atm", "cc") if f'value="pay:{way}"' in page] == ways


def test_the_page_is_in_the_payers_language_and_works_without_scripts(app: App) -> None:
    made = app.order()
    page = call("GET", made["order_url"]).text
    assert "Hủy giao dịch" in seen(page, "vi")
    assert "Tiệm <b>" in seen(page, "vi")
    english = seen(call("GET", made["order_url"] + "?lang=en").text, "en")
    assert "Cancel the payment" in english
    assert "Hủy" not in english
    assert "https://" not in page
    returned = app.read_return(click(made, do="pay:atm").location)
    assert (returned["pmcid"], returned["bankcode"]) == ("39", "VTB")


def test_an_order_without_a_return_address_ends_on_the_page(app: App) -> None:
    answer = click(app.order(embed_data="{}"), do="pay")
    assert answer.status == 200
    assert 'data-step="ended"' in answer.text
