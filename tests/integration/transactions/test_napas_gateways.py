"""The NAPAS adapter and the sandbox's NAPAS over real HTTP: what the contract of all providers does not reach."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sandbox_process import Process

from payments_site.devstack.environment import sandbox_addresses
from payments_site.kernel.http import HttpAnswer, HttpClient, ProviderSilent
from tests.factories.live import call
from transactions.providers.base import AccountContext, Outcome, PaymentOrder, PaymentRef, RawRequest, RefundOrder
from transactions.providers.napas.adapter import NapasAdapter

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING
NAPAS, HTTP = NapasAdapter(), HttpClient(read_timeout=5)
CREDENTIALS = {"merchant_id": "SMARTSHOP", "client_secret": "a client secret", "username": "api user", "password": "p&ss=1"}
_numbers = itertools.count(1)


class Statuses(HttpClient):
    """A client that remembers what its requests were answered with."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.seen: list[int] = []

    def request(self, *args: Any, **values: Any) -> HttpAnswer:
        answer = super().request(*args, **values)
        self.seen.append(answer.status)
        return answer


class Gateway:
    """An account at a running sandbox, in either mode."""

    def __init__(self, base: str, **options: Any) -> None:
        self.base = base
        self.account = AccountContext("sandbox", CREDENTIALS, sandbox_addresses(base), options=options)
        self.control("reset")
        self.control("accounts", **CREDENTIALS, notify_url="http://127.0.0.1:9/ipn", options={"access_code": "ACCESS01"})

    def control(self, path: str, **body: Any) -> Any:
        answer = call("POST", f"{self.base}/_control/napas/{path}", body)
        assert answer.status < 300, answer.text
        return answer.json

    def pay(self, order: PaymentOrder, outcome: str = "paid", **more: Any) -> Any:
        return self.control("pay", reference=order.reference, outcome=outcome, notice="none", **more)

    def ask(self, order: PaymentOrder) -> Any:
        return NAPAS.query_payment(self.account, payment_of(order), HTTP, datetime.now(UTC))

    def refund(self, refund: RefundOrder) -> Any:
        return NAPAS.refund(self.account, refund, HTTP)

    def ask_refund(self, refund: RefundOrder) -> Any:
        return NAPAS.query_refund(self.account, refund, HTTP)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    process = Process("sandbox", SANDBOX_PORT="0")
    yield process.base
    assert process.stop() == 0


@pytest.fixture
def dps(sandbox: str) -> Gateway:
    return Gateway(sandbox)


@pytest.fixture
def legacy(sandbox: str) -> Gateway:
    return Gateway(sandbox, mode="vpc", access_code="ACCESS01")


def new_order(**changes: Any) -> PaymentOrder:
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "reference": NAPAS.reference_for(next(_numbers), now), "amount": 100_000, "description": "Thanh toán đơn hàng #1",
        "return_url": "http://127.0.0.1:9/return", "notify_url": "", "payer_ip": "203.0.113.9", "locale": "vi",
        "created_at": now, "expires_at": now + timedelta(minutes=15), "page_url": "http://127.0.0.1:9/page", "now": now,
    }  # fmt: skip
    return PaymentOrder(**{**values, **changes})


def payment_of(order: PaymentOrder, number: str | None = None) -> PaymentRef:
    return PaymentRef(order.reference, "", order.created_at, transaction_no=number)


def new_refund(order: PaymentOrder, number: str | None, amount: int, **changes: Any) -> RefundOrder:
    made = RefundOrder(
        reference=f"R{next(_numbers):010d}", payment=payment_of(order, number), amount=amount, payment_amount=order.amount,
        full=amount == order.amount, reason="", requested_by="shop", now=datetime.now(UTC),
    )  # fmt: skip
    return replace(made, **changes)


def opened_dps(gateway: Gateway, **changes: Any) -> PaymentOrder:
    order = new_order(**changes)
    NAPAS.open_form(gateway.account, order, HTTP)
    return order


def opened_legacy(gateway: Gateway) -> PaymentOrder:
    order = new_order()
    session = NAPAS.create_payment(gateway.account, order, HTTP)
    assert call("GET", session.payment_url).status in (302, 303)
    return order


