"""Making an order: what is sent, what an answer must hold, and what may be set on an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from tests.payloads import momo_sign
from tests.unit.transactions.providers.momo.momo_helpers import (
    ACCESS,
    ACCOUNT,
    HTTP,
    MOMO,
    NOW,
    ORDER,
    PARTNER,
    SECRET,
    account,
    hmac_of,
    momo,
)
from transactions.providers.base import (
    AnswerUnreadable,
    CredentialsRefused,
    FateUnknown,
    PaymentSession,
    ProviderRefused,
)
from transactions.providers.momo.addresses import api_url
from transactions.providers.momo.codes import RESULT, Kind

GOOD = {"resultCode": 0, "amount": 100_000, "payUrl": "https://momo.example/pay?t=1", "responseTime": 1, "message": "Thành công."}
LIST = "accessKey amount extraData ipnUrl orderId orderInfo partnerCode redirectUrl requestId requestType"


def create(answer: Any = GOOD, *, options: dict[str, Any] | None = None, status: int = 200, **changes: Any) -> PaymentSession:
    with momo(answer, status) as there:
        return MOMO.create_payment(account(there.url, **(options or {})), replace(ORDER, **changes), HTTP)


def body(options: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """What was sent for ``ORDER`` with ``changes``."""
    amount = changes.get("amount", ORDER.amount)
    with momo({**GOOD, "amount": amount}) as there:
        MOMO.create_payment(account(there.url, **(options or {})), replace(ORDER, **changes), HTTP)
        assert there.calls[0][0] == "/create"
        return there.last


def test_the_order_says_all_that_momo_needs_and_is_signed() -> None:
    sent = body()
    filled = {**sent, "accessKey": ACCESS}
    text = "&".join(f"{name}={filled[name]}" for name in LIST.split())
    assert sent == {
        "partnerCode": PARTNER,
        "requestId": "OD-1",
        "orderId": "OD-1",
        "amount": 100_000,
        "orderInfo": "Thanh toán đơn hàng #1",
        "redirectUrl": ORDER.return_url,
        "ipnUrl": ORDER.notify_url,
        "requestType": "payWithMethod",
        "extraData": "",
        "autoCapture": True,
        "lang": "vi",
        "signature": hmac_of(text),
    }


def test_the_session_names_the_page_and_the_qr_text() -> None:
    session = create({**GOOD, "qrCodeUrl": "00020101021226"})
    assert session == PaymentSession(
        payment_url="https://momo.example/pay?t=1",
        qr_code="00020101021226",
        order_info="Thanh toán đơn hàng #1",
        merchant_code=PARTNER,
    )
    assert create({**GOOD, "qrCodeUrl": ""}).qr_code is None


def test_a_repeat_at_a_later_moment_is_the_very_same_request() -> None:
    assert body() == body(now=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("method", "sent"),
    [
        (None, "payWithMethod"),
        ("", "payWithMethod"),
        ("card", "payWithMethod"),
        ("wallet", "captureWallet"),
        ("qr", "captureWallet"),
        ("domestic_card", "payWithATM"),
        ("international_card", "payWithMethod"),
    ],
)
def test_a_method_becomes_a_request_type(method: str | None, sent: str) -> None:
    assert body(payment_method=method)["requestType"] == sent
    if method:
        assert MOMO.accepts_method(method)


def test_an_international_card_needs_the_payers_email() -> None:
    own = body(payment_method="international_card", payer={"email": "a@example.vn", "name": "An", "phone": "090"})
    shops = body(payment_method="international_card", options={"card_email": "shop@example.vn"})
    assert (own["requestType"], own["userInfo"]) == ("payWithCC", {"email": "a@example.vn"})
    assert (shops["requestType"], shops["userInfo"]) == ("payWithCC", {"email": "shop@example.vn"})
    assert "userInfo" not in body(payment_method="wallet", payer={"email": "a@example.vn"})


@pytest.mark.parametrize("method", ["bank_transfer", "NCB", "Wallet", "bitcoin", "captureWallet"])
def test_an_unknown_method_is_refused_unsent(method: str) -> None:
    assert not MOMO.accepts_method(method)
    with pytest.raises(ProviderRefused):
        create(payment_method=method)


def test_an_account_chooses_among_what_momo_documents_as_two_things() -> None:
    options = {"request_types": {"qr": "payWithMethod", "wallet": "nonsense"}, "auto_capture": False, "order_expire_time": True}
    sent = body(options={**options, "storeName": "Cửa hàng", "storeId": 7}, payment_method="qr", locale="en")
    assert (sent["requestType"], sent["autoCapture"], sent["orderExpireTime"]) == ("payWithMethod", False, 15)
    assert (sent["storeName"], sent["lang"]) == ("Cửa hàng", "en")
    assert "storeId" not in sent
    assert body(options=options, payment_method="wallet")["requestType"] == "captureWallet"
    assert body(options={"auto_capture": "false", "request_types": []})["autoCapture"] is True


@pytest.mark.parametrize(
    ("method", "amount", "options"),
    [
        ("wallet", 1_000, {}),
        ("wallet", 50_000_000, {}),
        ("domestic_card", 10_000, {}),
        ("international_card", 10_000_000, {"card_max_amount": 10_000_000}),
    ],
)
def test_the_limits_are_inclusive(method: str, amount: int, options: dict[str, Any]) -> None:
    sent = body(payment_method=method, amount=amount, payer={"email": "a@example.vn"}, options=options)
    assert sent["amount"] == amount


@pytest.mark.parametrize(
    ("method", "amount", "options"),
    [
        ("wallet", 999, {}),
        ("wallet", 50_000_001, {}),
        ("domestic_card", 9_999, {}),
        ("international_card", 10_000_001, {"card_max_amount": 10_000_000}),
        (None, 0, {}),
    ],
)
def test_an_amount_outside_the_limits_of_the_method_is_refused_unsent(method: str, amount: int, options: dict[str, Any]) -> None:
    order = replace(ORDER, payment_method=method, amount=amount, payer={"email": "a@example.vn"})
    with momo(GOOD) as there, pytest.raises(ProviderRefused):
        MOMO.create_payment(account(there.url, **options), order, HTTP)
    assert there.calls == []


def test_the_order_text_is_one_line_never_empty_nor_too_long_and_hides_no_field() -> None:
    assert body(description="🎉 ế\n\ud800")["orderInfo"] == "🎉 ế"
    assert body(description=" \n ")["orderInfo"] == "Thanh toán ORD-1"
    assert len(body(description="ế" * 300)["orderInfo"]) == 255
    assert body(description="A & B=1&orderId=X&c=1")["orderInfo"] == "A & B=1 orderId=X&c=1"


def test_the_answers_signature_is_verified_where_there_is_one() -> None:
    ids = {"partnerCode": PARTNER, "orderId": "OD-1", "requestId": "OD-1"}
    signed = momo_sign.sign_answer({**ids, **GOOD}, access_key=ACCESS, secret_key=SECRET)
    assert create(signed).payment_url == GOOD["payUrl"]
    for change in ({"payUrl": "https://evil.example"}, {"signature": "0" * 64}, {"responseTime": 2}, {"signature": ["x"]}):
        with pytest.raises(AnswerUnreadable):
            create({**signed, **change})


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"\xff",
        b"{}",
        b'{"resultCode": 0, "resultCode": 0}',
        b"[" * 100_000,
        {"resultCode": "x"},
        {"resultCode": True},
        {"resultCode": 0.0},
        {**GOOD, "payUrl": ""},
        {**GOOD, "payUrl": "absent"},
        {**GOOD, "payUrl": "javascript:alert(1)"},
        {**GOOD, "payUrl": 7},
        {**GOOD, "amount": 99_999},
        {**GOOD, "amount": 100_000.5},
        {**GOOD, "orderId": "OTHER"},
        {**GOOD, "orderId": "absent"},
        {**GOOD, "requestId": "OTHER"},
        {**GOOD, "partnerCode": "OTHER"},
        {"resultCode": 0, "message": ["x"]},
    ],
)
def test_an_answer_that_can_not_be_believed_leaves_the_fate_open(answer: Any) -> None:
    with pytest.raises(AnswerUnreadable):
        create(answer)


def test_amounts_may_be_spelled_as_text() -> None:
    assert create({**GOOD, "amount": "100000", "resultCode": "0"}).payment_url == GOOD["payUrl"]


@pytest.mark.parametrize("code", [*sorted(set(RESULT) - {"0"}), "31337", "-1"])
def test_every_code_refuses_or_leaves_the_fate_open(code: str) -> None:
    kind = RESULT[code].kind if code in RESULT else None
    expected = {Kind.CREDENTIALS: CredentialsRefused, Kind.REFUSED: ProviderRefused, Kind.FAILED: ProviderRefused}
    with pytest.raises(expected.get(kind, ProviderRefused if kind is Kind.NO_REFUND else FateUnknown)) as caught:  # type: ignore[arg-type]
        create({"resultCode": int(code), "message": "Vì sao"}, status=400 if code == "20" else 200)
    assert caught.value.code == code
    assert "Vì sao" in caught.value.text


@pytest.mark.parametrize("code", ["40", "41", "10", "98", "99", "7000"])
def test_what_was_asked_for_before_or_is_not_known_is_never_a_refusal(code: str) -> None:
    with pytest.raises(FateUnknown):
        create({"resultCode": int(code)}, status=422 if code == "7000" else 200)


@pytest.mark.parametrize("status", [302, 500, 502, 503])
def test_their_faults_leave_the_fate_open_even_with_a_good_body(status: int) -> None:
    with pytest.raises(FateUnknown):
        create(GOOD, status=status)


def test_a_success_with_the_status_of_an_error_is_unreadable() -> None:
    with pytest.raises(AnswerUnreadable):
        create(GOOD, status=400)


def test_a_lost_answer_and_a_closed_door_are_told_apart() -> None:
    with pytest.raises(ProviderSilent):
        create(None)
    with momo(GOOD) as there:
        gone = account(there.url)
    with pytest.raises(ProviderUnreachable):
        MOMO.create_payment(gone, ORDER, HTTP)


def test_the_accounts_own_address_comes_first() -> None:
    installed = replace(ACCOUNT, urls={"MOMO_API_URL": "http://127.0.0.1:9/v2/gateway/api/"})
    assert api_url(ACCOUNT, "create") == "https://test-payment.momo.vn/v2/gateway/api/create"
    assert api_url(replace(ACCOUNT, environment="production"), "query") == "https://payment.momo.vn/v2/gateway/api/query"
    assert api_url(installed, "refund/query") == "http://127.0.0.1:9/v2/gateway/api/refund/query"
    assert api_url(replace(installed, api_url="https://own"), "create") == "https://own/create"


def test_references_are_short_distinct_and_plain() -> None:
    references = [MOMO.reference_for(number, NOW) for number in (1, 2, 31, 32, 2**63 - 1)]
    assert len(set(references)) == 5
    assert all(len(reference) == 13 and reference.isalnum() for reference in references)


def test_credentials_are_judged_by_their_form() -> None:
    assert MOMO.check_credentials(ACCOUNT.credentials) == {}
    assert set(MOMO.check_credentials({})) == {"partner_code", "access_key", "secret_key"}
    assert set(MOMO.check_credentials({**ACCOUNT.credentials, "partner_code": "A B", "secret_key": "a\n"})) == {
        "partner_code",
        "secret_key",
    }
