"""refund, and asking what became of one: what is sent, and what each answer is taken for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from vnpay_helpers import ACCOUNT, PAYMENT, VNPAY, FakeHttp, refund_order, signed_answer

from transactions.providers.base import AnswerUnreadable, CredentialsRefused, FateUnknown, Outcome, RefundReport

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING
QUERY, REFUND = "querydr_01_paid", "refund_01_full_02"


def refund(answer: Any) -> RefundReport:
    return VNPAY.refund(ACCOUNT, refund_order(), FakeHttp(answer))


def ask_refund(changes: dict[str, str | None]) -> RefundReport:
    return VNPAY.query_refund(ACCOUNT, refund_order(), FakeHttp(signed_answer(QUERY, changes)))


def test_a_refusal_with_a_wrong_signature_is_not_believed() -> None:
    with pytest.raises(AnswerUnreadable):
        refund({"vnp_ResponseCode": "95", "vnp_SecureHash": "0" * 128})
    assert refund(signed_answer(REFUND, {"vnp_ResponseCode": "95"})).outcome is FAILED


def test_a_refund_repeats_the_payment_and_its_own_reference() -> None:
    http = FakeHttp(signed_answer(REFUND, {"vnp_Amount": "4000000", "vnp_TransactionType": "03"}))
    order = refund_order(
        full=False, amount=40_000, payment=replace(PAYMENT, transaction_no=None), requested_by="chị Hà|x", reason=""
    )
    VNPAY.refund(ACCOUNT, order, http)
    VNPAY.refund(ACCOUNT, order, http)
    body, repeated = http.calls[0][1], http.calls[1][1]
    assert body == repeated
    assert body["vnp_RequestId"] == "rfn01jd0000000000000000000000"
    assert (body["vnp_TransactionType"], body["vnp_Amount"], body["vnp_TransactionNo"]) == ("03", "4000000", "0")
    assert (body["vnp_CreateBy"], body["vnp_OrderInfo"]) == ("chi Ha x", "Hoan tien T20261122-0100")
    assert body["vnp_TransactionDate"] == PAYMENT.provider_created_at
    assert len(VNPAY.refund(ACCOUNT, refund_order(reference="r-" * 40), http).fields) > 0
    assert http.calls[2][1]["vnp_RequestId"] == "r" * 32


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("05", PENDING),
        ("06", PAID),
        ("09", FAILED),
        ("00", PENDING),
        ("01", PENDING),
        ("02", PENDING),
        ("88", PENDING),
        (None, PENDING),
    ],
)
def test_an_accepted_refund_is_done_only_when_vnpay_says_so(status: str | None, outcome: Outcome) -> None:
    report = refund(signed_answer(REFUND, {"vnp_TransactionStatus": status}))
    assert (report.outcome, report.refund_no, report.response_code) == (outcome, "14226300", "00")
    assert (report.failure_vi is not None) == (outcome is FAILED)


@pytest.mark.parametrize("status", ["06", "09"])
def test_a_refund_of_another_amount_settles_nothing(status: str) -> None:
    assert refund(signed_answer(REFUND, {"vnp_TransactionStatus": status, "vnp_Amount": "9900000"})).outcome is PENDING


@pytest.mark.parametrize("code", ["02", "03", "04", "13", "91", "93", "95"])
def test_an_explicit_refusal_fails_with_vnpays_words(code: str) -> None:
    report = refund({"vnp_ResponseCode": code, "vnp_Message": "Total exceeds" + "!" * 500})
    assert (report.outcome, report.response_code, report.refund_no) == (FAILED, code, None)
    for text in (report.failure_vi, report.failure_en):
        assert text is not None
        assert "Total exceeds" in text
        assert len(text) <= 255


def test_a_refund_in_work_already_is_pending() -> None:
    assert refund({"vnp_ResponseCode": "94"}).outcome is PENDING


@pytest.mark.parametrize("code", ["98", "99", "88", "0"])
def test_a_refund_never_fails_on_a_code_that_does_not_say_so(code: str) -> None:
    with pytest.raises(FateUnknown):
        refund({"vnp_ResponseCode": code})


def test_a_refund_with_refused_credentials_is_said_so() -> None:
    with pytest.raises(CredentialsRefused):
        refund({"vnp_ResponseCode": "97"})


@pytest.mark.parametrize(
    ("changes", "outcome", "number"),
    [
        ({"vnp_TransactionType": "02", "vnp_TransactionStatus": "06", "vnp_TransactionNo": "14226300"}, PAID, "14226300"),
        ({"vnp_TransactionType": "02", "vnp_TransactionStatus": "05", "vnp_TransactionNo": "14226300"}, PENDING, "14226300"),
        ({"vnp_TransactionType": "02", "vnp_TransactionStatus": "09", "vnp_TransactionNo": "14226300"}, FAILED, "14226300"),
        ({"vnp_TransactionStatus": "06"}, PAID, None),
        ({}, PENDING, None),
        ({"vnp_TransactionType": "03", "vnp_TransactionStatus": "06", "vnp_Amount": "100"}, PENDING, "14226112"),
    ],
)
def test_a_refund_is_asked_for_by_querydr(changes: dict[str, str | None], outcome: Outcome, number: str | None) -> None:
    report = ask_refund(changes)
    assert (report.outcome, report.refund_no) == (outcome, number)


@pytest.mark.parametrize("code", ["91", "94"])
def test_no_news_of_a_refund_is_pending(code: str) -> None:
    assert VNPAY.query_refund(ACCOUNT, refund_order(), FakeHttp({"vnp_ResponseCode": code})).outcome is PENDING
