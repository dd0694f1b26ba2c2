"""Creating a payment and opening its form: what is sent, what the page gets, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from payments_site.kernel.http import HttpClient, ProviderSilent, ProviderUnreachable
from tests.unit.transactions.providers.napas.napas_helpers import (
    API,
    MERCHANT,
    MERCHANT_API,
    NAPAS,
    NOW,
    REFERENCE,
    VPC_ACCOUNT,
    FakeHttp,
    account,
    answer,
    order,
    token,
)
from transactions.providers.base import AnswerUnreadable, CredentialsRefused, FateUnknown, ProviderRefused

KEYS = {"result": "SUCCESS", "merchantId": MERCHANT, "dataKey": "AE52E8", "napasKey": "MIGfMA0:MIIBsD"}


def test_creating_asks_nothing_of_napas_and_leads_to_our_own_page() -> None:
    http = FakeHttp()
    session = NAPAS.create_payment(account(), order(), http)
    assert (session.payment_url, session.order_info) == ("https://pay.example.vn/p/att_1", "Thanh toan don hang 1")
    assert session.merchant_code == MERCHANT
    assert http.calls == []


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 999}, {"amount": 500_000_001}, {"payment_method": "wallet"}, {"payment_method": "NCB"},
        {"reference": "with space"}, {"reference": "x" * 41}, {"page_url": ""},
    ],
)  # fmt: skip
def test_what_napas_can_not_take_is_refused_before_anything_is_sent(changes: dict[str, Any]) -> None:
    with pytest.raises(ProviderRefused):
        NAPAS.create_payment(account(), order(**changes), HttpClient())


def test_the_bounds_of_an_amount_are_the_accounts_own() -> None:
    own = account(options={"min_amount": 50_000, "max_amount": 60_000})
    for amount, taken in ((49_999, False), (50_000, True), (60_000, True), (60_001, False)):
        try:
            NAPAS.create_payment(own, order(amount=amount), HttpClient())
        except ProviderRefused:
            assert not taken
        else:
            assert taken


def test_opening_the_form_fetches_a_token_and_a_data_key() -> None:
    http = FakeHttp(token("tok"), answer(KEYS))
    form = NAPAS.open_form(account("form-1"), order(), http)
    assert http.calls == [("POST", f"{API}/oauth/token"), ("POST", f"{MERCHANT_API}/datakey")]
    assert http.headers[1]["Authorization"] == "Bearer tok"
    inputs = {
        "clientIP": "203.0.113.9", "deviceId": REFERENCE, "environment": "WebApp", "cardScheme": "AtmCard",
        "enable3DSecure": "false",
    }  # fmt: skip
    assert http.json_body(1) == {
        "apiOperation": "DATA_KEY",
        "order": {"id": REFERENCE, "amount": 100_000, "currency": "VND"},
        "inputParameters": inputs,
    }
    assert (form.action, form.form_fields) == ("https://pay.example.vn/return/napas/acme", {})
    assert form.script_url == f"{API}/restjs/resources/js/napas.hostedform.min.js"
    assert form.script_attributes == {
        "merchantId": MERCHANT, **inputs, "apiOperation": "PAY", "orderAmount": "100000", "orderCurrency": "VND",
        "orderReference": "Thanh toan don hang 1", "orderId": REFERENCE, "channel": "6014", "sourceOfFundsType": "CARD",
        "dataKey": "AE52E8", "napasKey": "MIGfMA0:MIIBsD",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "scheme", "secure"),
    [
        (None, "AtmCard", "false"),
        ("card", "AtmCard", "false"),
        ("domestic_card", "AtmCard", "false"),
        ("international_card", "CreditCard", "true"),
    ],
)
def test_the_method_chooses_the_scheme_of_the_card(method: str | None, scheme: str, secure: str) -> None:
    own = account(f"scheme-{method}", options={"channel": "7399"}, urls={"NAPAS_API_URL": "https://napas.example/api/"})
    http = FakeHttp(token(), answer(KEYS))
    form = NAPAS.open_form(own, order(payment_method=method), http)
    asked = http.json_body(1)["inputParameters"]
    assert (asked["cardScheme"], asked["enable3DSecure"]) == (scheme, secure)
    assert form.script_attributes["cardScheme"] == scheme
    assert form.script_attributes["channel"] == "7399"
    assert http.calls[1][1] == f"https://napas.example/api/rest/version/1/merchant/{MERCHANT}/datakey"
    assert form.script_url.startswith("https://napas.example/api/restjs/")


@pytest.mark.parametrize(
    ("given", "raised"),
    [
        (answer({"result": "ERROR", "error": {"cause": "INVALID_REQUEST", "explanation": "amount"}}), ProviderRefused),
        (answer({"result": "ERROR", "error": {"cause": "INVALID_REQUEST"}}, 400), ProviderRefused),
        (answer({"result": "ERROR", "error": {"cause": "SERVER_BUSY"}}), FateUnknown),
        (answer({"result": "FAILURE"}), FateUnknown),
        (answer({"result": "ERROR"}, 500), FateUnknown),
        (answer({}, 429), FateUnknown),
        (answer(b"<html>"), AnswerUnreadable),
        (answer(b"<html>", 404), AnswerUnreadable),
        (answer({}, 404), AnswerUnreadable),
        (answer([]), AnswerUnreadable),
        (answer({**KEYS, "merchantId": "OTHER"}), AnswerUnreadable),
        (answer({**KEYS, "dataKey": None}), AnswerUnreadable),
        (answer({**KEYS, "napasKey": ""}), AnswerUnreadable),
        (answer({**KEYS, "napasKey": "a\nb"}), AnswerUnreadable),
        (answer({}, 403), CredentialsRefused),
        (ProviderSilent("x"), ProviderSilent),
        (ProviderUnreachable("x"), ProviderUnreachable),
    ],
)
def test_a_form_is_not_opened_without_a_good_data_key(given: Any, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        NAPAS.open_form(account("no-form"), order(now=None, created_at=NOW), FakeHttp(token(), given))


def test_an_account_in_legacy_mode_has_no_form() -> None:
    with pytest.raises(ProviderRefused):
        NAPAS.open_form(VPC_ACCOUNT, order(), HttpClient())


def test_references_are_short_unique_and_acceptable_to_napas() -> None:
    made = [NAPAS.reference_for(number, NOW) for number in (1, 2, 2**63 - 1)]
    assert made == ["0000000000001", "0000000000002", "7ZZZZZZZZZZZZ"]


def test_only_its_own_methods_are_taken() -> None:
    assert [method.code for method in NAPAS.methods if NAPAS.accepts_method(method.code)] == [
        "card", "domestic_card", "international_card",
    ]  # fmt: skip
    assert not any(NAPAS.accepts_method(method) for method in ("", "qr", "wallet", "bank_transfer", "NCB", "CARD"))


def test_credentials_are_judged_by_their_form() -> None:
    good = {"merchant_id": "MADE.UP-1", "client_secret": "s", "username": "api user", "password": "p!~"}
    assert NAPAS.check_credentials(good) == {}
    assert set(NAPAS.check_credentials({**good, "merchant_id": "a b"})) == {"merchant_id"}
    for wrong in ("", " a", "a ", "a\n", "é", "x" * 257):
        assert set(NAPAS.check_credentials({**good, "password": wrong})) == {"password"}
