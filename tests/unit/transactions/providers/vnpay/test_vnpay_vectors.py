"""Every vector made with VNPay's published SDK and demos, against the adapter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from vnpay_helpers import ACCOUNT, DOCUMENT, NOW, PAYMENT, SECRET, VECTORS, VNPAY, FakeHttp, get, refund_order

from payments_site.kernel.clock import compact
from payments_site.kernel.http import HttpClient
from transactions.providers.base import AckOutcome, Outcome, PaymentOrder, PaymentRef
from transactions.providers.vnpay import signing

AMOUNT_OF_THE_ORDER = 100_000
REPLIES = {
    "signature mismatch": AckOutcome.BAD_SIGNATURE,
    "order unknown": AckOutcome.UNKNOWN_ORDER,
    "amount differs": AckOutcome.WRONG_AMOUNT,
    "already final": AckOutcome.REPEATED,
    "recorded now, paid or failed": AckOutcome.STORED,
    "internal error or missing input": AckOutcome.OUR_ERROR,
}


def payment_url(vector: dict[str, Any]) -> None:
    assert signing.form_string(vector["fields"]) == vector["canonical_string"]
    assert signing.sign(vector["canonical_string"], SECRET) == vector["secure_hash"]
    assert signing.form_is_signed(vector["fields"], vector["secure_hash"], SECRET)
    for other in vector["different_hash_from"].values():
        assert not signing.form_is_signed(vector["fields"], other["secure_hash"], SECRET)
    query = f"{signing.form_string(vector['fields'])}&vnp_SecureHash={vector['secure_hash']}"
    assert vector["payment_url"].split("?", 1)[1] == query


def ipn(vector: dict[str, Any]) -> None:
    assert signing.form_string(vector["fields_signed"]) == vector["canonical_string"]
    report = VNPAY.read_notification(ACCOUNT, get(vector["query_string"])).report
    expected = vector["expected"]
    if "paid" in expected:
        assert (report.outcome is Outcome.PAID) == expected["paid"]
    replies = [expected[key] for key in ("reply", "reply_first", "reply_repeat") if key in expected]
    outcome = AckOutcome.STORED if report.amount == AMOUNT_OF_THE_ORDER else AckOutcome.WRONG_AMOUNT
    for reply, ack in zip(replies, [outcome, AckOutcome.REPEATED], strict=False):
        assert json.loads(VNPAY.acknowledge(ack, get("")).body) == reply
    assert dict(report.fields) == vector["fields_signed"]
    assert report.signature == vector["secure_hash"]


def return_url(vector: dict[str, Any]) -> None:
    view = VNPAY.read_return(ACCOUNT, get(vector["query_string"]))
    assert (view.reference, view.outcome, view.amount) == ("T20261122-0110", Outcome.PAID, 100_000)


def querydr(vector: dict[str, Any]) -> None:
    body = {name: str(value) for name, value in vector["request"]["body"].items()}
    assert tuple(vector["request_sign_order"]) == signing.QUERY_REQUEST
    assert tuple(vector["response_sign_order"]) == signing.QUERY_ANSWER
    assert signing.bar_string(signing.QUERY_REQUEST, body) == vector["request_canonical"]
    assert signing.sign(vector["request_canonical"], SECRET) == vector["request_secure_hash"]
    http = FakeHttp(vector["response"])
    report = VNPAY.query_payment(ACCOUNT, PaymentRef(body["vnp_TxnRef"], body["vnp_TransactionDate"], NOW), http, NOW)
    assert (report.outcome is Outcome.PAID) == vector["expected"]["paid"]
    assert (report.outcome is Outcome.PENDING) == vector["expected"].get("pending", False)
    assert http.calls[0][0] == vector["request"]["url"]


def refund(vector: dict[str, Any]) -> None:
    body = {name: str(value) for name, value in vector["request"]["body"].items()}
    assert tuple(vector["request_sign_order"]) == signing.REFUND_REQUEST
    assert tuple(vector["response_sign_order"]) == signing.REFUND_ANSWER
    order = refund_order(
        reference=body["vnp_RequestId"],
        payment=PAYMENT,
        reason=body["vnp_OrderInfo"],
        now=datetime.fromisoformat("2026-11-22T09:00:00+07:00"),
    )
    http = FakeHttp(vector["response"])
    report = VNPAY.refund(ACCOUNT, order, http)
    assert report.outcome is {"processing": Outcome.PENDING}[vector["expected"]["refund_state"]]
    assert report.refund_no == vector["response"]["vnp_TransactionNo"]
    assert http.calls == [(vector["request"]["url"], body)]


BY_KIND: dict[str, Callable[[dict[str, Any]], None]] = {
    "payment_url": payment_url,
    "ipn": ipn,
    "return_url": return_url,
    "querydr": querydr,
    "refund": refund,
}


def test_every_vector_holds() -> None:
    executed = 0
    for vector in VECTORS:
        BY_KIND[vector["kind"]](vector)  # an unknown kind is a KeyError
        executed += 1
    for vector in DOCUMENT["timezone_vectors"]:
        assert compact(datetime.fromisoformat(vector["instant_utc"])) == vector["vnp_CreateDate"]
        executed += 1
    for row in DOCUMENT["ipn_reply_table"]:
        answer = VNPAY.acknowledge(REPLIES[row["case"]], get(""))
        assert (answer.status, json.loads(answer.body)) == (200, row["reply"])
        executed += 1
    assert executed == sum(len(value) for value in DOCUMENT.values() if is_cases(value))


def is_cases(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def can_be_ordered(vector: dict[str, Any]) -> bool:
    """Whether the adapter would send just these fields: none of billing, and a text that needs no folding."""
    fields = vector.get("fields", {})
    billing = any("_Bill_" in name for name in fields)
    return (
        vector["kind"] == "payment_url" and not billing and re.fullmatch(r"[\w .:-]+", fields["vnp_OrderInfo"], re.A) is not None
    )


@pytest.mark.parametrize("vector", [vector for vector in VECTORS if can_be_ordered(vector)], ids=lambda vector: vector["id"])
def test_the_adapter_makes_the_very_url_of_the_vector(vector: dict[str, Any]) -> None:
    fields = vector["fields"]
    order = PaymentOrder(
        reference=fields["vnp_TxnRef"],
        amount=vector["input_sdk"]["vnp_Amount"],
        description=fields["vnp_OrderInfo"],
        return_url=fields["vnp_ReturnUrl"],
        notify_url="",
        payer_ip=fields["vnp_IpAddr"],
        locale="vi",
        created_at=datetime.fromisoformat("2026-11-21T18:30:00+00:00"),
        expires_at=datetime.fromisoformat("2026-11-21T18:45:00+00:00"),
        payment_method={"VNPAYQR": "qr", None: None}[fields.get("vnp_BankCode")],
    )
    session = VNPAY.create_payment(ACCOUNT, order, HttpClient())
    assert session.payment_url == vector["payment_url"]
    assert parse_qs(urlsplit(session.payment_url).query)["vnp_SecureHash"] == [vector["secure_hash"]]
