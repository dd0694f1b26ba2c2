"""Every vector made with MoMo's published samples and SDKs, against the adapter; and none that was changed by one byte."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.unit.transactions.providers.momo.momo_helpers import (
    ACCESS,
    ACCOUNT,
    HTTP,
    MOMO,
    NOW,
    ORDER,
    PARTNER,
    PAYMENT,
    REFUND,
    SECRET,
    VECTORS,
    account,
    momo,
    post,
)
from transactions.providers.base import (
    AckOutcome,
    InvalidSignature,
    MalformedNotification,
    Outcome,
    PaymentRef,
    RawRequest,
)
from transactions.providers.momo import signing

PATH = "https://test-payment.momo.vn/v2/gateway/api"
METHODS = {"captureWallet": "wallet", "payWithCC": "international_card"}
FINAL = {Outcome.PAID, Outcome.FAILED}


def create(vector: dict[str, Any]) -> None:
    body = vector["request_body"]
    assert signing.raw_string(signing.CREATE, body, ACCESS) == vector["raw_signature"]
    assert signing.signature_of(signing.CREATE, body, ACCOUNT.credentials) == vector["signature"]
    if body["extraData"]:
        return  # the adapter itself sends none
    order = replace(
        ORDER,
        reference=body["orderId"],
        amount=int(body["amount"]),
        description=body["orderInfo"],
        return_url=body["redirectUrl"],
        notify_url=body["ipnUrl"],
        payment_method=METHODS[body["requestType"]],
        payer={"email": "payer@example.vn"},
    )
    with momo({"resultCode": 0, "payUrl": "https://momo.example/pay"}) as there:
        MOMO.create_payment(account(there.url), order, HTTP)
    # requestId is ours to choose: it is the reference, so the vector's own string is signed with it in place.
    text = vector["raw_signature"].replace(body["requestId"], order.reference)
    assert signing.raw_string(signing.CREATE, there.last, ACCESS) == text
    assert signing.is_signature(there.last["signature"], text, SECRET)
    assert f"{PATH}{there.calls[0][0]}" == vector["endpoint"]


def create_response(vector: dict[str, Any]) -> None:
    body = vector["response_body"]
    assert signing.raw_string(signing.CREATE_ANSWER, body, ACCESS) == vector["raw_signature"]
    order = replace(ORDER, reference=body["orderId"], amount=body["amount"])
    # The adapter's requestId is its reference; the vector names another, so its answer is about another order.
    with momo({**body, "requestId": order.reference, "signature": None}) as there:
        assert MOMO.create_payment(account(there.url), order, HTTP).payment_url == body["payUrl"]
    assert signing.is_signature(vector["signature"], vector["raw_signature"], SECRET)


def ipn(vector: dict[str, Any]) -> None:
    fields = {name: str(value) for name, value in vector["body"].items()}
    assert signing.raw_string(signing.NOTICE, fields, ACCESS) == vector["raw_signature_signed"]
    report = MOMO.read_notification(ACCOUNT, post(vector["body"])).report
    expected = vector["expected"]
    assert (report.outcome is Outcome.PAID) == expected["paid"]
    assert (report.outcome in FINAL) == expected.get("final", expected["paid"])
    assert (report.reference, report.amount) == (fields["orderId"], vector["body"]["amount"])
    assert report.signature == vector["signature"]
    answer = MOMO.acknowledge(AckOutcome.STORED, post(b""))
    assert (answer.status, answer.body) == (expected["http_status"], b"")


def redirect(vector: dict[str, Any]) -> None:
    view = MOMO.read_return(ACCOUNT, RawRequest("GET", urlsplit(vector["url"]).query, b""))
    assert (view.reference, view.outcome, view.amount) == ("OD-20261122-0009", Outcome.PAID, 100_000)


def query(vector: dict[str, Any]) -> None:
    body = vector["request_body"]
    assert signing.raw_string(signing.QUERY, body, ACCESS) == vector["raw_signature"]
    assert signing.signature_of(signing.QUERY, body, ACCOUNT.credentials) == vector["signature"]
    with momo({"resultCode": 1000}) as there:
        MOMO.query_payment(account(there.url), PaymentRef(body["orderId"], "", NOW), HTTP, NOW)
    text = vector["raw_signature"].replace(body["requestId"], there.last["requestId"])
    assert set(there.last) == set(body)
    assert signing.is_signature(there.last["signature"], text, SECRET)


def refund(vector: dict[str, Any]) -> None:
    body = vector["request_body"]
    assert signing.signature_of(signing.REFUND, body, ACCOUNT.credentials) == vector["signature"]
    order = replace(REFUND, reference=body["orderId"], amount=body["amount"], reason="")
    with momo({"resultCode": 0, "transId": 1}) as there:
        MOMO.refund(account(there.url), order, HTTP)
    text = vector["raw_signature"].replace(body["requestId"], order.reference)
    assert there.last == {**body, "requestId": order.reference, "signature": there.last["signature"]}
    assert signing.is_signature(there.last["signature"], text, SECRET)


def refund_query(vector: dict[str, Any]) -> None:
    body = vector["request_body"]
    assert signing.signature_of(signing.REFUND_QUERY, body, ACCOUNT.credentials) == vector["signature"]
    order = replace(REFUND, reference=body["orderId"])
    with momo({"resultCode": 7000}) as there:
        MOMO.query_refund(account(there.url), order, HTTP)
    text = vector["raw_signature"].replace(body["requestId"], order.reference)
    assert there.last == {**body, "requestId": order.reference, "signature": there.last["signature"]}
    assert signing.is_signature(there.last["signature"], text, SECRET)


def confirm(vector: dict[str, Any]) -> None:
    body = vector["request_body"]
    assert signing.signature_of(signing.CONFIRM, body, ACCOUNT.credentials) == vector["signature"]
    payment = replace(PAYMENT, reference=body["orderId"])
    with momo({"resultCode": 0}) as there:
        MOMO.capture_payment(account(there.url), payment, HTTP, NOW)
    asked = there.last
    text = vector["raw_signature"].replace(body["requestId"], asked["requestId"])
    assert asked == {**body, "requestId": asked["requestId"], "signature": asked["signature"]}
    assert signing.is_signature(asked["signature"], text, SECRET)


BY_KIND: dict[str, Callable[[dict[str, Any]], None]] = {
    "create": create,
    "create_response": create_response,
    "ipn": ipn,
    "redirect": redirect,
    "query": query,
    "refund": refund,
    "refund_query": refund_query,
    "confirm": confirm,
}


def test_every_vector_holds() -> None:
    executed = 0
    for vector in VECTORS:
        BY_KIND[vector["kind"]](vector)  # an unknown kind is a KeyError
        executed += 1
    assert executed == len(VECTORS) > 0


def changed(text: str) -> Iterator[str]:
    """Every text that differs from ``text`` in one character, which stays ASCII and no other case of itself."""
    for place, character in enumerate(text):
        other = "0" if character.lower() != "0" else "1"
        yield text[:place] + other + text[place + 1 :]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_one_changed_byte_refuses(vector: dict[str, Any]) -> None:
    text, signature = vector.get("raw_signature") or vector["raw_signature_signed"], vector["signature"]
    assert signing.is_signature(signature, text, SECRET)
    assert signing.is_signature(signature.upper(), text, SECRET)
    assert not any(signing.is_signature(signature, other, SECRET) for other in changed(text))
    assert not any(signing.is_signature(signature, text, other) for other in changed(SECRET))
    assert not any(signing.is_signature(other, text, SECRET) for other in changed(signature))


def requests_of(vector: dict[str, Any]) -> Iterator[RawRequest]:
    if vector["kind"] == "ipn":
        for text in changed(json.dumps(vector["body"], ensure_ascii=False)):
            yield post(text.encode())
    else:
        for text in changed(urlsplit(vector["url"]).query):
            yield RawRequest("GET", text, b"")


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["kind"] in ("ipn", "redirect")], ids=lambda vector: vector["id"])
def test_one_changed_byte_of_a_notice_refuses_or_says_the_same(vector: dict[str, Any]) -> None:
    original = post(vector["body"]) if "body" in vector else RawRequest("GET", urlsplit(vector["url"]).query, b"")
    expected = MOMO.read_notification(ACCOUNT, original)
    refused = 0
    for request in requests_of(vector):
        try:
            again = MOMO.read_notification(ACCOUNT, request)
        except (InvalidSignature, MalformedNotification):
            refused += 1
            continue
        # Only what is not signed, and the name of an empty field, may change unnoticed.
        assert again == expected
    assert refused > 300


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["kind"] == "ipn"], ids=lambda vector: vector["id"])
def test_a_notice_for_another_account_is_refused(vector: dict[str, Any]) -> None:
    for name, value in (("access_key", "other"), ("secret_key", "other"), ("partner_code", "OTHER"), ("secret_key", "")):
        stranger = replace(ACCOUNT, credentials={**ACCOUNT.credentials, name: value})
        with pytest.raises(InvalidSignature):
            MOMO.read_notification(stranger, post(vector["body"]))
    assert MOMO.peek(post(vector["body"])).identifier == PARTNER
