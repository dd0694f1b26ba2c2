"""payOS's webhooks at the running sandbox: one for each transfer, in every way it can go right or wrong."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sandbox_hook import Hook
from sandbox_merchant import call
from sandbox_payos import Channel
from sandbox_process import Process, wait_until

PROBE = json.loads((Path(__file__).parents[2] / "vectors" / "payos.json").read_text(encoding="utf-8"))


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.stop()


@pytest.fixture
def channel(sandbox_process: Process, hook: Hook) -> Channel:
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    channel = Channel(sandbox_process.base)
    assert channel.register(hook.url).status == 201
    assert channel.control("settings", notice_intervals=[0.1, 0.1], slow_seconds=0.3, late_after=0.2).status == 200
    return channel


def test_one_transfer_pays_the_link_and_is_told(channel: Channel, hook: Hook) -> None:
    made = channel.link()
    paid = channel.pay(made["orderCode"])
    [post] = hook.posts
    assert channel.is_signed(post.json)
    assert (post.json["code"], post.json["success"]) == ("00", True)
    data = post.json["data"]
    assert (data["orderCode"], data["amount"], data["paymentLinkId"]) == (made["orderCode"], 100_000, made["paymentLinkId"])
    assert data["accountNumber"] == made["accountNumber"]
    when = datetime.strptime(data["transactionDateTime"] + "+0700", "%Y-%m-%d %H:%M:%S%z")
    assert abs(when - datetime.now(UTC)) < timedelta(minutes=1)
    assert (paid["state"], paid["received"], paid["transaction_no"]) == ("paid", 100_000, data["reference"])
    assert paid["notices"][0]["status"] == 200
    [transaction] = channel.look(made["orderCode"])["transactions"]
    assert (transaction["reference"], transaction["amount"]) == (data["reference"], 100_000)


def test_several_transfers_add_up(channel: Channel, hook: Hook) -> None:
    made = channel.link()
    assert channel.pay(made["orderCode"], amount=60_000)["state"] == "underpaid"
    assert channel.look(made["orderCode"])["status"] == "UNDERPAID"
    assert channel.look(made["orderCode"])["amountRemaining"] == 40_000
    assert channel.pay(made["orderCode"])["state"] == "paid"
    over = channel.pay(made["orderCode"], amount=5_000)
    assert (over["state"], over["received"]) == ("paid", 105_000)
    told = [post.json["data"] for post in hook.posts]
    assert [one["amount"] for one in told] == [60_000, 40_000, 5_000]
    assert len({one["reference"] for one in told}) == 3
    found = channel.look(made["orderCode"])
    assert (found["status"], found["amountPaid"], found["amountRemaining"]) == ("PAID", 105_000, 0)
    assert [one["number"] for one in over["transfers"]] == [one["reference"] for one in found["transactions"]]


def test_a_paid_link_takes_more_money_only_by_an_amount_named(channel: Channel) -> None:
    made = channel.link()
    channel.pay(made["orderCode"])
    assert channel.control("pay", reference=str(made["orderCode"])).status == 400
    assert channel.payment(made["orderCode"])["received"] == 100_000


@pytest.mark.parametrize("outcome", ["cancel", "expire"])
def test_money_still_comes_into_a_closed_link(channel: Channel, hook: Hook, outcome: str) -> None:
    made = channel.link()
    channel.pay(made["orderCode"], outcome=outcome)
    assert hook.posts == []
    assert channel.pay(made["orderCode"], outcome="paid")["state"] == "paid"
    assert hook.posts[0].json["data"]["amount"] == 100_000


def test_a_late_bank_answers_after_the_deadline(channel: Channel, hook: Hook) -> None:
    made = channel.link(amount=10_101)
    assert channel.pay(made["orderCode"], seconds=0.2)["state"] == "processing"
    assert channel.look(made["orderCode"])["status"] == "PROCESSING"
    hook.wait_for(1)
    wait_until(lambda: channel.payment(made["orderCode"])["state"] == "paid")


def test_the_magic_amounts(channel: Channel, hook: Hook) -> None:
    assert len(channel.pay(channel.link(amount=10_102)["orderCode"])["transfers"]) == 2
    assert [post.json["data"]["amount"] for post in hook.wait_for(2)] == [10_102, 10_102]
    channel.pay(channel.link(amount=10_103)["orderCode"])
    assert hook.posts[2].raw == hook.posts[3].raw
    channel.pay(channel.link(amount=10_104)["orderCode"])
    assert channel.is_signed(hook.posts[4].json)
    assert hook.posts[4].json["data"]["amount"] == 11_104
    channel.pay(channel.link(amount=10_105)["orderCode"])
    assert not channel.is_signed(hook.posts[5].json)
    assert channel.pay(channel.link(amount=10_106)["orderCode"])["notices"] == []
    assert channel.pay(channel.link(amount=10_024)["orderCode"])["state"] == "cancelled"
    assert channel.pay(channel.link(amount=10_051)["orderCode"])["state"] == "failed"


@pytest.mark.parametrize("status", [400, 401, 500, 302])
def test_what_is_not_2xx_is_called_again(channel: Channel, hook: Hook, status: int) -> None:
    hook.answers = [(status, "")]
    made = channel.link()
    channel.pay(made["orderCode"])
    hook.wait_for(2)
    wait_until(lambda: len(channel.payment(made["orderCode"])["notices"]) == 2)
    assert [one["status"] for one in channel.payment(made["orderCode"])["notices"]] == [status, 200]
    assert hook.posts[0].raw == hook.posts[1].raw


def test_the_schedule_ends(channel: Channel, hook: Hook) -> None:
    hook.default = (500, "")
    made = channel.link()
    channel.pay(made["orderCode"])
    wait_until(lambda: len(channel.payment(made["orderCode"])["notices"]) == 3)
    channel.pay(channel.link()["orderCode"], notice="none")
    assert len(hook.posts) == 3


@pytest.mark.parametrize(
    ("form", "expected"),
    [("full", "970436"), ("null", None), ("empty", ""), ("absent", "gone")],
)
def test_the_payers_account_comes_in_every_form(channel: Channel, hook: Hook, form: str, expected: Any) -> None:
    channel.control("settings", counter_fields=form)
    channel.pay(channel.link()["orderCode"])
    assert channel.is_signed(hook.posts[0].json)
    assert hook.posts[0].json["data"].get("counterAccountBankId", "gone") == expected


def test_a_setting_that_is_no_choice_is_refused(channel: Channel) -> None:
    assert channel.control("settings", counter_fields="sometimes").status == 400
    assert channel.control("settings", dialect="loud").status == 400


def test_a_channel_that_is_not_linked_gets_its_memo_with_payos_code(channel: Channel, hook: Hook) -> None:
    channel.register(hook.url, options={"linked": False})
    channel.pay(channel.link()["orderCode"])
    memo = hook.posts[0].json["data"]["description"]
    assert memo.startswith("CS")
    assert memo.endswith("DH 100001")


def test_a_script_sends_what_it_likes_rightly_signed(channel: Channel, hook: Hook) -> None:
    made = channel.link()
    overrides = {"amount": 1, "description": None, "newField": "mới"}
    sent = channel.control("notify", reference=str(made["orderCode"]), overrides=overrides, times=3, concurrently=True).json
    assert [one["status"] for one in sent["answers"]] == [200, 200, 200]
    for post in hook.posts:
        assert channel.is_signed(post.json)
        assert post.json["data"]["amount"] == 1
        assert post.json["data"]["newField"] == "mới"
        assert "description" not in post.json["data"]
    assert channel.payment(made["orderCode"])["state"] == "open"


def test_one_of_several_transfers_is_told_again(channel: Channel, hook: Hook) -> None:
    made = channel.link()
    first = channel.pay(made["orderCode"], amount=60_000)["transaction_no"]
    channel.pay(made["orderCode"])
    channel.control("notify", reference=str(made["orderCode"]), subject=first)
    assert hook.posts[2].raw == hook.posts[0].raw


def test_data_is_signed_for_a_script(channel: Channel) -> None:
    signed = channel.control("sign", client_id=channel.client_id, data={"b": 1, "a": None}).json
    assert channel.is_signed(signed)
    assert signed["body"]["signature"] == signed["signature"]


def test_the_flat_dialect_signs_its_body_in_a_header(channel: Channel, hook: Hook) -> None:
    made = channel.link()
    paid = channel.pay(made["orderCode"])
    channel.control("notify", reference=str(made["orderCode"]), dialect="flat", overrides={"status": "PAID"})
    post = hook.posts[1]
    assert post.json == {
        "orderCode": str(made["orderCode"]),
        "status": "PAID",
        "transId": paid["transaction_no"],
        "paymentMethod": "bank_transfer",
        "amount": 100_000,
        "currency": "VND",
    }
    text = json.dumps(post.json, separators=(",", ":"))
    wanted = hmac.new(channel.checksum_key.encode(), text.encode(), hashlib.sha256).hexdigest()
    assert post.headers["x-signature"] == wanted
    assert post.raw.decode() == text


@pytest.mark.parametrize("where", ["account", "settings"])
def test_a_channel_may_speak_the_flat_dialect_always(channel: Channel, hook: Hook, where: str) -> None:
    if where == "account":
        channel.register(hook.url, options={"dialect": "flat"})
    else:
        channel.control("settings", dialect="flat")
    channel.pay(channel.link(amount=10_105)["orderCode"])
    assert hook.posts[0].json["paymentMethod"] == "bank_transfer"
    wanted = hmac.new(channel.checksum_key.encode(), hook.posts[0].raw, hashlib.sha256).hexdigest()
    assert hook.posts[0].headers["x-signature"] != wanted


def test_confirming_an_address_probes_it_with_order_123(channel: Channel, hook: Hook) -> None:
    channel.register("")
    answer = channel.api("POST", "/confirm-webhook", {"webhookUrl": hook.url})
    assert answer.json["code"] == "00"
    assert answer.json["data"]["webhookUrl"] == hook.url
    assert answer.json["data"].keys() == {"webhookUrl", "accountName", "accountNumber", "name", "shortName"}
    [probe] = [one for one in PROBE["vectors"] if one["name"] == "webhook_confirm_probe_unknown_order_123"]
    assert hook.posts[0].json["data"] == probe["input"]["data"]
    assert channel.is_signed(hook.posts[0].json)
    channel.pay(channel.link()["orderCode"])
    assert len(hook.posts) == 2


def test_an_address_that_does_not_answer_2xx_is_not_taken(channel: Channel, hook: Hook) -> None:
    channel.register("")
    hook.answers = [(404, "")]
    for url in (hook.url, "http://127.0.0.1:9/closed", "nonsense", None):
        assert channel.api("POST", "/confirm-webhook", {"webhookUrl": url}).json["code"] == "20"
    assert channel.pay(channel.link()["orderCode"])["notices"][0]["error"] == "no address to tell"


def test_links_transfers_and_open_webhooks_survive_a_restart(tmp_path: Path, hook: Hook) -> None:
    environment = {"SANDBOX_PORT": "0", "SANDBOX_STATE": str(tmp_path / "state.json"), "SANDBOX_PAYOS_NOTICE_INTERVALS": "1,1"}
    first = Process("sandbox", **environment)
    channel = Channel(first.base)
    channel.register(hook.url)
    hook.answers = [(500, "")]
    made = channel.link()
    channel.pay(made["orderCode"], amount=60_000)
    assert first.stop() == 0
    second = Process("sandbox", **environment)
    channel = Channel(second.base)
    hook.wait_for(2)
    assert hook.posts[0].raw == hook.posts[1].raw
    assert channel.look(made["orderCode"])["amountPaid"] == 60_000
    assert second.stop() == 0
