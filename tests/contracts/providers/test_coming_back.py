"""The payer's browser comes back, from every provider: shown and sent on, never believed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.factories.bench import Bench, Reply


def come_back(bench: Bench, ended: dict[str, Any], change: str = "") -> Reply:
    """What the browser does after the provider's page; ``change`` spoils what it brings."""
    path = f"/api/v1/webhooks/{bench.words.code}/{bench.account_id}/return"
    form = ended.get("return_form")
    if form:
        body = urlencode({name: value[:-3] + change + value[-3:] if change else value for name, value in form["fields"].items()})
        answer = bench.client.generic("POST", path, body, "application/x-www-form-urlencoded")
    else:
        query = urlsplit(ended["return_url"]).query
        answer = bench.client.get(f"{path}?{query}{change}")
    return Reply(answer.status_code, answer.content, dict(answer.headers))


def test_the_payer_is_sent_on_to_the_shop(bench: Bench) -> None:
    if not bench.words.returns:
        return
    payment = bench.create(return_url="https://shop.example/done?cart=7")
    [seen] = bench.pay(payment, "paid")
    bench.give(seen)
    back = come_back(bench, bench.last)
    assert back.status == 302
    address = urlsplit(back.headers["Location"])
    assert address.hostname == "shop.example"
    told = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert told == {
        "cart": "7", "transaction_id": payment["transaction_id"], "order_id": payment["order_id"], "status": "completed",
    }  # fmt: skip


def test_coming_back_settles_nothing(bench: Bench) -> None:
    if not bench.words.returns:
        return
    payment = bench.create()
    bench.pay(payment, "paid", notice="none")
    assert come_back(bench, bench.last).status == 302
    assert bench.show(payment)["status"] == "pending"
    attempt = bench.attempt(payment)
    assert attempt.return_received_at is not None


def test_what_the_browser_changed_is_not_believed(bench: Bench) -> None:
    if not bench.words.returns:
        return
    payment = bench.create()
    bench.pay(payment, "paid", notice="none")
    back = come_back(bench, bench.last, change="9")
    assert back.status == 400 if bench.words.signed_return else back.status in (302, 400)
    assert bench.show(payment)["status"] == "pending"


def test_a_payer_who_gave_up_goes_to_the_cancel_address(bench: Bench) -> None:
    if not bench.words.returns:
        return
    payment = bench.create(cancel_url="https://shop.example/cart")
    for seen in bench.pay(payment, "cancel"):
        bench.give(seen)
    back = come_back(bench, bench.last)
    assert back.status == 302
    assert urlsplit(back.headers["Location"]).path == "/cart"


def test_a_return_without_anything_is_a_page_and_no_error(bench: Bench) -> None:
    path = f"/api/v1/webhooks/{bench.words.code}/{bench.account_id}/return"
    for answer in (bench.client.get(path), bench.client.post(path), bench.client.get(f"{path}?a=%00&b=%ff")):
        assert answer.status_code == 400
        assert b"<html" in answer.content
