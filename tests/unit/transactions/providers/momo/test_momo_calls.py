"""Query and confirm: what is sent, and what each answer is taken for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.transactions.providers.momo.momo_helpers import ACCESS, HTTP, MOMO, NOW, PARTNER, PAYMENT, account, hmac_of, momo
from transactions.providers.base import (
    AnswerUnreadable,
    CredentialsRefused,
    FateUnknown,
    Outcome,
    ProviderRefused,
    SeenRefund,
    StatusReport,
)
from transactions.providers.momo.codes import RESULT, Kind

PAID, FAILED, PENDING = Outcome.PAID, Outcome.FAILED, Outcome.PENDING
ANSWER = {"resultCode": 0, "amount": 100_000, "transId": 4088878653, "payType": "qr", "responseTime": 1795285863942}


def query(answer: Any, status: int = 200, **options: Any) -> StatusReport:
    with momo(answer, status) as there:
        return MOMO.query_payment(account(there.url, **options), PAYMENT, HTTP, NOW)


def test_a_query_is_signed_and_new_each_time() -> None:
    with momo(ANSWER) as there:
        for _ in range(2):
            MOMO.query_payment(account(there.url), PAYMENT, HTTP, NOW)
    for path, body in there.calls:
        text = f"accessKey={ACCESS}&orderId=OD-1&partnerCode={PARTNER}&requestId={body['requestId']}"
        assert (path, body["signature"]) == ("/query", hmac_of(text))
        assert len(body["requestId"]) <= 50
    assert there.calls[0][1]["requestId"] != there.calls[1][1]["requestId"]


def test_a_paid_order_is_reported_whole() -> None:
    report = query({**ANSWER, "message": "Thành công.", "partnerUserId": "0900000000"})
    assert (report.outcome, report.reference, report.amount, report.transaction_no) == (PAID, "OD-1", 100_000, "4088878653")
    assert (report.paid_at, report.pay_date) == (None, None)  # the answer's time is not the payment's
    assert (report.response_code, report.card_type, report.refunds) == ("0", "qr", None)
    assert (report.failure_code, report.unknown_code, report.conclusive) == (None, False, True)
    assert "partnerUserId" not in report.fields
    assert "signature" not in report.fields


@pytest.mark.parametrize("code", [*sorted(RESULT), "31337"])
def test_every_code_pays_fails_waits_or_says_nothing(code: str) -> None:
    kind = RESULT[code].kind if code in RESULT else None
    answer = {**ANSWER, "resultCode": int(code)}
    if kind is Kind.CREDENTIALS:
        with pytest.raises(CredentialsRefused):
            query(answer)
    elif code != "42" and kind in (Kind.REFUSED, Kind.UNSAID):
        with pytest.raises(FateUnknown):
            query(answer)
    else:
        report = query(answer)
        assert report.outcome is {Kind.DONE: PAID, Kind.FAILED: FAILED}.get(kind, PENDING)  # type: ignore[arg-type]
        assert report.unknown_code == (kind in (None, Kind.NO_REFUND))
        assert (report.failure_vi is not None) == (report.outcome is FAILED)


def test_only_zero_is_paid() -> None:
    assert [code for code in range(-1, 10) if pays(code)] == [0]


def pays(code: int) -> bool:
    return query({**ANSWER, "resultCode": code}).outcome is PAID


def test_an_order_that_momo_never_had_is_pending_and_that_is_news() -> None:
    report = query({"resultCode": 42, "orderId": "absent", "requestId": "absent", "message": "Không tìm thấy"})
    assert (report.outcome, report.conclusive, report.unknown_code, report.reference) == (PENDING, True, False, "OD-1")


def test_authorised_money_is_held_only_where_we_capture_ourselves() -> None:
    answer = {**ANSWER, "resultCode": 9000}
    assert (query(answer).outcome, query(answer).held) == (PENDING, False)
    report = query(answer, auto_capture=False)
    assert (report.outcome, report.held, report.amount) == (PENDING, True, 100_000)
    assert not query(ANSWER, auto_capture=False).held


def test_a_failure_without_an_amount_is_of_the_amount_asked_for_and_a_payment_never() -> None:
    assert query({**ANSWER, "resultCode": 1006, "amount": "absent"}).amount == 100_000
    assert query({**ANSWER, "resultCode": 1006, "amount": 5}).amount == 5
    assert query({**ANSWER, "amount": "absent"}).amount is None
    assert query({**ANSWER, "amount": 99_999}).amount == 99_999
    assert query({**ANSWER, "amount": 100_000.0}).amount is None
    assert query({**ANSWER, "amount": "100000"}).amount == 100_000


def test_refunds_that_momo_shows_are_seen_whoever_asked_for_them() -> None:
    refunds = [
        {"orderId": "R0000000001", "amount": 40_000, "resultCode": 0, "transId": 77, "createdTime": 1795285863942},
        {"orderId": "", "amount": "1000", "resultCode": "0", "transId": "78"},
        {"orderId": "R2", "amount": 1, "resultCode": 1080, "transId": 79},
    ]
    seen = query({**ANSWER, "refundTrans": refunds}).refunds
    made_at = datetime(2026, 11, 21, 18, 31, 3, 942000, tzinfo=UTC)
    assert seen == (SeenRefund("77", 40_000, "R0000000001", made_at), SeenRefund("78", 1_000))
    assert query({**ANSWER, "refundTrans": []}).refunds == ()
    assert query({**ANSWER, "refundTrans": None}).refunds is None


@pytest.mark.parametrize(
    "entry",
    [
        7,
        {"resultCode": 0, "amount": 1.5, "transId": 1},
        {"resultCode": 0, "amount": 1},
        {"resultCode": 0, "amount": [1], "transId": 1},
    ],
)
def test_a_refund_that_can_not_be_read_is_not_guessed(entry: Any) -> None:
    with pytest.raises(AnswerUnreadable):
        query({**ANSWER, "refundTrans": [entry]})


@pytest.mark.parametrize("changes", [{"orderId": "OTHER"}, {"orderId": "absent"}, {"partnerCode": "X"}, {"requestId": "X"}])
@pytest.mark.parametrize("code", [0, 1006, 9000])
def test_an_answer_about_something_else_is_unreadable(changes: dict[str, str], code: int) -> None:
    with pytest.raises(AnswerUnreadable):
        query({**ANSWER, "resultCode": code, **changes})


@pytest.mark.parametrize("status", [302, 500, 503])
def test_a_fault_of_momos_is_no_answer(status: int) -> None:
    with pytest.raises(FateUnknown):
        query(ANSWER, status)


@pytest.mark.parametrize("kind", ["capture", "cancel"])
def test_a_hold_is_captured_or_released_for_its_whole_amount_under_a_stable_id(kind: str) -> None:
    with momo({"resultCode": 0, "amount": 100_000}) as there:
        for _ in range(2):
            confirm(kind, there.url)
    (path, body), (_, again) = there.calls
    text = (
        f"accessKey={ACCESS}&amount=100000&description={body['description']}&orderId=OD-1&partnerCode={PARTNER}"
        f"&requestId={body['requestId']}&requestType={kind}"
    )
    assert (path, body["signature"], body["requestType"]) == ("/confirm", hmac_of(text), kind)
    assert body == again
    assert body["requestId"] != PAYMENT.reference


def confirm(kind: str, url: str) -> None:
    own = account(url, auto_capture=False)
    if kind == "capture":
        MOMO.capture_payment(own, PAYMENT, HTTP, NOW)
    else:
        MOMO.cancel_payment(own, PAYMENT, "Hết hàng", HTTP, NOW)


@pytest.mark.parametrize(
    ("kind", "code", "error"),
    [
        ("capture", 0, None),
        ("capture", 7002, None),
        ("capture", 22, ProviderRefused),
        ("capture", 42, ProviderRefused),
        ("capture", 1003, ProviderRefused),
        ("capture", 13, CredentialsRefused),
        ("capture", 99, FateUnknown),
        ("capture", 40, FateUnknown),
        ("capture", 9000, FateUnknown),
        ("capture", 31337, FateUnknown),
        ("cancel", 0, None),
        ("cancel", 1003, None),
        ("cancel", 1017, None),
        ("cancel", 42, ProviderRefused),
        ("cancel", 99, FateUnknown),
    ],
)
def test_a_confirm_that_was_not_done_says_so(kind: str, code: int, error: type[Exception] | None) -> None:
    with momo({"resultCode": code}) as there:
        if error is None:
            confirm(kind, there.url)
        else:
            with pytest.raises(error):
                confirm(kind, there.url)
    assert len(there.calls) == 1


def test_an_account_that_holds_nothing_releases_nothing() -> None:
    with momo({"resultCode": 0}) as there, pytest.raises(ProviderRefused):
        MOMO.cancel_payment(account(there.url), replace(PAYMENT), "", HTTP, NOW)
    assert there.calls == []
