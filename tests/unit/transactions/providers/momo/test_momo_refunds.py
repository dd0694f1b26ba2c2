"""Refunds: what is sent, and what each answer is taken for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from payments_site.kernel.http import ProviderSilent
from tests.unit.transactions.providers import loopback
from tests.unit.transactions.providers.momo.momo_helpers import (
    ACCESS,
    HTTP,
    MOMO,
    NOW,
    PARTNER,
    PAYMENT,
    REFUND,
    account,
    hmac_of,
    momo,
)
from transactions.providers.base import AnswerUnreadable, CredentialsRefused, FateUnknown, Outcome, RefundOrder, RefundReport
from transactions.providers.momo.codes import RESULT, Kind

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING
DONE = {"resultCode": 0, "amount": 40_000, "transId": 5000000001}
ENTRY = {"orderId": "R0000000001", "amount": 40_000, "resultCode": 0, "transId": 5000000001}
PENDING_ANSWER = {"resultCode": 7002}


def refund(answer: Any, order: RefundOrder = REFUND, status: int = 200) -> RefundReport:
    with momo(answer, status) as there:
        return MOMO.refund(account(there.url), order, HTTP)


def ask(answer: Any, order: RefundOrder = REFUND, status: int = 200) -> RefundReport:
    with momo(answer, status) as there:
        return MOMO.query_refund(account(there.url), order, HTTP)


def test_a_refund_is_an_order_of_its_own_and_the_same_at_every_try() -> None:
    with momo(DONE) as there:
        for moment in (NOW, NOW + timedelta(days=1)):
            report = MOMO.refund(account(there.url), replace(REFUND, now=moment), HTTP)
    (path, body), (_, again) = there.calls
    text = (
        f"accessKey={ACCESS}&amount=40000&description=Khách đổi ý&orderId=R0000000001&partnerCode={PARTNER}"
        "&requestId=R0000000001&transId=4088878653"
    )
    assert (path, body["signature"], body["transId"]) == ("/refund", hmac_of(text), 4088878653)
    assert body == again
    assert (report.outcome, report.refund_no, report.response_code) == (PAID, "5000000001", "0")


@pytest.mark.parametrize("code", [*sorted(set(RESULT) - {"0", "1081"}), "31337"])
def test_every_code_fails_waits_or_says_nothing(code: str) -> None:
    kind = RESULT[code].kind if code in RESULT else None
    answer = {"resultCode": int(code), "message": "Vì sao" + "!" * 500}
    if kind is Kind.CREDENTIALS:
        with pytest.raises(CredentialsRefused):
            refund(answer)
    elif kind in (None, Kind.UNSAID):
        with pytest.raises(FateUnknown):
            refund(answer)
    else:
        report = refund(answer)
        assert report.outcome is (PENDING if kind in (Kind.PENDING, Kind.HELD) else FAILED)
        for text in (report.failure_vi, report.failure_en):
            assert (text is not None) == (report.outcome is FAILED)
            assert text is None or ("Vì sao" in text and len(text) <= 255)


@pytest.mark.parametrize("code", [99, 98, 40, 41, 10])
def test_a_refund_that_may_have_been_made_is_never_failed_by_its_answer(code: int) -> None:
    with pytest.raises(FateUnknown) as caught:
        refund({"resultCode": code})
    assert caught.value.code == str(code)


def perhaps_before(shown: Any) -> RefundReport:
    """A refund that MoMo answers with 1081, and ``shown`` when it is asked about it."""

    def answer(path: str, body: dict[str, Any]) -> Any:
        return {**body, "resultCode": 1081, "message": "Có thể đã hoàn"} if path == "/refund" else shown

    with loopback.provider(answer) as there:
        report = MOMO.refund(account(there.url), REFUND, HTTP)
    assert [path for path, _ in there.calls] == ["/refund", "/refund/query"]
    return report


def test_what_was_perhaps_refunded_before_is_asked_about_at_once() -> None:
    made = perhaps_before({"resultCode": 0, "refundTrans": [ENTRY]})
    assert (made.outcome, made.refund_no) == (PAID, "5000000001")
    assert perhaps_before({"resultCode": 7002}).outcome is PENDING
    refused = perhaps_before({"resultCode": 42})
    assert (refused.outcome, refused.response_code, refused.unknown) == (FAILED, "1081", False)
    assert "Có thể đã hoàn" in (refused.failure_vi or "")
    for shown in ({"resultCode": 99}, {"resultCode": 13}, b"<html>"):
        with pytest.raises(FateUnknown):
            perhaps_before(shown)
    with pytest.raises(ProviderSilent):
        perhaps_before(None)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 100_000},
        {"orderId": "OTHER"},
        {"orderId": "absent"},
        {"requestId": "OTHER"},
        {"partnerCode": "OTHER"},
        {"resultCode": None},
    ],
)
def test_a_success_about_something_else_is_not_believed(changes: dict[str, Any]) -> None:
    with pytest.raises(AnswerUnreadable):
        refund({**DONE, **changes})


@pytest.mark.parametrize("ask_", [refund, ask])
@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"{}", {"resultCode": []}])
def test_a_garbled_answer_is_unreadable(ask_: Any, answer: Any) -> None:
    with pytest.raises(AnswerUnreadable):
        ask_(answer)


@pytest.mark.parametrize("ask_", [refund, ask])
@pytest.mark.parametrize("status", [302, 500, 503])
def test_a_fault_of_momos_is_no_answer(ask_: Any, status: int) -> None:
    with pytest.raises(FateUnknown):
        ask_(DONE, status=status)


@pytest.mark.parametrize("number", [None, "", "abc", "٣"])
def test_a_payment_without_momos_number_can_not_be_refunded_and_nothing_is_sent(number: str | None) -> None:
    with momo(DONE) as there:
        order = replace(REFUND, payment=replace(PAYMENT, transaction_no=number))
        report = MOMO.refund(account(there.url), order, HTTP)
    assert (report.outcome, there.calls) == (FAILED, [])
    assert report.failure_vi
    assert report.failure_en


def test_a_refund_is_asked_for_by_its_own_id_or_a_new_one() -> None:
    with momo({"resultCode": 7000}) as there:
        MOMO.query_refund(account(there.url), REFUND, HTTP)
        MOMO.query_refund(account(there.url, refund_query_request_id="new"), REFUND, HTTP)
    (path, own), (_, new) = there.calls
    assert (path, own["requestId"], own["orderId"], new["orderId"]) == ("/refund/query", *["R0000000001"] * 3)
    assert new["requestId"] != own["requestId"]
    for body in (own, new):
        text = f"accessKey={ACCESS}&orderId=R0000000001&partnerCode={PARTNER}&requestId={body['requestId']}"
        assert body["signature"] == hmac_of(text)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (0, PAID),
        (7000, PENDING),
        (7002, PENDING),
        (1080, FAILED),
        (1088, FAILED),
        (1081, FAILED),
        (99, PENDING),
        (31337, PENDING),
    ],
)
def test_what_momo_shows_of_this_very_refund_decides(code: int, outcome: Outcome) -> None:
    other = {**ENTRY, "orderId": "OTHER", "transId": 9, "resultCode": 1080 if code == 0 else 0}
    report = ask({"resultCode": 0, "refundTrans": [other, {**ENTRY, "resultCode": code}]})
    assert (report.outcome, report.response_code) == (outcome, str(code))
    assert report.refund_no == (None if outcome is FAILED else "5000000001")


def test_a_refund_shown_of_another_amount_is_unreadable() -> None:
    for amount in (100_000, 39_999, None, 40_000.5):
        with pytest.raises(AnswerUnreadable):
            ask({"resultCode": 0, "refundTrans": [{**ENTRY, "amount": amount}]})
    for entries in ([7], [{**ENTRY, "transId": {}}]):
        with pytest.raises(AnswerUnreadable):
            ask({"resultCode": 0, "refundTrans": entries})


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"resultCode": 0}, PENDING),
        ({"resultCode": 0, "refundTrans": []}, PENDING),
        ({"resultCode": 0, "refundTrans": [{**ENTRY, "orderId": "OTHER"}]}, PENDING),
        ({"resultCode": 7002}, PENDING),
        ({"resultCode": 42}, PENDING),
        ({"resultCode": 1080}, FAILED),
        ({"resultCode": 1081}, FAILED),
        ({"resultCode": 1088}, FAILED),
    ],
)
def test_an_answer_that_shows_no_such_refund_is_no_news_but_for_its_own_refusal(answer: Any, outcome: Outcome) -> None:
    assert ask(answer).outcome is outcome


@pytest.mark.parametrize("code", [1080, 1081])
def test_a_refusal_that_does_not_name_the_refund_settles_nothing(code: int) -> None:
    with pytest.raises(FateUnknown):
        ask({"resultCode": code, "orderId": "absent"})


def test_a_refund_that_momo_does_not_know_never_arrived_and_is_neither_done_nor_failed() -> None:
    report = ask({"resultCode": 42, "message": "Không tìm thấy"})
    assert (report.outcome, report.unknown, report.refund_no, report.failure_vi) == (PENDING, True, None, None)
    assert not ask(PENDING_ANSWER).unknown


@pytest.mark.parametrize("code", [20, 43, 99, 31337])
def test_a_question_that_was_refused_settles_nothing(code: int) -> None:
    with pytest.raises(FateUnknown):
        ask({"resultCode": code})
    with pytest.raises(CredentialsRefused):
        ask({"resultCode": 13})
