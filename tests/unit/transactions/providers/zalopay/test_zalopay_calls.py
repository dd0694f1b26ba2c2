"""Query and cancel: what is sent, and what each answer is taken for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.transactions.providers.loopback import provider
from tests.unit.transactions.providers.zalopay.zalopay_helpers import APP, HTTP, KEY1, NOW, PAYMENT, ZALOPAY, account, hmac_of
from transactions.providers.base import (
    AnswerUnreadable,
    CredentialsRefused,
    FateUnknown,
    Outcome,
    ProviderRefused,
    StatusReport,
)
from transactions.providers.zalopay.codes import QUERY, Kind

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING
ANSWER = {
    "return_code": 1,
    "amount": 50_000,
    "zp_trans_id": 261121000000123,
    "server_time": 1795285863942,
    "is_processing": False,
}


def query(answer: Any, status: int = 200, amount: int = 50_000) -> StatusReport:
    with provider(answer, status) as there:
        return ZALOPAY.query_payment(account(there.url), replace(PAYMENT, amount=amount), HTTP, NOW)


def said(code: str, **more: Any) -> dict[str, Any]:
    """An answer with ``code`` where ZaloPay puts it."""
    if code in ("1", "2", "3"):
        return {**ANSWER, "return_code": int(code), **more}
    return {**ANSWER, "return_code": 2, "sub_return_code": int(code), **more}


def test_a_paid_order_is_reported_whole() -> None:
    report = query({**ANSWER, "discount_amount": 0, "zp_user_id": "0900000000"})
    assert (report.outcome, report.reference, report.amount, report.transaction_no) == (
        PAID, PAYMENT.reference, 50_000, "261121000000123",
    )  # fmt: skip
    assert report.paid_at == datetime(2026, 11, 21, 18, 31, 3, 942000, tzinfo=UTC)
    assert (report.response_code, report.pay_date, report.refunds) == ("1", "1795285863942", None)
    assert "zp_user_id" not in report.fields


@pytest.mark.parametrize("code", [*sorted(QUERY), "31337", "-9999"])
def test_every_code_pays_fails_waits_or_says_nothing(code: str) -> None:
    kind = QUERY[code].kind if code in QUERY else None
    if kind is Kind.CREDENTIALS:
        with pytest.raises(CredentialsRefused):
            query(said(code))
    elif kind in (Kind.REFUSED, Kind.UNSAID):
        with pytest.raises(FateUnknown):
            query(said(code))
    else:
        report = query(said(code))
        assert report.outcome is {Kind.DONE: PAID, Kind.FAILED: FAILED}.get(kind, PENDING)  # type: ignore[arg-type]
        assert report.unknown_code == (kind is None)
        assert (report.failure_vi is not None) == (report.outcome is FAILED)
        assert report.response_code == (code)


def test_only_one_is_paid() -> None:
    paid = [code for code in range(-1, 10) if query({**ANSWER, "return_code": code, "sub_return_code": 1}).outcome is PAID]
    assert paid == [1]


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        ({"return_code": 2, "sub_return_code": -54}, FAILED, "-54"),
        ({"return_code": -329}, FAILED, "-329"),
        ({"return_code": 2, "sub_return_code": 0}, FAILED, "2"),
        ({"return_code": 2}, FAILED, "2"),
        ({"return_code": 2, "sub_return_code": -63}, PENDING, "-63"),
        ({"return_code": 2, "sub_return_code": -101}, PENDING, "-101"),
        ({"return_code": 2, "sub_return_code": -49}, PENDING, "-49"),
        ({"return_code": 3, "is_processing": True}, PENDING, "3"),
        ({"return_code": 3, "sub_return_code": -54}, PENDING, "3"),
    ],
)
def test_the_reason_may_stand_in_either_code(answer: Any, outcome: Outcome, code: str) -> None:
    report = query(answer)
    assert (report.outcome, report.response_code, report.conclusive, report.unknown_code) == (outcome, code, True, False)


def test_only_a_paid_orders_amount_means_something() -> None:
    assert query({"return_code": 2, "sub_return_code": -54, "amount": 0}).amount == 50_000
    assert query({"return_code": 2, "sub_return_code": -54}, amount=0).amount is None
    assert query({**ANSWER, "amount": 49_999}).amount == 49_999
    assert query({**ANSWER, "amount": None}).amount is None
    assert query({**ANSWER, "amount": 50_000.0}).amount is None
    assert query({**ANSWER, "amount": "50000"}).amount == 50_000
    assert query({**ANSWER, "zp_trans_id": 0}).transaction_no is None
    assert query({**ANSWER, "zp_trans_id": "0"}).transaction_no is None


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"{}", {"return_code": []}, {**ANSWER, "amount": {}}])
def test_a_garbled_answer_is_unreadable(answer: Any) -> None:
    with pytest.raises(AnswerUnreadable):
        query(answer)


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_that_is_not_http_200_is_no_answer(status: int) -> None:
    with pytest.raises(FateUnknown):
        query(ANSWER, status)


def test_an_order_is_cancelled_only_where_the_account_says_so() -> None:
    with provider({"return_code": 1}) as there:
        with pytest.raises(ProviderRefused):
            ZALOPAY.cancel_payment(account(there.url), PAYMENT, "", HTTP, NOW)
        assert there.calls == []
        ZALOPAY.cancel_payment(account(there.url, cancel=True), PAYMENT, "", HTTP, NOW)
        ZALOPAY.cancel_payment(account(there.url, cancel=True, cancel_path="/v2/order/cancel"), PAYMENT, "", HTTP, NOW)
    assert [path for path, _ in there.calls] == ["/v2/cancel", "/v2/order/cancel"]
    text = f"{APP}|{PAYMENT.reference}|{KEY1}"
    assert there.last == {"app_id": int(APP), "app_trans_id": PAYMENT.reference, "mac": hmac_of(text)}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"return_code": 2}, ProviderRefused),
        ({"return_code": 2, "sub_return_code": -101}, ProviderRefused),
        ({"return_code": -402}, CredentialsRefused),
        ({"return_code": 3}, FateUnknown),
        ({"return_code": -500}, FateUnknown),
        ({"return_code": 31337}, FateUnknown),
    ],
)
def test_a_cancel_that_was_not_done_says_so(answer: Any, error: type[Exception]) -> None:
    with provider(answer) as there, pytest.raises(error) as caught:
        ZALOPAY.cancel_payment(account(there.url, cancel=True), PAYMENT, "", HTTP, NOW)
    assert caught.type is error
