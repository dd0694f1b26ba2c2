"""Asking DPS about an order, and what each answer is taken for."""

from __future__ import annotations

from typing import Any

import pytest

from payments_site.kernel.http import ProviderSilent
from tests.unit.transactions.providers.napas.napas_helpers import (
    DOMESTIC,
    INTERNATIONAL,
    NAPAS,
    NOW,
    PAYMENT,
    REFERENCE,
    UNKNOWN_ORDER,
    FakeHttp,
    answer,
    document,
    new_account,
    token,
)
from transactions.providers.base import AnswerUnreadable, CredentialsRefused, FateUnknown, Outcome, StatusReport

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING


def ask(*answers: Any) -> tuple[StatusReport, FakeHttp]:
    http = FakeHttp(token(), *answers)
    return NAPAS.query_payment(new_account(), PAYMENT, http, NOW), http


def test_a_paid_order_is_found_in_either_shape_of_the_answer() -> None:
    wrapped, http = ask(answer(document()))
    flat, _ = ask(answer(document()["paymentResult"]))
    assert wrapped == flat
    assert (wrapped.outcome, wrapped.amount, wrapped.reference) == (PAID, 100_000, REFERENCE)
    assert (wrapped.transaction_no, wrapped.refunded_total, wrapped.conclusive) == ("00000000000J1-1", 0, True)
    assert http.calls[1:] == [("GET", DOMESTIC)]
    assert http.bodies[1] is None


def test_an_order_that_is_not_found_among_domestic_ones_is_looked_for_among_the_others() -> None:
    report, http = ask(answer(UNKNOWN_ORDER, 404), answer(document()))
    assert report.outcome is PAID
    assert http.calls[1:] == [("GET", DOMESTIC), ("GET", INTERNATIONAL)]


def test_an_order_that_napas_does_not_know_is_pending() -> None:
    report, _ = ask(answer(UNKNOWN_ORDER, 404), answer(UNKNOWN_ORDER, 404))
    assert (report.outcome, report.conclusive, report.reference, report.amount) == (PENDING, True, REFERENCE, None)


@pytest.mark.parametrize(
    ("changes", "outcome", "total"),
    [
        ({"result": "FAILURE", "response__gatewayCode": "DECLINED"}, FAILED, 0),
        ({"result": "FAILURE", "response__gatewayCode": "TIMED_OUT"}, PENDING, 0),
        ({"result": "PENDING"}, PENDING, 0),
        ({"order__totalRefundedAmount": 40_000}, PAID, 40_000),
        ({"order__totalRefundedAmount": "100000"}, PAID, 100_000),
        ({"order__totalRefundedAmount": None}, PAID, None),
        ({"apiOperation": "REFUND_DOMESTIC", "result": "FAILURE", "transaction__amount": "40000"}, PAID, 0),
        ({"apiOperation": "REFUND_DOMESTIC", "transaction__amount": "40000"}, PAID, 0),
        ({"apiOperation": "REFUND", "order__totalCapturedAmount": None}, PENDING, 0),
        ({"apiOperation": "VOID", "order__totalCapturedAmount": 0}, PENDING, 0),
    ],
)
def test_an_order_is_read_with_what_was_refunded_of_it(changes: dict[str, Any], outcome: Outcome, total: int | None) -> None:
    report, _ = ask(answer(document(**changes)))
    assert (report.outcome, report.refunded_total) == (outcome, total)


def test_the_number_of_a_refund_is_never_taken_for_the_payments() -> None:
    report, _ = ask(answer(document(apiOperation="REFUND_DOMESTIC", transaction__id="R000000000J", transaction__amount="40000")))
    assert (report.outcome, report.amount, report.transaction_no, report.paid_at) == (PAID, 100_000, None, None)


def test_an_error_instead_of_the_order_is_no_news() -> None:
    report, _ = ask(answer({"result": "ERROR", "error": {"cause": "SERVER_BUSY"}}))
    assert (report.outcome, report.conclusive, report.response_code) == (PENDING, False, "SERVER_BUSY")


@pytest.mark.parametrize(
    ("given", "raised"),
    [
        (answer(document(merchantId="OTHER")), AnswerUnreadable),
        (answer(document(merchantId=None)), AnswerUnreadable),
        (answer(document(order__id="ANOTHER")), AnswerUnreadable),
        (answer(document(order__id=None)), AnswerUnreadable),
        (answer(b"<html>"), AnswerUnreadable),
        (answer(b"not found", 404), AnswerUnreadable),
        (answer({}, 404), AnswerUnreadable),
        (answer({}, 500), FateUnknown),
        (answer({}, 429), FateUnknown),
        (answer({}, 302), FateUnknown),
        (answer({}, 403), CredentialsRefused),
        (ProviderSilent("x"), ProviderSilent),
    ],
)
def test_an_answer_that_proves_nothing_is_not_believed(given: Any, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        ask(given)
