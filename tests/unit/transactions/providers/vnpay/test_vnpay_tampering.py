"""One changed byte of message, key or signature refuses, at every position of every vector that verifies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from vnpay_helpers import (
    ACCOUNT,
    NOW,
    PAYMENT,
    SECRET,
    TERMINAL,
    VECTORS,
    VNPAY,
    FakeHttp,
    get,
    hmac_of,
    notice_query,
    refund_order,
)

from transactions.providers.base import (
    AccountContext,
    AnswerUnreadable,
    InvalidSignature,
    MalformedNotification,
    PaymentRef,
    Peeked,
    RawRequest,
)
from transactions.providers.vnpay import signing, webhook

REFUSALS = (InvalidSignature, MalformedNotification)


def signed_texts() -> Iterator[Any]:
    for vector in VECTORS:
        for text, signature in (
            ("canonical_string", "secure_hash"),
            ("request_canonical", "request_secure_hash"),
            ("response_canonical", "response_secure_hash"),
        ):
            if text in vector:
                yield pytest.param(vector[text], vector[signature], id=f"{vector['id']}-{text}")


def changed(text: str) -> Iterator[str]:
    """Every text that differs from ``text`` in one character, which stays ASCII and no other case of itself."""
    for place, character in enumerate(text):
        other = "0" if character.lower() != "0" else "1"
        yield text[:place] + other + text[place + 1 :]


@pytest.mark.parametrize(("text", "signature"), [*signed_texts()])
def test_one_changed_byte_refuses(text: str, signature: str) -> None:
    assert signing.is_signature(signature, text, SECRET)
    assert signing.is_signature(signature.upper(), text, SECRET)
    assert not any(signing.is_signature(signature, other, SECRET) for other in changed(text))
    assert not any(signing.is_signature(signature, text, other) for other in changed(SECRET))
    assert not any(signing.is_signature(other, text, SECRET) for other in changed(signature))


@pytest.mark.parametrize("vector", [v for v in VECTORS if "query_string" in v], ids=lambda vector: vector["id"])
def test_one_changed_byte_of_a_notice_refuses_or_says_the_same(vector: dict[str, Any]) -> None:
    original = VNPAY.read_notification(ACCOUNT, get(vector["query_string"]))
    survivors = 0
    for query in changed(vector["query_string"]):
        try:
            again = VNPAY.read_notification(ACCOUNT, get(query))
        except REFUSALS:
            continue
        survivors += 1
        assert again == original
    # Only what is not signed may change unnoticed: a foreign parameter, and the type of the hash.
    unsigned = len("tenant=SM-01") * ("tenant" in vector["query_string"])
    unsigned += len("vnp_" + "=HMACSHA512") * ("HashType" in vector["query_string"])
    assert survivors <= unsigned


@pytest.mark.parametrize("vector", [v for v in VECTORS if "response" in v], ids=lambda vector: vector["id"])
def test_one_changed_byte_of_an_answer_refuses(vector: dict[str, Any]) -> None:
    payment = PaymentRef(vector["response"]["vnp_TxnRef"], "20261122013000", PAYMENT.created_at)
    for name, value in vector["response"].items():
        for other in changed(value):
            if name == "vnp_ResponseCode" and other != "00":
                continue  # no success any more; see the tests of refusals
            with pytest.raises(AnswerUnreadable):
                ask(vector, {**vector["response"], name: other}, payment)


def ask(vector: dict[str, Any], answer: dict[str, Any], payment: PaymentRef) -> None:
    if vector["kind"] == "refund":
        VNPAY.refund(ACCOUNT, refund_order(payment=payment), FakeHttp(answer))
    else:
        VNPAY.query_payment(ACCOUNT, payment, FakeHttp(answer), NOW)


@pytest.mark.parametrize(
    "query",
    [
        notice_query() + "&vnp_Amount=1",
        notice_query() + "&vnp_TxnRef=T1",
        notice_query() + "&vnp_SecureHash=" + "0" * 128,
        notice_query() + "&vnp_Extra=1",
        notice_query().replace("vnp_Amount", "vnp_amount"),
    ],
)
def test_what_was_added_or_repeated_is_a_bad_signature(query: str) -> None:
    with pytest.raises(InvalidSignature):
        VNPAY.read_notification(ACCOUNT, get(query))


def test_fields_can_not_hide_in_the_name_of_another() -> None:
    query = notice_query({"vnp_TransactionStatus": "02"})
    hidden = query.replace("&vnp_TransactionStatus=02", "%26vnp_TransactionStatus%3D02", 1)
    hidden = hidden.replace("vnp_TransactionNo=14226112", "vnp_TransactionNo%3D14226112", 1)
    folded = "vnp_TransactionNo%3D14226112%26vnp_TransactionStatus=02"
    crafted = query.replace("vnp_TransactionNo=14226112&vnp_TransactionStatus=02", folded)
    for attempt in (hidden, crafted):
        with pytest.raises(InvalidSignature):
            VNPAY.read_notification(ACCOUNT, get(attempt))


def test_an_account_without_a_key_verifies_nothing() -> None:
    stranger = AccountContext(environment="sandbox", credentials={})
    query = notice_query().split("&vnp_SecureHash=")[0]
    for request in (get(notice_query()), get(f"{query}&vnp_SecureHash={hmac_of(query, '')}")):
        with pytest.raises(InvalidSignature):
            VNPAY.read_notification(stranger, request)
    with pytest.raises(MalformedNotification):
        VNPAY.read_notification(stranger, get(""))


def test_a_notice_of_another_terminal_is_refused_though_the_key_fits() -> None:
    other = replace(ACCOUNT, credentials={"tmn_code": "OTHER001", "hash_secret": SECRET})
    with pytest.raises(InvalidSignature):
        VNPAY.read_notification(other, get(notice_query()))
    assert webhook.peek(get(notice_query())) == Peeked(TERMINAL, "T1")


@pytest.mark.parametrize("with_it", [True, False])
def test_a_field_without_a_value_may_be_signed_or_not(with_it: bool) -> None:
    signed = "vnp_Amount=10000000&" + ("vnp_BankTranNo=&" if with_it else "") + f"vnp_TmnCode={TERMINAL}&vnp_TxnRef=T1"
    sent = f"vnp_Amount=10000000&vnp_BankTranNo=&vnp_TmnCode={TERMINAL}&vnp_TxnRef=T1"
    report = VNPAY.read_notification(ACCOUNT, get(f"{sent}&vnp_SecureHash={hmac_of(signed)}")).report
    assert report.bank_transaction_no is None


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        (get(""), "no input"),
        (get("tenant=SM-01"), "no input"),
        (get("vnp_Amount=1"), "no signature"),
        (get("vnp_Amount=1&vnp_SecureHash="), "empty signature"),
        (get("vnp_Amount=%ff&vnp_SecureHash=0"), "not UTF-8"),
        (get("vnp_Amount=%00&vnp_SecureHash=0"), "a NUL"),
        (get("&".join(f"vnp_{n}=1" for n in range(300))), "too many fields"),
        (RawRequest("POST", "", b"\xff", "application/x-www-form-urlencoded"), "not text"),
        (RawRequest("POST", "", b"{", "application/json"), "broken JSON"),
        (RawRequest("POST", "", b"[1]", "application/json"), "not an object"),
        (RawRequest("POST", "", b'{"vnp_Amount": true}', "application/json"), "a boolean"),
        (RawRequest("POST", "", b'{"vnp_Amount": {"a": 1}}', "application/json"), "nested"),
        (RawRequest("POST", "", b'{"vnp_Amount": "\\ud800"}', "application/json"), "a lone surrogate"),
        (RawRequest("POST", "", b"[" * 100_000, "application/json"), "too deep"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_not_be_read_is_malformed_and_never_breaks_a_peek(request_: RawRequest, what: str) -> None:
    with pytest.raises(MalformedNotification):
        VNPAY.read_notification(ACCOUNT, request_)
    assert VNPAY.peek(request_) == Peeked()