def test_a_payment_by_international_card_is_found_and_refunded(dps: Gateway) -> None:
    order = opened_dps(dps, payment_method="international_card")
    assert dps.ask(order).outcome is PENDING
    dps.pay(order)
    report = dps.ask(order)
    assert (report.outcome, report.amount, report.refunded_total) == (PAID, 100_000, 0)
    assert dps.refund(new_refund(order, report.transaction_no, 100_000)).outcome is PAID
    assert dps.ask(order).refunded_total == 100_000


def test_a_refund_whose_answer_was_lost_is_found_by_the_total_and_never_made_twice(dps: Gateway) -> None:
    order = opened_dps(dps)
    dps.pay(order)
    refund = new_refund(order, dps.ask(order).transaction_no, 40_000)
    assert dps.ask_refund(refund).outcome is PENDING
    dps.control("faults", target="refund", mode="lost", times=1)
    with pytest.raises(ProviderSilent):
        dps.refund(refund)
    assert dps.ask_refund(refund).outcome is PAID
    assert dps.ask_refund(replace(refund, others_in_flight=True)).outcome is PENDING
    assert dps.refund(refund).outcome is PAID
    assert dps.ask(order).refunded_total == 40_000
    second = new_refund(order, None, 60_000, refunded_before=40_000)
    assert dps.ask_refund(second).outcome is PENDING
    assert dps.refund(second).outcome is PAID
    assert dps.ask_refund(second).outcome is PAID
    too_much = dps.refund(new_refund(order, None, 1_000, refunded_before=100_000))
    assert (too_much.outcome, bool(too_much.failure_vi)) == (FAILED, True)


def test_a_token_that_the_provider_forgot_is_renewed(dps: Gateway) -> None:
    opened_dps(dps)
    dps.control("reset")
    dps.control("accounts", **CREDENTIALS, notify_url="http://127.0.0.1:9/ipn", options={})
    http, order = Statuses(read_timeout=5), new_order()
    NAPAS.open_form(dps.account, order, http)
    assert http.seen == [401, 200, 200]
    dps.pay(order)
    assert dps.ask(order).outcome is PAID


def test_the_legacy_gateway_takes_a_payment_and_brings_the_payer_back(legacy: Gateway) -> None:
    order = opened_legacy(legacy)
    assert legacy.ask(order).outcome is PENDING
    paid = legacy.pay(order)
    view = NAPAS.read_return(legacy.account, RawRequest("GET", urlsplit(paid["return_url"]).query, b""))
    assert (view.outcome, view.reference, view.amount) == (PAID, order.reference, 100_000)
    report = legacy.ask(order)
    assert (report.outcome, report.amount, report.transaction_no) == (PAID, 100_000, view.transaction_no)


def test_a_failed_payment_at_the_legacy_gateway_fails_with_its_reason(legacy: Gateway) -> None:
    order = opened_legacy(legacy)
    failed = legacy.pay(order, "fail", code="51")
    view = NAPAS.read_return(legacy.account, RawRequest("GET", urlsplit(failed["return_url"]).query, b""))
    report = legacy.ask(order)
    assert (view.outcome, report.outcome, report.failure_code) == (FAILED, FAILED, "7")
    assert view.message_vi == report.failure_vi


def test_an_order_that_the_legacy_gateway_does_not_know_is_pending(legacy: Gateway) -> None:
    report = legacy.ask(new_order())
    assert (report.outcome, report.conclusive) == (PENDING, True)


def test_the_legacy_gateway_gives_money_back_but_can_not_be_asked_about_it(legacy: Gateway) -> None:
    order = opened_legacy(legacy)
    legacy.pay(order)
    number = legacy.ask(order).transaction_no
    assert legacy.refund(new_refund(order, number, 40_000)).outcome is PAID
    assert legacy.refund(new_refund(order, number, 60_001)).outcome is FAILED
    lost = new_refund(order, number, 10_000)
    legacy.control("faults", target="refund", mode="lost", times=1)
    with pytest.raises(ProviderSilent):
        legacy.refund(lost)
    assert legacy.ask_refund(lost).outcome is PENDING
    shown = call("GET", f"{legacy.base}/_control/napas/payments/{order.reference}").json
    assert sorted(refund["amount"] for refund in shown["refunds"] if refund["state"] == "completed") == [10_000, 40_000]
