"""Refunds by DPS, and asking what became of one: what is sent, and what each answer is taken for."""

from __future__ import annotations

from typing import Any

import pytest

from payments_site.kernel.http import ProviderSilent
from tests.unit.transactions.providers.napas.napas_helpers import (
    MERCHANT_API,
    NAPAS,
    REFERENCE,
    UNKNOWN_ORDER,
    FakeHttp,
    answer,
    document,
    new_account,
    refund_order,
    token,
)
from transactions.providers.base import AnswerUnreadable, CredentialsRefused, FateUnknown, Outcome, RefundReport

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING
URL = f"{MERCHANT_API}/order/{REFERENCE}/transaction/R000000000J"


def refunded(**changes: Any) -> dict[str, Any]:
    done = {
        "apiOperation": "REFUND_DOMESTIC", "transaction__id": "R000000000J", "transaction__amount": "40000",
        "transaction__type": "REFUND", "order__totalRefundedAmount": 40_000,
    }  # fmt: skip
    return document(**{**done, **changes})


def refund(*answers: Any) -> tuple[RefundReport, FakeHttp]:
    http = FakeHttp(token(), *answers)
    return NAPAS.refund(new_account(), refund_order(), http), http


def ask_refund(total: Any, **changes: Any) -> Outcome:
    http = FakeHttp(token(), answer(document(order__totalRefundedAmount=total)))
    return NAPAS.query_refund(new_account(), refund_order(**changes), http).outcome


def test_a_refund_is_put_under_our_own_reference_so_that_a_repeat_is_the_same() -> None:
    report, http = refund(answer(refunded()))
    assert http.calls[1:] == [("PUT", URL)]
    assert http.json_body(1) == {
        "apiOperation": "REFUND_DOMESTIC", "channel": "6014", "transaction": {"amount": 40_000, "currency": "VND"},
    }  # fmt: skip
    assert (report.outcome, report.refund_no, report.response_code) == (PAID, "R000000000J", "APPROVED")
    assert refund(answer(refunded(), 201))[0].outcome is PAID


def test_a_payment_by_international_card_is_refunded_by_its_own_operation() -> None:
    report, http = refund(answer(UNKNOWN_ORDER, 404), answer(refunded(apiOperation="REFUND")))
    assert report.outcome is PAID
    assert [http.json_body(index)["apiOperation"] for index in (1, 2)] == ["REFUND_DOMESTIC", "REFUND"]
    assert http.calls[1:] == [("PUT", URL), ("PUT", URL)]


@pytest.mark.parametrize(
    ("changes", "outcome", "number"),
    [
        ({"result": "PENDING"}, PENDING, "R000000000J"),
        ({"result": "ERROR"}, PENDING, "R000000000J"),
        ({"result": "FAILURE", "response__gatewayCode": "TIMED_OUT"}, PENDING, "R000000000J"),
        ({"result": "FAILURE", "response__gatewayCode": "SYSTEM_ERROR"}, PENDING, "R000000000J"),
        ({"response__gatewayCode": "DECLINED"}, PENDING, "R000000000J"),
        ({"transaction__amount": "39000"}, PENDING, "R000000000J"),
        ({"transaction__id": "R000000000K"}, PENDING, None),
        ({"transaction__amount": None, "transaction__id": None}, PAID, None),
    ],
)
def test_a_refund_is_done_only_for_the_very_amount_and_reference(
    changes: dict[str, Any], outcome: Outcome, number: str | None
) -> None:
    report, _ = refund(answer(refunded(**changes)))
    assert (report.outcome, report.refund_no) == (outcome, number)


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (answer(refunded(result="FAILURE", response__gatewayCode="DECLINED", response__message="no")), "DECLINED", "(no)"),
        (answer(refunded(result="FAILURE", response__gatewayCode="BRAND_NEW")), "BRAND_NEW", "(SUCCESS)"),
        (answer({"result": "ERROR", "error": {"cause": "INVALID_REQUEST", "explanation": "over captured"}}, 400),
         "INVALID_REQUEST", "(over captured)"),
        (answer({"result": "ERROR", "error": {"cause": "REQUEST_REJECTED"}}), "REQUEST_REJECTED", "(REQUEST_REJECTED)"),
        (answer({"paymentResult": {"error": {"cause": "INVALID_REQUEST"}}}, 422), "INVALID_REQUEST", "(INVALID_REQUEST)"),
    ],
)  # fmt: skip
def test_an_explicit_refusal_fails_with_napas_words(given: Any, code: str, words: str) -> None:
    report, _ = refund(given)
    assert (report.outcome, report.response_code, report.refund_no) == (FAILED, code, None)
    assert words in str(report.failure_vi)
    assert words in str(report.failure_en)
    assert len(str(report.failure_vi)) <= 255


def test_an_order_that_napas_does_not_know_of_either_kind_is_refused() -> None:
    report, _ = refund(answer(UNKNOWN_ORDER, 404), answer(UNKNOWN_ORDER, 404))
    assert (report.outcome, report.response_code) == (FAILED, "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("given", "raised"),
    [
        (answer({}, 500), FateUnknown),
        (answer({"error": {"cause": "DUPLICATE"}}, 409), FateUnknown),
        (answer({"error": {"cause": "SLOW_Dnew_account()"}}, 429), FateUnknown),
        (answer({"result": "ERROR", "error": {"cause": "SERVER_FAILED"}}), AnswerUnreadable),
        (answer({}), AnswerUnreadable),
        (answer(b"<html>"), AnswerUnreadable),
        (answer({}, 400), AnswerUnreadable),
        (answer(refunded(merchantId="OTHER")), AnswerUnreadable),
        (answer(refunded(order__id="ANOTHER")), AnswerUnreadable),
        (answer({}, 403), CredentialsRefused),
        (ProviderSilent("x"), ProviderSilent),
    ],
)
def test_a_refund_never_fails_on_an_answer_that_does_not_say_so(given: Any, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        refund(given)


@pytest.mark.parametrize(
    ("total", "changes", "outcome"),
    [
        (0, {}, PENDING),
        (40_000, {}, PAID),
        ("40000", {}, PAID),
        (39_999, {}, PENDING),
        (50_000, {}, PENDING),
        (None, {}, PENDING),
        ("x", {}, PENDING),
        (40_000, {"refunded_before": 40_000}, PENDING),
        (80_000, {"refunded_before": 40_000}, PAID),
        (40_000, {"others_in_flight": True}, PENDING),
        (80_000, {"others_in_flight": True}, PENDING),
        (100_000, {"others_in_flight": True}, PAID),
        (100_000, {"refunded_before": 20_000, "others_in_flight": True}, PAID),
    ],
)
def test_the_refunded_total_tells_of_a_refund_only_where_it_can_mean_nothing_else(
    total: Any, changes: dict[str, Any], outcome: Outcome
) -> None:
    assert ask_refund(total, **changes) is outcome


def test_asking_about_a_refund_asks_for_nothing_new() -> None:
    http = FakeHttp(token(), answer(UNKNOWN_ORDER, 404), answer(UNKNOWN_ORDER, 404))
    assert NAPAS.query_refund(new_account(), refund_order(), http).outcome is PENDING
    assert [method for method, _ in http.calls[1:]] == ["GET", "GET"]
