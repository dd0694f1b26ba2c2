"""Making a link: what is sent, what an answer is taken for, and a code that is used already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.payloads import payos_sign
from tests.unit.transactions.providers.payos.payos_helpers import (
    ACCOUNT,
    CODE,
    KEY,
    LINK,
    NOW,
    ORDER,
    PAYOS,
    FakeHttp,
    created,
    link,
    refusal,
)
from transactions.providers.base import (
    AnswerUnreadable,
    CredentialsRefused,
    FateUnknown,
    PaymentSession,
    ProviderRefused,
    ReferenceTaken,
)


def create(*answers: Any, status: int = 200, **changes: Any) -> PaymentSession:
    return PAYOS.create_payment(ACCOUNT, replace(ORDER, **changes), FakeHttp(*answers, status=status))


def sent(account: Any = ACCOUNT, **changes: Any) -> dict[str, Any]:
    order = replace(ORDER, **changes)
    http = FakeHttp(created(amount=order.amount))
    PAYOS.create_payment(account, order, http)
    body: dict[str, Any] = http.calls[0][2]
    return body


def test_a_link_is_asked_for_in_payos_own_words() -> None:
    http = FakeHttp(created())
    session = PAYOS.create_payment(ACCOUNT, ORDER, http)
    [(method, url, body, headers)] = http.calls
    assert (method, url) == ("POST", "https://api-merchant.payos.vn/v2/payment-requests")
    assert (headers["x-client-id"], headers["x-api-key"]) == ("client-1", "api-1")
    signature = payos_sign.hmac_of(
        f"amount=100000&cancelUrl={ORDER.return_url}&description=Don hang 42&orderCode={CODE}&returnUrl={ORDER.return_url}", KEY
    )
    assert body == {
        "orderCode": CODE, "amount": 100_000, "description": "Don hang 42", "cancelUrl": ORDER.return_url,
        "returnUrl": ORDER.return_url, "expiredAt": 1_795_286_700, "signature": signature,
    }  # fmt: skip
    assert session == PaymentSession(
        payment_url=f"https://pay.payos.vn/web/{LINK}", qr_code="000201...", session_id=LINK,
        order_info="Don hang 42", merchant_code="client-1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("description", "length", "memo"),
    [
        ("Thanh toán đơn hàng số 1234567890", 25, "Thanh toan don hang so 12"),
        ("Thanh toán đơn hàng", 9, "Thanh toa"),
        ("🎉", 9, "000000042"),
        ("中文", 25, str(CODE)),
    ],
)
def test_a_description_is_ascii_and_as_long_as_the_channel_takes(description: str, length: int, memo: str) -> None:
    assert sent(replace(ACCOUNT, options={"memo_length": length}), description=description)["description"] == memo


@pytest.mark.parametrize("length", [0, 26, "9", True, None])
def test_a_nonsensical_length_of_the_memo_is_refused(length: Any) -> None:
    with pytest.raises(ProviderRefused):
        sent(replace(ACCOUNT, options={"memo_length": length}))


def test_the_end_of_a_link_never_passes_what_payos_can_hold() -> None:
    assert sent(expires_at=datetime(2040, 1, 1, tzinfo=UTC))["expiredAt"] == 2**31 - 1


@pytest.mark.parametrize(
    ("moment", "attempt", "reference"),
    [
        (datetime(2026, 11, 21, 16, 59, 59, tzinfo=UTC), 42, "261121000000042"),
        (datetime(2026, 11, 21, 17, 0, 0, tzinfo=UTC), 42, "261122000000042"),
        (datetime(2099, 12, 31, 12, 0, tzinfo=UTC), 10**9 - 1, "991231999999999"),
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), 10**9 + 7, "261121000000007"),
    ],
)
def test_a_reference_is_the_vietnam_day_and_the_attempt(moment: datetime, attempt: int, reference: str) -> None:
    assert PAYOS.reference_for(attempt, moment) == reference
    assert int(reference) < 2**53


@pytest.mark.parametrize("amount", [999, 10_000_000_000])
def test_an_amount_outside_the_limits_is_not_sent(amount: int) -> None:
    with pytest.raises(ProviderRefused):
        create(created(), amount=amount)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("201", CredentialsRefused), ("214", CredentialsRefused), ("401", CredentialsRefused), ("20", ProviderRefused),
        ("101", ProviderRefused), ("999", FateUnknown), ("00x", FateUnknown),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 400])
def test_a_code_says_what_became_of_the_request(code: str, error: type[Exception], status: int) -> None:
    with pytest.raises(error) as caught:
        create(refusal(code), status=status)
    assert caught.value.code == code  # type: ignore[attr-defined]
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, CredentialsRefused), (403, CredentialsRefused), (404, FateUnknown), (302, FateUnknown), (200, AnswerUnreadable)],
)
@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"null", b"\xff", b"{}", b'{"code": 0}', b"[" * 100_000])
def test_an_answer_that_is_no_answer_decides_nothing(answer: bytes, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        create(answer, status=status)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
@pytest.mark.parametrize("answer", [created(), refusal("20"), b"<html>"])
def test_a_troubled_server_leaves_the_fate_unknown(answer: Any, status: int) -> None:
    with pytest.raises(FateUnknown):
        create(answer, status=status)


@pytest.mark.parametrize(
    "answer",
    [
        {**created(), "signature": "0" * 64},
        {**created(), "signature": None},
        {**created(), "data": {**created()["data"], "qrCode": "another account"}},
        {**created(), "data": None},
        {**created(), "data": {**created()["data"], "more": {}}},
        created(orderCode=CODE + 1),
        created(amount=100_001),
        created(checkoutUrl=None),
        created(checkoutUrl="javascript:alert(1)"),
        created(paymentLinkId=""),
    ],
)
def test_a_success_that_is_not_signed_or_not_about_this_order_is_unreadable(answer: Any) -> None:
    with pytest.raises(AnswerUnreadable):
        create(answer)


def test_a_repeat_finds_the_link_that_the_first_try_made() -> None:
    http = FakeHttp(refusal("231"), link())
    session = PAYOS.create_payment(ACCOUNT, ORDER, http)
    assert [(method, url) for method, url, _, _ in http.calls] == [
        ("POST", "https://api-merchant.payos.vn/v2/payment-requests"),
        ("GET", f"https://api-merchant.payos.vn/v2/payment-requests/{CODE}"),
    ]
    assert (session.session_id, session.payment_url, session.qr_code) == (LINK, f"https://pay.payos.vn/web/{LINK}", None)
    assert session.order_info == "Don hang 42"


def test_a_repeat_believes_the_page_and_the_code_where_payos_tells_them() -> None:
    told = link(checkoutUrl="https://next.pay.payos.vn/web/7", qrCode="000201", description="CS123 Don hang 42")
    session = create(refusal("231"), told)
    assert (session.payment_url, session.qr_code) == ("https://next.pay.payos.vn/web/7", "000201")


def test_the_page_of_a_found_link_lies_where_the_account_lives() -> None:
    account = replace(ACCOUNT, urls={"PAYOS_API_URL": "http://127.0.0.1:9/payos/"})
    http = FakeHttp(refusal("231"), link())
    assert PAYOS.create_payment(account, ORDER, http).payment_url == f"http://127.0.0.1:9/payos/web/{LINK}"
    assert http.calls[1][1] == f"http://127.0.0.1:9/payos/v2/payment-requests/{CODE}"


@pytest.mark.parametrize("status", ["PENDING", "PROCESSING", "UNDERPAID", "PAID", "NEW"])
def test_a_link_of_ours_stays_ours_whatever_was_paid(status: str) -> None:
    amounts = (60_000,) if status in ("UNDERPAID", "PAID") else ()
    assert create(refusal("231"), link(*amounts, status=status)).session_id == LINK
    assert create(refusal("231"), link(60_000, status="EXPIRED")).session_id == LINK


@pytest.mark.parametrize(
    "found",
    [
        link(amount=99_999),
        link(createdAt=(NOW - timedelta(minutes=6)).isoformat()),
        link(description="Don hang 43"),
        link(status="CANCELLED"),
        link(status="EXPIRED"),
        link(status="FAILED"),
    ],
)
def test_a_code_that_another_or_a_dead_link_has_is_taken(found: Any) -> None:
    with pytest.raises(ReferenceTaken):
        create(refusal("231"), found)


@pytest.mark.parametrize(
    ("second", "error"),
    [
        (refusal("101"), ProviderRefused),
        (link(createdAt=None), AnswerUnreadable),
        ({**link(), "signature": ""}, AnswerUnreadable),
        (link(orderCode=CODE + 1), AnswerUnreadable),
        (link(id=None), AnswerUnreadable),
        (b"", AnswerUnreadable),
    ],
)
def test_a_used_code_that_can_not_be_looked_at_is_not_guessed(second: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        create(refusal("231"), second)
