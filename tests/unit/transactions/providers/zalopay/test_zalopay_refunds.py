"""Refunds: what is sent, and what each answer is taken for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.transactions.providers.loopback import provider
from tests.unit.transactions.providers.zalopay.zalopay_helpers import APP, HTTP, NOW, PAYMENT, REFUND, ZALOPAY, account, hmac_of
from transactions.providers.base import AnswerUnreadable, CredentialsRefused, FateUnknown, Outcome, RefundOrder, RefundReport
from transactions.providers.zalopay import codes
from transactions.providers.zalopay.codes import Kind

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING
OUTCOMES = {Kind.DONE: PAID, Kind.PENDING: PENDING, Kind.FAILED: FAILED, Kind.REFUSED: FAILED}
ID = f"261121_{APP}_R0000000001"
PENDING_ANSWER = {"return_code": 3}


def refund(answer: Any, order: RefundOrder = REFUND, status: int = 200) -> RefundReport:
    with provider(answer, status) as there:
        return ZALOPAY.refund(account(there.url), order, HTTP)


def ask(answer: Any, order: RefundOrder = REFUND, status: int = 200) -> RefundReport:
    with provider(answer, status) as there:
        return ZALOPAY.query_refund(account(there.url), order, HTTP)


def said(code: str) -> dict[str, Any]:
    """An answer with ``code`` where ZaloPay puts it."""
    told = {"return_message": "Vì sao", "refund_id": 900}
    return (
        {**told, "return_code": int(code)}
        if code in ("1", "2", "3")
        else {**told, "return_code": 2, "sub_return_code": int(code)}
    )


def test_a_refund_has_one_id_at_every_try_and_the_time_of_the_call() -> None:
    with provider({"return_code": 3, "refund_id": 900}) as there:
        for moment in (NOW, NOW + timedelta(days=1)):
            report = ZALOPAY.refund(account(there.url), replace(REFUND, now=moment), HTTP)
    (path, body), (_, again) = there.calls
    text = f"{APP}|261121000000123|40000|Khách đổi ý|1795200296789"
    assert (path, body["mac"], body["m_refund_id"], body["timestamp"]) == ("/v2/refund", hmac_of(text), ID, 1795200296789)
    assert {**again, "timestamp": 0, "mac": ""} == {**body, "timestamp": 0, "mac": ""}
    assert again["timestamp"] == body["timestamp"] + 86_400_000
    assert (report.outcome, report.refund_no, report.response_code) == (PENDING, "900", "3")


def test_a_refunds_id_fits_zalopays_field() -> None:
    with provider({"return_code": 3}) as there:
        for reference, created_at in (("r-" * 40, NOW), ("R1", None)):
            ZALOPAY.refund(account(there.url), replace(REFUND, reference=reference, created_at=created_at), HTTP)
        with pytest.raises(ValueError, match="letters or digits"):
            ZALOPAY.refund(account(there.url), replace(REFUND, reference="--"), HTTP)
    first, second = (body["m_refund_id"] for _, body in there.calls)
    assert (len(first), first.startswith(f"261121_{APP}_r"), second) == (45, True, f"261121_{APP}_R1")


def test_a_fee_is_sent_and_signed_only_where_the_account_has_one() -> None:
    with provider({"return_code": 3}) as there:
        ZALOPAY.refund(account(there.url, refund_fee_amount=2_000), REFUND, HTTP)
        for wrong in (0, -1, True, "2000", 2.5, None):
            ZALOPAY.refund(account(there.url, refund_fee_amount=wrong), REFUND, HTTP)
    (_, with_fee), *without = there.calls
    assert with_fee["refund_fee_amount"] == 2_000
    assert with_fee["mac"] == hmac_of(f"{APP}|261121000000123|40000|2000|Khách đổi ý|1795200296789")
    assert all("refund_fee_amount" not in body for _, body in without)


def test_the_reason_is_one_line_without_bars_and_never_empty() -> None:
    with provider({"return_code": 3}) as there:
        for reason in ("a|b\nc", "", "ế" * 300):
            ZALOPAY.refund(account(there.url), replace(REFUND, reason=reason), HTTP)
    assert [body["description"] for _, body in there.calls] == ["a b c", f"Hoàn tiền {PAYMENT.reference}", "ế" * 100]


@pytest.mark.parametrize(
    ("order", "options"),
    [
        (replace(REFUND, payment=replace(PAYMENT, transaction_no=None)), {}),
        (REFUND, {"refund_fee_amount": 40_000}),
    ],
)
def test_what_can_not_be_asked_for_fails_unsent(order: RefundOrder, options: dict[str, Any]) -> None:
    with provider({"return_code": 1}) as there:
        report = ZALOPAY.refund(account(there.url, **options), order, HTTP)
    assert (report.outcome, there.calls) == (FAILED, [])
    assert report.failure_vi
    assert report.failure_en


@pytest.mark.parametrize("code", [*sorted(codes.REFUND), "31337", "-9999"])
def test_every_code_of_a_refund_settles_waits_or_says_nothing(code: str) -> None:
    kind = codes.REFUND[code].kind if code in codes.REFUND else None
    if code in ("-23", "-11"):
        assert refund(said(code)).outcome is PENDING
    elif kind is Kind.CREDENTIALS:
        with pytest.raises(CredentialsRefused):
            refund(said(code))
    elif kind in (Kind.UNSAID, None):
        with pytest.raises(FateUnknown):
            refund(said(code))
    else:
        must_be_told(refund(said(code)), OUTCOMES[kind])


@pytest.mark.parametrize("code", [*sorted(codes.QUERY_REFUND), "31337", "-9999"])
def test_every_code_of_a_question_settles_waits_or_says_nothing(code: str) -> None:
    kind = codes.QUERY_REFUND[code].kind if code in codes.QUERY_REFUND else None
    if kind is Kind.CREDENTIALS:
        with pytest.raises(CredentialsRefused):
            ask(said(code))
    elif kind in (Kind.UNSAID, Kind.REFUSED, None):
        with pytest.raises(FateUnknown):
            ask(said(code))
    else:
        must_be_told(ask(said(code)), PENDING if kind is Kind.NOT_THERE else OUTCOMES[kind])


def must_be_told(report: RefundReport, outcome: Outcome) -> None:
    assert report.outcome is outcome
    assert report.refund_no == (None if outcome is FAILED else "900")
    for text in (report.failure_vi, report.failure_en):
        assert (text is not None) == (outcome is FAILED)
        assert text is None or "Vì sao" in text


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"return_code": 1, "sub_return_code": 1}, PAID),
        ({"return_code": 2, "sub_return_code": 0}, FAILED),
        ({"return_code": 3, "sub_return_code": -1}, PENDING),
        ({"return_code": 3, "sub_return_code": 2}, PENDING),
        ({"return_code": 2, "sub_return_code": -16}, PENDING),
        ({"return_code": 2, "sub_return_code": -13}, FAILED),
    ],
)
def test_a_refund_is_asked_for_by_its_id(answer: Any, outcome: Outcome) -> None:
    with provider(answer) as there:
        later = replace(REFUND, now=NOW + timedelta(days=1))
        assert ZALOPAY.query_refund(account(there.url), later, HTTP).outcome is outcome
    text = f"{APP}|{ID}|{1795200296789 + 86_400_000}"
    assert there.calls == [
        ("/v2/query_refund", {"app_id": int(APP), "m_refund_id": ID, "timestamp": 1795286696789, "mac": hmac_of(text)})
    ]


def test_a_refund_that_zalopay_does_not_know_never_arrived_and_is_neither_done_nor_failed() -> None:
    report = ask({"return_code": 2, "sub_return_code": -101})
    assert (report.outcome, report.unknown, report.refund_no, report.failure_vi) == (PENDING, True, None, None)
    assert not ask(PENDING_ANSWER).unknown


@pytest.mark.parametrize("ask_", [refund, ask])
@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"{}", {"return_code": None}, {"return_code": 1, "refund_id": []}])
def test_a_garbled_answer_is_unreadable(ask_: Any, answer: Any) -> None:
    with pytest.raises(AnswerUnreadable):
        ask_(answer)


@pytest.mark.parametrize("ask_", [refund, ask])
@pytest.mark.parametrize("status", [302, 400, 500])
def test_an_answer_that_is_not_http_200_is_no_answer(ask_: Any, status: int) -> None:
    with pytest.raises(FateUnknown):
        ask_({"return_code": 1}, status=status)
