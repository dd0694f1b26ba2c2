"""The bank of the sandbox: payers transfer by QR, the account's owner gets signed notices of profile 1."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sandbox_hook import Hook, Post
from sandbox_merchant import Answer, call
from sandbox_process import Process, wait_until

SECRET = "a webhook secret of the tests 0123456789"
OWNER = {"bin": "970416", "account_number": "257678859", "account_name": "CONG TY SEN", "webhook_secret": SECRET}
# Both texts were made by public libraries, not by the sandbox's own writer.
FREE_QR = "00020101021138530010A0000007270123000697041601092576788590208QRIBFTTA53037045802VN6304AE9F"
QR = "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA53037045405100005802VN62150811Chuyen tien630453E6"


class Bank:
    """The control API of the bank at a running sandbox."""

    def __init__(self, base: str) -> None:
        self.base = base

    def control(self, path: str, **body: Any) -> Answer:
        return call("POST", f"{self.base}/_control/vietqr/{path}", body)

    def pay(self, **body: Any) -> Any:
        answer = self.control("pay", **body)
        assert answer.status == 200, answer.text
        return answer.json

    def payment(self, memo: str) -> Any:
        return call("GET", f"{self.base}/_control/vietqr/payments/{memo.replace(' ', '%20')}").json


def is_signed(post: Post) -> bool:
    return post.headers["x-bank-signature"] == hmac.new(SECRET.encode(), post.raw, hashlib.sha256).hexdigest()


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook(default=(200, '{"result": "ok"}'))
    yield hook
    hook.stop()


@pytest.fixture
def bank(sandbox_process: Process, hook: Hook) -> Bank:
    """A bank with one account in an otherwise empty sandbox."""
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    bank = Bank(sandbox_process.base)
    assert bank.control("accounts", **OWNER, notify_url=hook.url, name="Sen").status == 201
    assert bank.control("settings", notice_intervals=[0.1, 0.1], slow_seconds=0.3, late_after=0.2).status == 200
    return bank


def test_the_dynamic_text_is_a_published_one() -> None:
    document = json.loads((Path(__file__).parents[2] / "vectors" / "vietqr.json").read_text(encoding="utf-8"))
    [broken] = [one["input"] for one in document["vectors"] if one["name"] == "decode_bad_crc"]
    assert QR[:-1] == broken[:-1]


def test_a_scanned_qr_is_paid_and_the_owner_is_told(bank: Bank, hook: Hook) -> None:
    paid = bank.pay(qr=QR)
    [post] = hook.posts
    assert is_signed(post)
    assert post.headers["content-type"].startswith("application/json")
    notice = post.json
    transferred_at = datetime.fromisoformat(notice.pop("transferred_at"))
    assert transferred_at.utcoffset() == timedelta(hours=7)
    assert abs(transferred_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert notice == {
        "transfer_id": paid["transaction_no"],
        "account_number": "257678859",
        "bin": "970416",
        "amount": 10_000,
        "currency": "VND",
        "memo": "Chuyen tien",
        "payer": {
            "bank_bin": "970436",
            "bank_name": "Vietcombank",
            "account_number": "9988776655",
            "account_name": "NGUYEN THI ANH",
        },
    }
    assert (paid["reference"], paid["state"], paid["received"]) == ("Chuyen tien", "paid", 10_000)
    assert paid["notices"][0]["acknowledged"] is True
    assert bank.payment("Chuyen tien")["transfers"][0]["number"] == paid["transaction_no"]


@pytest.mark.parametrize(
    "text",
    [QR[:-1] + "7", QR[:40], "", FREE_QR.replace("970416", "970436"), "https://example.com"],
    ids=["crc", "cut", "empty", "another bank", "address"],
)
def test_a_text_that_no_app_takes_is_refused(bank: Bank, text: str) -> None:
    assert bank.control("pay", qr=text).status == 400


def test_the_payer_says_the_amount_where_the_qr_has_none(bank: Bank, hook: Hook) -> None:
    assert bank.control("pay", qr=FREE_QR).status == 400
    bank.pay(qr=FREE_QR, amount=55_000, memo="tien nha")
    assert (hook.posts[0].json["amount"], hook.posts[0].json["memo"]) == (55_000, "tien nha")


def test_a_transfer_without_a_qr_goes_by_account_and_memo(bank: Bank, hook: Hook) -> None:
    paid = bank.pay(account_number="257678859", bin="970416", amount=20_000, memo="SP 7K2M9X")
    assert (paid["reference"], hook.posts[0].json["memo"]) == ("SP 7K2M9X", "SP 7K2M9X")
    assert bank.control("pay", account_number="257678859", bin="970436", amount=1, memo="x").status == 400
    assert bank.control("pay", account_number="1", amount=1, memo="x").status == 400


def test_transfers_of_one_order_add_up_and_each_is_told(bank: Bank, hook: Hook) -> None:
    assert bank.pay(qr=QR, amount=4_000)["state"] == "underpaid"
    assert bank.pay(reference="Chuyen tien", amount=6_000)["state"] == "paid"
    over = bank.pay(qr=QR)
    assert (over["received"], len(over["transfers"])) == (20_000, 3)
    assert [post.json["amount"] for post in hook.posts] == [4_000, 6_000, 10_000]
    assert len({post.json["transfer_id"] for post in hook.posts}) == 3


MEMOS = {
    "exact": "Chuyen tien",
    "prefixed": "MBVCB.7391045528.Chuyen tien.CT tu 9988776655 NGUYEN THI ANH toi",
    "no_spaces": "Chuyentien",
    "lower": "chuyen tien",
    "truncated": "Chuyen t",
    "accented": "Chuyển khoản Chuyen tien cảm ơn nhé",
    "none": "",
}


@pytest.mark.parametrize(("style", "memo"), MEMOS.items(), ids=MEMOS.keys())
def test_the_memo_arrives_in_every_style(bank: Bank, hook: Hook, style: str, memo: str) -> None:
    paid = bank.pay(qr=QR, memo_style=style)
    assert hook.posts[0].json["memo"] == memo
    assert is_signed(hook.posts[0])
    assert (paid["reference"], paid["transfers"][0]["memo"]) == ("Chuyen tien", memo)
    bank.pay(qr=QR)
    assert hook.posts[1].json["memo"] == "Chuyen tien"


def test_one_transfer_may_name_two_orders(bank: Bank, hook: Hook) -> None:
    assert bank.control("pay", qr=QR, memo_style="two_orders").status == 400
    bank.pay(account_number="257678859", amount=1_000, memo="SP 1")
    bank.pay(qr=QR, memo_style="two_orders")
    assert hook.posts[1].json["memo"] == "Chuyen tien SP 1"
    bank.pay(qr=QR, memo_style="two_orders", other_memo="SP 2")
    assert hook.posts[2].json["memo"] == "Chuyen tien SP 2"


@pytest.mark.parametrize("answer", [(401, ""), (500, '{"result": "ok"}'), (200, ""), (200, '{"result": "error"}'), (200, "[]")])
def test_what_is_not_200_and_ok_is_called_again(bank: Bank, hook: Hook, answer: tuple[int, str]) -> None:
    hook.answers = [answer]
    bank.pay(qr=QR)
    hook.wait_for(2)
    assert hook.posts[0].raw == hook.posts[1].raw
    wait_until(lambda: len(bank.payment("Chuyen tien")["notices"]) == 2)


def test_the_schedule_ends(bank: Bank, hook: Hook) -> None:
    hook.default = (500, "")
    bank.pay(qr=QR)
    wait_until(lambda: len(bank.payment("Chuyen tien")["notices"]) == 3)
    bank.pay(qr=QR, notice="none")
    assert len(hook.posts) == 3


@pytest.mark.parametrize("outcome", ["fail", "cancel", "pending"])
def test_where_no_money_moves_nobody_is_told(bank: Bank, hook: Hook, outcome: str) -> None:
    assert bank.pay(qr=QR, outcome=outcome)["received"] == 0
    assert hook.posts == []
    assert bank.pay(qr=QR, outcome="paid")["state"] == "paid"
    assert len(hook.posts) == 1


def test_the_notice_in_every_bad_way(bank: Bank, hook: Hook) -> None:
    bank.pay(qr=QR, notice="bad_signature")
    assert not is_signed(hook.posts[0])
    bank.pay(qr=QR, notice="wrong_amount")
    assert is_signed(hook.posts[1])
    assert hook.posts[1].json["amount"] == 11_000
    bank.pay(qr=QR, notice="twice")
    assert hook.posts[2].raw == hook.posts[3].raw
    bank.pay(qr=QR, outcome="pay_twice")
    assert len({post.json["transfer_id"] for post in hook.wait_for(6)[4:]}) == 2


def test_a_transfer_on_hold_comes_later_with_the_memo_it_was_sent_with(bank: Bank, hook: Hook) -> None:
    assert bank.pay(qr=QR, outcome="late", memo_style="lower")["state"] == "processing"
    assert hook.wait_for(1)[0].json["memo"] == "chuyen tien"
    assert bank.control("pay", qr=QR, outcome="late").status == 400


@pytest.mark.parametrize(("form", "known"), [("full", 4), ("bank", 2), ("absent", 0)])
def test_a_bank_says_more_or_less_about_the_payer(bank: Bank, hook: Hook, form: str, known: int) -> None:
    assert bank.control("settings", payer_fields=form).status == 200
    bank.pay(qr=QR)
    assert len(hook.posts[0].json.get("payer", {})) == known
    assert bank.control("settings", payer_fields="gossip").status == 400


def test_a_script_sends_what_it_likes_rightly_signed(bank: Bank, hook: Hook) -> None:
    bank.pay(qr=QR)
    overrides = {"currency": "USD", "payer": None}
    sent = bank.control("notify", reference="Chuyen tien", overrides=overrides, times=4, concurrently=True).json
    assert [one["status"] for one in sent["answers"]] == [200] * 4
    for post in hook.posts[1:]:
        assert is_signed(post)
        assert post.json == {name: one for name, one in hook.posts[0].json.items() if name != "payer"} | {"currency": "USD"}


def test_a_notice_is_signed_for_a_script(bank: Bank) -> None:
    signed = bank.control("sign", account_number="257678859", fields={"memo": "Đơn 1"}).json
    assert signed["signature"] == hmac.new(SECRET.encode(), signed["body"].encode(), hashlib.sha256).hexdigest()
    assert json.loads(signed["body"]) == {"memo": "Đơn 1"}


@pytest.mark.parametrize("change", [{"bin": "ACB"}, {"account_number": "12-3"}, {"webhook_secret": ""}], ids=str)
def test_an_account_that_cannot_be_is_refused(bank: Bank, change: dict[str, str]) -> None:
    assert bank.control("accounts", **(OWNER | change)).status == 400


def test_orders_and_open_notices_survive_a_restart(tmp_path: Path, hook: Hook) -> None:
    environment = {"SANDBOX_PORT": "0", "SANDBOX_STATE": str(tmp_path / "state.json"), "SANDBOX_VIETQR_NOTICE_INTERVALS": "1"}
    first = Process("sandbox", **environment)
    bank = Bank(first.base)
    bank.control("accounts", **OWNER, notify_url=hook.url)
    hook.answers = [(500, "")]
    bank.pay(qr=QR)
    assert first.stop() == 0
    second = Process("sandbox", **environment)
    hook.wait_for(2)
    assert hook.posts[0].raw == hook.posts[1].raw
    assert Bank(second.base).payment("Chuyen tien")["received"] == 10_000
    assert second.stop() == 0
