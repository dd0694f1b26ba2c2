"""A payer at MoMo's page, and what MoMo tells the merchant: every ending, by click, by control and by amount."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from sandbox_hook import Hook
from sandbox_merchant import Answer, call
from sandbox_momo import Partner
from sandbox_payer import seen
from sandbox_process import Process, wait_until

# Vietnamese that must not stand on an English page, and the other way round.
VIETNAMESE, ENGLISH = "Hủy giao dịch", "Cancel the payment"


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook(default=(204, ""))
    yield hook
    hook.stop()


@pytest.fixture
def partner(sandbox_process: Process, hook: Hook) -> Partner:
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    partner = Partner(sandbox_process.base)
    partner.ipn_url = hook.url
    assert partner.register().status == 201
    assert partner.control("settings", notice_intervals=[0.1, 0.1], slow_seconds=0.4, late_after=0.2).status == 200
    return partner


def click(made: Any, **form: str) -> Answer:
    return call("POST", made["payUrl"], urlencode(form))


def test_a_payment_is_told_by_ipn_and_by_the_browser(partner: Partner, hook: Hook) -> None:
    made = partner.order()
    answer = click(made, do="pay")
    [post] = hook.posts
    assert post.headers["content-type"].startswith("application/json")
    assert partner.is_signed(post.json)
    paid = partner.payment(made["orderId"])
    assert (paid["state"], paid["received"]) == ("paid", 100_000)
    assert (post.json["resultCode"], post.json["amount"], post.json["orderId"]) == (0, 100_000, made["orderId"])
    assert (post.json["transId"], post.json["payType"]) == (int(paid["transaction_no"]), "qr")
    assert (post.json["requestId"], post.json["extraData"]) == (made["requestId"], "eyJ0ZW5hbnQiOiJTTS0wMSJ9")
    assert answer.status == 303
    assert answer.location.startswith("http://127.0.0.1:9/return?shop=1&partnerCode=")
    returned = partner.read_return(answer.location)
    assert (returned["resultCode"], returned["orderInfo"]) == ("0", "Thanh toán đơn & hàng 5%")
    assert [(one["status"], one["error"], one["acknowledged"]) for one in paid["notices"]] == [(204, None, True)]


@pytest.mark.parametrize(
    ("outcome", "code", "state"),
    [("fail", 1001, "failed"), ("cancel", 1006, "cancelled"), ("expire", 1005, "expired")],
)
def test_what_was_not_paid_is_told_too(partner: Partner, hook: Hook, outcome: str, code: int, state: str) -> None:
    made = partner.order(lang="en")
    ended = partner.pay(made, outcome=outcome)
    assert (ended["state"], ended["received"]) == (state, 0)
    told = hook.posts[0].json
    assert (told["resultCode"], told["payType"]) == (code, "")
    assert "Transaction failed" in told["message"]
    assert partner.is_signed(told)
    assert partner.read_return(ended["return_url"])["resultCode"] == str(code)
    assert partner.ask(made["orderId"]).json["resultCode"] == code


def test_every_failure_of_the_table_can_be_had(partner: Partner, hook: Hook) -> None:
    codes = ["1001", "1002", "1003", "1004", "1007", "1017", "1026", "4001", "4002", "4100", "98", "99"]
    for code in codes:
        made = partner.order()
        assert f'name="code" value="{code}"' in call("GET", made["payUrl"]).text
        assert partner.read_return(click(made, outcome="fail", code=code).location)["resultCode"] == code
    assert [str(post.json["resultCode"]) for post in hook.posts] == codes


@pytest.mark.parametrize(
    ("ending", "code"),
    [(2, 1002), (9, 1007), (11, 1005), (12, 4001), (24, 1006), (51, 1001), (65, 1004), (99, 99), (500, 0)],
)
def test_the_amount_chooses_the_ending(partner: Partner, ending: int, code: int) -> None:
    made = partner.order(amount=50_000 + ending)
    assert partner.read_return(partner.pay(made)["return_url"])["resultCode"] == str(code)


def test_a_payment_in_work_is_told_as_7002_and_then_paid(partner: Partner, hook: Hook) -> None:
    made = partner.order()
    waiting = partner.pay(made, outcome="pending")
    assert (waiting["state"], waiting["return_url"]) == ("processing", None)
    assert hook.posts[0].json["resultCode"] == 7002
    assert partner.ask(made["orderId"]).json["resultCode"] == 7002
    assert 'data-step="processing"' in call("GET", made["payUrl"]).text
    assert partner.pay(made, outcome="paid")["state"] == "paid"
    assert hook.wait_for(2)[1].json["resultCode"] == 0


def test_held_money_is_told_as_9000(partner: Partner, hook: Hook) -> None:
    held = partner.paid(autoCapture=False)
    assert hook.posts[0].json["resultCode"] == 9000
    assert partner.read_return(held["return_url"])["resultCode"] == "9000"


def test_a_late_bank_answers_after_the_deadline(partner: Partner, hook: Hook) -> None:
    made = partner.order(amount=50_101)
    answer = click(made, do="pay")
    assert (answer.status, hook.posts) == (200, [])
    assert partner.payment(made["orderId"])["state"] == "processing"
    call("POST", f"{partner.base}/_control/clock", {"offset_seconds": 901})
    assert hook.wait_for(1)[0].json["resultCode"] == 0
    wait_until(lambda: partner.payment(made["orderId"])["state"] == "paid")
    assert call("GET", made["payUrl"]).status == 303


def test_a_payment_taken_twice_has_two_numbers_and_two_notices(partner: Partner, hook: Hook) -> None:
    paid = partner.pay(partner.order(amount=50_102))
    numbers = [post.json["transId"] for post in hook.wait_for(2)]
    assert numbers == [int(paid["transaction_no"]), int(paid["second_no"])]
    assert paid["received"] == 100_204
    second = {"transaction_no": paid["second_no"]}
    assert partner.refund(second, 50_102).json["resultCode"] == 0
    assert partner.refund(second, 10_000).json["resultCode"] == 1081
    assert partner.refund(paid, 50_102).json["resultCode"] == 0


def test_notices_go_wrong_as_the_scenario_says(partner: Partner, hook: Hook) -> None:
    partner.pay(partner.order(), outcome="notice_twice")
    first, second = (post.json for post in hook.wait_for(2))
    assert first["transId"] == second["transId"]
    hook.posts.clear()
    partner.pay(partner.order(), outcome="wrong_amount")
    assert (hook.posts[0].json["amount"], partner.is_signed(hook.posts[0].json)) == (101_000, True)
    hook.posts.clear()
    partner.pay(partner.order(), outcome="bad_signature")
    assert not partner.is_signed(hook.posts[0].json)
    hook.posts.clear()
    partner.pay(partner.order(), outcome="silent")
    partner.pay(partner.order(), outcome="slow_notice")
    assert hook.posts == []
    hook.wait_for(1)


def test_a_slow_page_and_a_broken_one(partner: Partner, hook: Hook) -> None:
    started = time.monotonic()
    assert click(partner.order(amount=50_109), do="pay").status == 303
    assert time.monotonic() - started >= 0.4
    assert click(partner.order(amount=50_110), do="pay").status == 500
    assert len(hook.posts) == 2


def test_an_ipn_is_repeated_until_it_is_answered_204(partner: Partner, hook: Hook) -> None:
    hook.answers = [(500, ""), (200, '{"resultCode": 0}')]
    made = partner.order()
    partner.pay(made, outcome="paid")
    hook.wait_for(3)
    wait_until(lambda: len(partner.payment(made["orderId"])["notices"]) == 3)
    assert [one["acknowledged"] for one in partner.payment(made["orderId"])["notices"]] == [False, False, True]
    time.sleep(0.3)
    assert len(hook.posts) == 3


def test_faults_spoil_notices(partner: Partner, hook: Hook) -> None:
    partner.control("faults", target="notice", mode="drop")
    made = partner.order()
    partner.pay(made, outcome="paid", wait_notice=False)
    hook.wait_for(1)
    wait_until(lambda: len(partner.payment(made["orderId"])["notices"]) == 2)
    assert [one["error"] for one in partner.payment(made["orderId"])["notices"]] == ["dropped by a fault", None]
    hook.posts.clear()
    partner.control("faults", target="notice", mode="lost")
    partner.pay(partner.order(), outcome="paid")
    assert len({post.json["transId"] for post in hook.wait_for(2)}) == 1


def test_control_sends_any_signed_notice(partner: Partner, hook: Hook) -> None:
    made = partner.order()
    sent = partner.control("notify", reference=made["orderId"], times=3, concurrently=True, overrides={"amount": 7})
    assert [one["status"] for one in sent.json["answers"]] == [204, 204, 204]
    assert all(partner.is_signed(post.json) and post.json["amount"] == 7 for post in hook.posts)
    assert (hook.posts[0].json["resultCode"], partner.payment(made["orderId"])["state"]) == (0, "open")
    told = partner.control("sign", partner_code=partner.partner_code, fields=hook.posts[0].json | {"amount": 8}).json
    assert partner.is_signed(told["fields"])


def test_the_page_is_in_the_payers_language_and_works_without_scripts(partner: Partner) -> None:
    made = partner.order(requestType="payWithMethod")
    page = call("GET", made["payUrl"]).text
    assert VIETNAMESE in seen(page, "vi")
    assert ENGLISH not in seen(page, "vi")
    assert "Tiệm <b>" in seen(page, "vi")
    assert "100.000 ₫" in seen(page, "vi")
    english = seen(call("GET", made["payUrl"] + "?lang=en").text, "en")
    assert ENGLISH in english
    assert VIETNAMESE not in english
    assert "http://" not in page.replace(partner.base, "")
    assert "https://" not in page
    returned = partner.read_return(click(made, do="pay:atm").location)
    assert returned["payType"] == "napas"


def test_a_link_opened_too_late_goes_back_and_is_told(partner: Partner, hook: Hook) -> None:
    made = partner.order()
    call("POST", f"{partner.base}/_control/clock", {"offset_seconds": 901})
    answer = call("GET", made["payUrl"])
    assert partner.read_return(answer.location)["resultCode"] == "1005"
    assert hook.wait_for(1)[0].json["resultCode"] == 1005
    assert call("GET", f"{partner.base}/momo/pay/nobody").status == 404


def test_an_ended_payment_is_not_paid_again(partner: Partner, hook: Hook) -> None:
    made = partner.order()
    partner.pay(made, outcome="fail")
    assert partner.read_return(click(made, do="pay").location)["resultCode"] == "1001"
    assert partner.control("pay", reference=made["orderId"], outcome="paid").status == 400
    assert partner.control("pay", reference="OD-nobody").status == 404
    assert len(hook.posts) == 1
