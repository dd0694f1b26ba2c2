"""Making an order: what is sent, what an answer must hold, and what may be set on an account."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from tests.unit.transactions.providers.loopback import provider
from tests.unit.transactions.providers.zalopay.zalopay_helpers import ACCOUNT, APP, HTTP, NOW, ORDER, ZALOPAY, account, hmac_of
from transactions.providers.base import AnswerUnreadable, CredentialsRefused, FateUnknown, PaymentSession, ProviderRefused
from transactions.providers.zalopay.addresses import api_url
from transactions.providers.zalopay.codes import CREATE, Kind

GOOD = {
    "return_code": 1,
    "return_message": "Giao dịch thành công",
    "sub_return_code": 1,
    "order_url": "https://zalopay.example/o",
}


def create(answer: Any = GOOD, *, options: dict[str, Any] | None = None, status: int = 200, **changes: Any) -> PaymentSession:
    with provider(answer, status) as there:
        return ZALOPAY.create_payment(account(there.url, **(options or {})), replace(ORDER, **changes), HTTP)


def body(options: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    with provider(GOOD) as there:
        ZALOPAY.create_payment(account(there.url, **(options or {})), replace(ORDER, **changes), HTTP)
        assert there.calls[0][0] == "/v2/create"
        return there.last


def test_the_order_says_all_that_zalopay_needs_and_is_signed() -> None:
    sent = body()
    embed_data = sent["embed_data"]
    text = f"{APP}|261121_ORD000001|shop-42|50000|1795200296789|{embed_data}|[]"
    assert sent == {
        "app_id": int(APP),
        "app_user": "shop-42",
        "app_trans_id": "261121_ORD000001",
        "app_time": 1795200296789,
        "expire_duration_seconds": 900,
        "amount": 50_000,
        "item": "[]",
        "embed_data": embed_data,
        "description": "Thanh toán đơn hàng #1",
        "bank_code": "",
        "callback_url": ORDER.notify_url,
        "mac": hmac_of(text),
    }
    assert json.loads(embed_data) == {"redirecturl": ORDER.return_url, "preferred_payment_method": []}


def test_the_session_names_the_page_and_the_qr_text() -> None:
    session = create({**GOOD, "qr_code": "00020101021226", "zp_trans_token": "secret"})
    assert session == PaymentSession(
        payment_url="https://zalopay.example/o",
        qr_code="00020101021226",
        provider_created_at="1795200296789",
        order_info="Thanh toán đơn hàng #1",
        merchant_code=APP,
    )
    assert create().qr_code is None


@pytest.mark.parametrize(
    ("method", "bank_code", "preferred"),
    [
        (None, "", []),
        ("", "", []),
        ("wallet", "", ["zalopay_wallet"]),
        ("qr", "", ["vietqr"]),
        ("bank_transfer", "", ["vietqr"]),
        ("card", "", ["domestic_card", "international_card"]),
        ("domestic_card", "", ["domestic_card", "account"]),
        ("international_card", "", ["international_card"]),
        ("zalopayapp", "zalopayapp", []),
        ("CC", "CC", []),
        ("VTB", "VTB", []),
    ],
)
def test_a_method_becomes_a_bank_code_or_a_preference(method: str | None, bank_code: str, preferred: list[str]) -> None:
    sent = body(payment_method=method)
    assert (sent["bank_code"], json.loads(sent["embed_data"])["preferred_payment_method"]) == (bank_code, preferred)
    if method:
        assert ZALOPAY.accepts_method(method)


@pytest.mark.parametrize("method", ["bitcoin", "vtb", "V", "VTB ", "V" * 21, "VTB\n", "ĐCB"])
def test_an_unknown_method_is_refused(method: str) -> None:
    assert not ZALOPAY.accepts_method(method)
    with pytest.raises(ProviderRefused):
        create(payment_method=method)


def test_an_account_says_what_its_contract_calls_a_method() -> None:
    options = {"methods": {"international_card": {"bank_code": "CC"}, "qr": {"preferred": ["zalopay_wallet", "vietqr"]}}}
    assert body(options, payment_method="international_card")["bank_code"] == "CC"
    qr = json.loads(body(options, payment_method="qr")["embed_data"])
    assert qr["preferred_payment_method"] == ["zalopay_wallet", "vietqr"]
    assert body({"methods": ["x"], "min_amount": "1"}, payment_method="wallet")["bank_code"] == ""


@pytest.mark.parametrize(
    ("left", "sent"),
    [
        (timedelta(minutes=15), 900),
        (timedelta(minutes=5), 300),
        (timedelta(seconds=299), 300),
        (timedelta(0), 300),
        (-timedelta(hours=1), 300),
        (timedelta(days=30), 2_592_000),
        (timedelta(days=31), 2_592_000),
        (timedelta(seconds=301, milliseconds=999), 301),
    ],
)
def test_an_order_lives_as_long_as_remains_within_zalopays_bounds(left: timedelta, sent: int) -> None:
    assert body(expires_at=NOW + left)["expire_duration_seconds"] == sent
    assert (ZALOPAY.limits.min_expiry_minutes, ZALOPAY.limits.max_expiry_minutes) == (5, 43_200)


def test_the_time_of_the_order_is_that_of_the_call() -> None:
    later = body(now=NOW + timedelta(minutes=4))
    assert (later["app_time"], later["expire_duration_seconds"]) == (1795200296789 + 240_000, 660)
    assert body(now=None)["app_time"] == 1795200296789


def test_a_reference_begins_with_the_day_in_vietnam() -> None:
    assert ZALOPAY.reference_for(1, NOW) == "261121_0000000000001"
    assert ZALOPAY.reference_for(1, datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC)) == "261120_0000000000001"
    references = [ZALOPAY.reference_for(number, NOW) for number in (1, 2, 31, 32, 2**63 - 1)]
    assert len(set(references)) == 5
    assert all(len(reference) == 20 for reference in references)


def test_texts_fit_zalopays_fields() -> None:
    assert body(description="🎉 ế\n\ud800")["description"] == "🎉 ế"
    assert body(description=" \n ")["description"] == "Thanh toán shop-42"
    assert len(body(description="ế" * 300)["description"]) == 255
    assert body(order_id="")["app_user"] == "261121_ORD000001"
    assert len(body(order_id="x" * 64)["app_user"]) == 50
    with pytest.raises(ProviderRefused):
        create(return_url="https://pay.example.vn/" + "x" * 1_000)


def test_nothing_about_the_payer_leaves() -> None:
    sent = body(payer={"name": "Nguyễn Văn An", "email": "an@example.vn", "phone": "0900000000"})
    assert not any(word in str(sent) for word in ("Nguyễn", "an@example.vn", "0900000000", ORDER.payer_ip))


@pytest.mark.parametrize("amount", [1_000, 999_999_999])
def test_the_limits_are_inclusive(amount: int) -> None:
    assert body(amount=amount)["amount"] == amount


@pytest.mark.parametrize(
    ("amount", "options"), [(999, {}), (10**9, {}), (4_999, {"min_amount": 5_000}), (6_000, {"max_amount": 5_999})]
)
def test_an_amount_outside_the_limits_is_refused_unsent(amount: int, options: dict[str, Any]) -> None:
    with provider(GOOD) as there, pytest.raises(ProviderRefused):
        ZALOPAY.create_payment(account(there.url, **options), replace(ORDER, amount=amount), HTTP)
    assert there.calls == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"\xff",
        b"{}",
        b'{"return_code": 1, "return_code": 1}',
        b"[" * 100_000,
        {"return_code": "x"},
        {"return_code": True},
        {"return_code": 1.0},
        {**GOOD, "sub_return_code": "x"},
        {**GOOD, "order_url": ""},
        {**GOOD, "order_url": None},
        {**GOOD, "order_url": ["https://x"]},
        {**GOOD, "order_url": "javascript:alert(1)"},
    ],
)
def test_an_answer_that_can_not_be_believed_leaves_the_fate_open(answer: Any) -> None:
    with pytest.raises(AnswerUnreadable):
        create(answer)


@pytest.mark.parametrize("code", [*sorted(set(CREATE) - {"1"}), "31337", "-9999", "-63"])
@pytest.mark.parametrize("in_sub_code", [True, False])
def test_every_code_refuses_or_leaves_the_fate_open(code: str, in_sub_code: bool) -> None:
    kind = CREATE[code].kind if code in CREATE else None
    expected = {Kind.CREDENTIALS: CredentialsRefused, Kind.REFUSED: ProviderRefused}.get(kind, FateUnknown)  # type: ignore[arg-type]
    answer = {"return_code": int(code), "return_message": "Vì sao"}
    if in_sub_code and code not in ("2", "3"):
        answer = {"return_code": 2, "sub_return_code": int(code), "sub_return_message": "Vì sao", "return_message": "Thất bại"}
    with pytest.raises(expected) as caught:
        create(answer)
    assert type(caught.value) is expected
    assert caught.value.code == code
    assert "Vì sao" in caught.value.text


def test_a_repeat_is_never_a_refusal() -> None:
    with pytest.raises(FateUnknown):
        create({"return_code": 2, "sub_return_code": -68})


@pytest.mark.parametrize("status", [302, 400, 403, 500, 503])
def test_an_answer_that_is_not_http_200_is_no_answer(status: int) -> None:
    with pytest.raises(FateUnknown):
        create(GOOD, status=status)


def test_a_lost_answer_and_a_closed_door_are_told_apart() -> None:
    with pytest.raises(ProviderSilent):
        create(lambda path, body: None)
    with provider(GOOD) as there:
        gone = account(there.url)
    with pytest.raises(ProviderUnreachable):
        ZALOPAY.create_payment(gone, ORDER, HTTP)


def test_the_accounts_own_address_comes_first() -> None:
    installed = replace(ACCOUNT, urls={"ZALOPAY_API_URL": "http://127.0.0.1:9/"})
    assert api_url(ACCOUNT, "/v2/create") == "https://sb-openapi.zalopay.vn/v2/create"
    assert api_url(replace(ACCOUNT, environment="production"), "/v2/query") == "https://openapi.zalopay.vn/v2/query"
    assert api_url(installed, "/v2/refund") == "http://127.0.0.1:9/v2/refund"
    assert api_url(replace(installed, api_url="https://own"), "/v2/refund") == "https://own/v2/refund"


def test_credentials_are_judged_by_their_form() -> None:
    assert ZALOPAY.check_credentials(ACCOUNT.credentials) == {}
    assert set(ZALOPAY.check_credentials({})) == {"app_id", "key1", "key2"}
    for app_id in ("", "0", "012", "12a", "1" * 19, "12\n", "١٢"):
        assert set(ZALOPAY.check_credentials({**ACCOUNT.credentials, "app_id": app_id})) == {"app_id"}
    assert set(ZALOPAY.check_credentials({**ACCOUNT.credentials, "key1": "a b", "key2": ""})) == {"key1", "key2"}
