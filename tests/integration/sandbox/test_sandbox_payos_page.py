"""payOS's checkout page at the running sandbox, as a payer's browser without scripts meets it."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from sandbox_hook import Hook
from sandbox_merchant import call
from sandbox_payer import seen
from sandbox_payos import Channel
from sandbox_process import Process

from sandbox.payos.words import WORDS


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
    return channel


def query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def test_the_page_shows_what_to_transfer_in_both_languages(channel: Channel) -> None:
    made = channel.link()
    for lang, other in (("vi", "en"), ("en", "vi")):
        page = call("GET", f"{made['checkoutUrl']}?lang={lang}")
        assert page.status == 200
        text = seen(page.text, lang)
        for shown in ("100.000 ₫", "113366668888", "CUA HANG SANDBOX", "MB", "DH 100001", "Tiệm <b>", made["qrCode"]):
            assert shown in text
        for name, words in WORDS[lang].items():
            if name not in {"received_label", "left_label"}:
                assert words in text
            assert WORDS[other][name] not in text
        assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.text)


def test_pressing_pay_transfers_the_rest_and_goes_back_unsigned(channel: Channel, hook: Hook) -> None:
    made = channel.link()
    left = call("POST", made["checkoutUrl"], "do=pay")
    assert left.status == 303
    assert left.location.startswith("http://127.0.0.1:9/return?shop=1&code=00&")
    assert query(left.location) == {
        "shop": "1",
        "code": "00",
        "id": made["paymentLinkId"],
        "cancel": "false",
        "status": "PAID",
        "orderCode": str(made["orderCode"]),
    }
    assert len(hook.posts) == 1
    assert call("POST", made["checkoutUrl"], "do=pay").location == left.location
    assert call("GET", made["checkoutUrl"]).location == left.location
    assert channel.payment(made["orderCode"])["received"] == 100_000


def test_a_cancel_goes_to_the_cancel_address(channel: Channel, hook: Hook) -> None:
    made = channel.link()
    left = call("POST", made["checkoutUrl"], "do=cancel")
    assert left.location.startswith("http://127.0.0.1:9/cancel?shop=1&x=a+b&code=00&")
    assert (query(left.location)["cancel"], query(left.location)["status"]) == ("true", "CANCELLED")
    assert hook.posts == []


def test_a_part_leaves_the_page_open_and_the_rest_closes_it(channel: Channel, hook: Hook) -> None:
    made = channel.link()
    sent = call("POST", made["checkoutUrl"] + "/transfers", "amount=60000")
    assert sent.location == f"/payos/web/{made['paymentLinkId']}"
    text = seen(call("GET", made["checkoutUrl"]).text, "vi")
    assert "Đã nhận 60.000 ₫ · Còn thiếu 40.000 ₫" in text
    assert call("POST", made["checkoutUrl"] + "/transfers", "amount=45000").status == 303
    assert query(call("GET", made["checkoutUrl"]).location)["status"] == "PAID"
    assert [post.json["data"]["amount"] for post in hook.wait_for(2)] == [60_000, 45_000]


@pytest.mark.parametrize("amount", ["", "0", "-1", "1.5", "abc", "9" * 5000])
def test_what_is_no_amount_is_not_transferred(channel: Channel, amount: str) -> None:
    made = channel.link()
    assert call("POST", made["checkoutUrl"] + "/transfers", f"amount={amount}").status == 400
    assert channel.payment(made["orderCode"])["transfers"] == []


def test_an_expired_link_sends_the_payer_back(channel: Channel, hook: Hook) -> None:
    made = channel.link(expiredAt=2_000_000_000)
    call("POST", f"{channel.base}/_control/clock", {"offset_seconds": 1_000_000_000})
    assert query(call("GET", made["checkoutUrl"]).location)["status"] == "EXPIRED"
    assert hook.posts == []


def test_an_unknown_link_says_so(channel: Channel) -> None:
    assert call("GET", f"{channel.base}/payos/web/nothing").status == 404
    assert call("POST", f"{channel.base}/payos/web/nothing/transfers", "amount=1").status == 400
