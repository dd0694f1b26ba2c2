"""Every vector made with ZaloPay's published SDK, against the adapter; and none that was changed by one byte."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.unit.transactions.providers.loopback import provider
from tests.unit.transactions.providers.zalopay.zalopay_helpers import (
    ACCOUNT,
    HTTP,
    KEY1,
    KEY2,
    NOW,
    ORDER,
    REFUND,
    VECTORS,
    ZALOPAY,
    account,
    post,
)
from transactions.providers.base import InvalidSignature, MalformedNotification, Outcome, PaymentRef, RawRequest
from transactions.providers.zalopay import refunding, signing
from transactions.providers.zalopay.addresses import api_url

# Vectors of calls that a plain gateway has no use for; only the rule of the mac is shown to hold.
BINDING = (
    "app_id|app_trans_id|binding_data|binding_type|identifier|max_amount|req_date",
    "app_id|identifier|zp_trans_token|pay_token|req_date",
)


def moment(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def must_sign(names: Any, vector: dict[str, Any]) -> None:
    fields = {**vector["input"], "key1": KEY1}
    assert signing.bar_string(names, fields) == vector["canonical_string"]
    assert signing.mac_of(names, vector["input"], KEY1) == vector["expected_mac"]


def order_create(vector: dict[str, Any]) -> None:
    must_sign(signing.CREATE, vector)
    given = vector["input"]
    now = moment(given["app_time"])
    order = replace(ORDER, reference=given["app_trans_id"], amount=given["amount"], order_id=given["app_user"], now=now)
    with provider({"return_code": 1, "order_url": "https://zalopay.example"}) as there:
        ZALOPAY.create_payment(account(there.url), replace(order, description=given["description"]), HTTP)
    # embed_data is ours (the return address is in it) and item is empty: the vector's own string with those in place is signed.
    start = vector["canonical_string"][: -len(f"{given['embed_data']}|{given['item']}")]
    assert signing.is_signature(there.last["mac"], f"{start}{there.last['embed_data']}|[]", KEY1)
    same = {"app_id", "app_user", "app_trans_id", "app_time", "amount"} | ({"description"} if given["description"] else set())
    assert {name: there.last[name] for name in same} == {name: given[name] for name in same}
    environment = "sandbox" if "//sb-" in vector["endpoint"] else "production"
    assert api_url(replace(ACCOUNT, environment=environment), there.calls[0][0]) == vector["endpoint"]


def order_query(vector: dict[str, Any]) -> None:
    must_sign(signing.QUERY, vector)
    with provider({"return_code": 3}) as there:
        ZALOPAY.query_payment(account(there.url), PaymentRef(vector["input"]["app_trans_id"], "", NOW), HTTP, NOW)
    must_be_sent(vector, there.calls)


def refund(vector: dict[str, Any]) -> None:
    given = vector["input"]
    fee = given.get("refund_fee_amount")
    must_sign(signing.REFUND_WITH_FEE if fee else signing.REFUND, vector)
    order = replace(
        REFUND,
        reference=given["m_refund_id"].rsplit("_", 1)[1],
        amount=given["amount"],
        reason=given["description"],
        now=moment(given["timestamp"]),
        payment=replace(REFUND.payment, transaction_no=given["zp_trans_id"]),
    )
    with provider({"return_code": 3}) as there:
        ZALOPAY.refund(account(there.url, refund_fee_amount=fee), order, HTTP)
    must_be_sent(vector, there.calls)


def query_refund(vector: dict[str, Any]) -> None:
    must_sign(signing.QUERY_REFUND, vector)
    given = vector["input"]
    order = replace(REFUND, reference=given["m_refund_id"].rsplit("_", 1)[1], now=moment(given["timestamp"]))
    assert refunding.refund_id_of(ACCOUNT, order) == given["m_refund_id"]
    with provider({"return_code": 3}) as there:
        ZALOPAY.query_refund(account(there.url), order, HTTP)
    must_be_sent(vector, there.calls)


def must_be_sent(vector: dict[str, Any], calls: list[tuple[str, dict[str, Any]]]) -> None:
    """The adapter sends the very body of the SDK, to the very address."""
    [(path, body)] = calls
    assert body == {**vector["input"], "mac": vector["expected_mac"]}
    assert api_url(ACCOUNT, path) == vector.get("endpoint", api_url(ACCOUNT, path))
    if "sdk_sent_body" in vector:
        assert body == json.loads(vector["sdk_sent_body"])


def binding(vector: dict[str, Any]) -> None:
    [names] = [names.split("|") for names in BINDING if set(names.split("|")) == set(vector["input"])]
    must_sign(names, vector)


def callback_verify(vector: dict[str, Any]) -> None:
    if vector.get("expected_valid", True):
        assert signing.is_signature(vector["expected_mac"], vector["canonical_string"], KEY2)
        report = ZALOPAY.read_notification(ACCOUNT, post(vector["wire_body"].encode())).report
        data = json.loads(vector["input"]["data"])
        assert (report.outcome is Outcome.PAID) == (vector["input"]["type"] == 1)
        assert (report.reference, report.amount) == (data["app_trans_id"], data.get("amount"))
        assert report.signature == vector["expected_mac"]
        return
    with pytest.raises(InvalidSignature):
        ZALOPAY.read_notification(ACCOUNT, post(json.dumps(vector["input"]).encode()))
    assert signing.is_signature(vector["expected_mac"], vector["input"]["data"], KEY2)


def redirect_verify(vector: dict[str, Any]) -> None:
    assert signing.bar_string(signing.RETURN, vector["input"]) == vector["canonical_string"]
    assert signing.return_is_signed(vector["input"], vector["expected_checksum"], KEY2)
    view = ZALOPAY.read_return(ACCOUNT, RawRequest("GET", vector["query_string"], b""))
    assert (view.reference, view.outcome) == (vector["input"]["apptransid"], Outcome.PAID)
    assert view.amount == int(vector["input"]["amount"])


BY_OPERATION: dict[str, Callable[[dict[str, Any]], None]] = {
    "order_create": order_create,
    "order_query": order_query,
    "refund": refund,
    "query_refund": query_refund,
    "agreement_bind": binding,
    "agreement_pay": binding,
    "callback_verify": callback_verify,
    "redirect_verify": redirect_verify,
}


def test_every_vector_holds() -> None:
    executed = 0
    for vector in VECTORS:
        BY_OPERATION[vector["operation"]](vector)  # an unknown operation is a KeyError
        executed += 1
    assert executed == len(VECTORS) > 0


def changed(text: str) -> Iterator[str]:
    """Every text that differs from ``text`` in one character, which stays ASCII and no other case of itself."""
    for place, character in enumerate(text):
        other = "0" if character.lower() != "0" else "1"
        yield text[:place] + other + text[place + 1 :]


@pytest.mark.parametrize("vector", [v for v in VECTORS if "canonical_string" in v], ids=lambda vector: vector["name"])
def test_one_changed_byte_refuses(vector: dict[str, Any]) -> None:
    key = {"key1": KEY1, "key2": KEY2}[vector["key"]]
    text, signature = vector["canonical_string"], vector.get("expected_mac") or vector["expected_checksum"]
    assert signing.is_signature(signature, text, key)
    assert signing.is_signature(signature.upper(), text, key)
    assert not any(signing.is_signature(signature, other, key) for other in changed(text))
    assert not any(signing.is_signature(signature, text, other) for other in changed(key))
    assert not any(signing.is_signature(other, text, key) for other in changed(signature))


@pytest.mark.parametrize("vector", [v for v in VECTORS if "wire_body" in v], ids=lambda vector: vector["name"])
def test_one_changed_byte_of_a_callback_refuses_or_says_the_same(vector: dict[str, Any]) -> None:
    expected = ZALOPAY.read_notification(ACCOUNT, post(vector["wire_body"].encode()))
    survivors = 0
    for body in changed(vector["wire_body"]):
        try:
            again = ZALOPAY.read_notification(ACCOUNT, post(body.encode()))
        except (InvalidSignature, MalformedNotification):
            continue
        survivors += 1
        assert again == expected
    # Only the type, its name and nothing else is unsigned.
    assert survivors == len("type") + len("1")


@pytest.mark.parametrize("vector", [v for v in VECTORS if "query_string" in v], ids=lambda vector: vector["name"])
def test_one_changed_byte_of_a_return_refuses_or_says_the_same(vector: dict[str, Any]) -> None:
    expected = ZALOPAY.read_return(ACCOUNT, RawRequest("GET", vector["query_string"], b""))
    survivors = 0
    for query in changed(urlsplit(f"?{vector['query_string']}").query):
        try:
            again = ZALOPAY.read_return(ACCOUNT, RawRequest("GET", query, b""))
        except (InvalidSignature, MalformedNotification):
            continue
        survivors += 1
        assert again == expected
    # The name of a field without a value, and the sign before nothing.
    assert survivors <= (len("bankcode=") if "bankcode=&" in vector["query_string"] else 0)
