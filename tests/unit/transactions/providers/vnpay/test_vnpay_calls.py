"""querydr: what is sent, and what each answer is taken for; and what no call may believe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from vnpay_helpers import ACCOUNT, NOW, PAYMENT, VNPAY, FakeHttp, hmac_of, refund_order, signed_answer, vector

from transactions.providers.base import (
    AnswerUnreadable,
    CredentialsRefused,
    FateUnknown,
    Outcome,
    RefundReport,
    StatusReport,
)

PAID, FAILED, SUSPECTED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.SUSPECTED, Outcome.PENDING
QUERY, REFUND = "querydr_01_paid", "refund_01_full_02"
BAD_ANSWERS: list[Any] = [b"", b"<html>", b"[]", b"null", b"\xff", b"{}", {"vnp_ResponseCode": ""}, {"vnp_ResponseCode": ["00"]}]


def query(answer: Any, status: int = 200) -> StatusReport:
    return VNPAY.query_payment(ACCOUNT, PAYMENT, FakeHttp(answer, status), NOW)


def refund(answer: Any, status: int = 200) -> RefundReport:
    return VNPAY.refund(ACCOUNT, refund_order(), FakeHttp(answer, status))


def test_a_query_is_signed_and_new_each_time() -> None:
    http = FakeHttp(vector(QUERY)["response"])
    VNPAY.query_payment(ACCOUNT, PAYMENT, http, NOW)
    VNPAY.query_payment(ACCOUNT, replace(PAYMENT, provider_created_at="", transaction_no=None), http, NOW)
    (url, first), (_, second) = http.calls
    order = vector(QUERY)["request_sign_order"]
    assert url == vector(QUERY)["request"]["url"]
    for body in (first, second):
        assert body["vnp_SecureHash"] == hmac_of("|".join(body[name] for name in order))
        assert len(body["vnp_RequestId"]) == 32
        assert body["vnp_RequestId"].isalnum()
        assert (body["vnp_TransactionDate"], body["vnp_CreateDate"]) == ("20261122013000", "20261122013000")
        assert body["vnp_IpAddr"] == "203.0.113.99"
    assert first["vnp_RequestId"] != second["vnp_RequestId"]
    assert first["vnp_TransactionNo"] == "14226112"
    assert "vnp_TransactionNo" not in second


@pytest.mark.parametrize(
    ("account", "url"),
    [
        (replace(ACCOUNT, environment="production"), "https://merchant.vnpay.vn/merchant_webapi/api/transaction"),
        (replace(ACCOUNT, urls={"VNPAY_API_URL": "http://127.0.0.1:9/t"}), "http://127.0.0.1:9/t"),
        (replace(ACCOUNT, urls={"VNPAY_API_URL": "http://127.0.0.1:9/t"}, api_url="https://own/t"), "https://own/t"),
    ],
)
def test_the_accounts_own_address_comes_first(account: Any, url: str) -> None:
    http = FakeHttp(vector(QUERY)["response"])
    VNPAY.query_payment(account, PAYMENT, http, NOW)
    assert http.calls[0][0] == url


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        ("00", "01", PAID),
        ("01", "01", PENDING),
        ("02", "01", FAILED),
        ("04", "01", SUSPECTED),
        ("07", "01", SUSPECTED),
        ("05", "02", PAID),
        ("06", "03", PAID),
        ("09", "01", PAID),
        ("02", "02", PENDING),
        ("08", "01", PENDING),
        (None, None, PENDING),
    ],
)
def test_a_querys_state_decides(status: str | None, kind: str | None, outcome: Outcome) -> None:
    report = query(signed_answer(QUERY, {"vnp_TransactionStatus": status, "vnp_TransactionType": kind}))
    assert (report.outcome, report.conclusive, report.amount) == (outcome, True, 100_000)
    assert report.unknown_code == (status in ("08", None) or (status, kind) == ("02", "02"))


def test_an_answer_may_spell_numbers_as_numbers_and_absent_as_null() -> None:
    answer = signed_answer(QUERY) | {"vnp_Amount": 10_000_000, "vnp_PromotionCode": None}
    answer["vnp_SecureHash"] = answer["vnp_SecureHash"].upper()
    assert query(answer).amount == 100_000


def test_a_promotion_is_signed_too() -> None:
    answer = signed_answer(QUERY, {"vnp_PromotionCode": "SALE", "vnp_PromotionAmount": "1000"})
    assert query(answer).outcome is PAID
    with pytest.raises(AnswerUnreadable):
        query({**answer, "vnp_PromotionAmount": "2000"})


@pytest.mark.parametrize(("code", "conclusive"), [("91", True), ("94", False)])
def test_not_found_and_too_soon_are_pending(code: str, conclusive: bool) -> None:
    report = query({"vnp_ResponseCode": code, "vnp_Message": "m"})
    assert (report.outcome, report.conclusive, report.response_code) == (PENDING, conclusive, code)
    assert report.reference == PAYMENT.reference


@pytest.mark.parametrize("code", ["02", "97"])
def test_refused_credentials_are_said_so(code: str) -> None:
    with pytest.raises(CredentialsRefused) as caught:
        query({"vnp_ResponseCode": code, "vnp_Message": "Invalid"})
    assert caught.value.code == code


@pytest.mark.parametrize("code", ["03", "99", "88"])
def test_other_codes_leave_the_fate_unknown(code: str) -> None:
    with pytest.raises(FateUnknown) as caught:
        query({"vnp_ResponseCode": code})
    assert caught.value.code == code


@pytest.mark.parametrize("answer", BAD_ANSWERS)
@pytest.mark.parametrize("ask", [query, refund])
def test_a_garbled_answer_is_unreadable(ask: Any, answer: Any) -> None:
    with pytest.raises(AnswerUnreadable):
        ask(answer)


@pytest.mark.parametrize("status", [302, 400, 403, 500, 503])
@pytest.mark.parametrize(("ask", "name"), [(query, QUERY), (refund, REFUND)])
def test_an_answer_that_is_not_http_200_is_no_answer(ask: Any, name: str, status: int) -> None:
    with pytest.raises(FateUnknown):
        ask(vector(name)["response"], status)


@pytest.mark.parametrize(("ask", "name"), [(query, QUERY), (refund, REFUND)])
@pytest.mark.parametrize(
    "changes",
    [
        {"vnp_TxnRef": "OTHER"},
        {"vnp_TmnCode": "OTHER001"},
        {"vnp_Command": "pay"},
        {"vnp_TxnRef": None},
        {"vnp_OrderInfo": "a|b"},
    ],
)
def test_a_signed_answer_about_something_else_is_unreadable(ask: Any, name: str, changes: dict[str, str | None]) -> None:
    with pytest.raises(AnswerUnreadable):
        ask(signed_answer(name, changes))


@pytest.mark.parametrize(("ask", "name"), [(query, QUERY), (refund, REFUND)])
def test_a_success_without_a_signature_is_never_believed(ask: Any, name: str) -> None:
    for signature in ("", "0" * 128, "é" * 128, None):
        with pytest.raises(AnswerUnreadable):
            ask({**vector(name)["response"], "vnp_SecureHash": signature})
