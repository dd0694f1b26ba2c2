"""The payment URL: fields, methods, addresses; and what may be set on an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from vnpay_helpers import ACCOUNT, NOW, SECRET, TERMINAL, VNPAY, FakeHttp, hmac_of

from transactions.providers.base import AccountContext, PaymentOrder, PaymentSession, ProviderRefused

ORDER = PaymentOrder(
    reference="0000000000001",
    amount=100_000,
    description="Thanh toán đơn hàng #1",
    return_url="https://pay.example.vn/webhooks/vnpay/return?a=1&b=2",
    notify_url="",
    payer_ip="203.0.113.9",
    locale="vi",
    created_at=NOW,
    expires_at=datetime(2026, 11, 21, 18, 45, tzinfo=UTC),
    order_id="ORD-1",
)


def create(account: AccountContext = ACCOUNT, **changes: Any) -> PaymentSession:
    return VNPAY.create_payment(account, replace(ORDER, **changes), FakeHttp(b""))


def fields(**changes: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(create(**changes).payment_url).query, strict_parsing=True))


def test_the_url_says_all_that_vnpay_needs_and_is_signed() -> None:
    session = create()
    address, query = session.payment_url.split("?", 1)
    signed, signature = query.split("&vnp_SecureHash=")
    assert address == "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html"
    assert signature == hmac_of(signed)
    assert dict(parse_qsl(signed, strict_parsing=True)) == {
        "vnp_Amount": "10000000",
        "vnp_Command": "pay",
        "vnp_CreateDate": "20261122013000",
        "vnp_CurrCode": "VND",
        "vnp_ExpireDate": "20261122014500",
        "vnp_IpAddr": "203.0.113.9",
        "vnp_Locale": "vn",
        "vnp_OrderInfo": "Thanh toan don hang 1",
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": ORDER.return_url,
        "vnp_TmnCode": TERMINAL,
        "vnp_TxnRef": ORDER.reference,
        "vnp_Version": "2.1.0",
    }
    assert session == PaymentSession(
        payment_url=session.payment_url,
        provider_created_at="20261122013000",
        order_info="Thanh toan don hang 1",
        merchant_code=TERMINAL,
    )


def test_nothing_is_asked_of_vnpay_and_the_same_order_gives_the_same_url() -> None:
    http = FakeHttp(b"")
    assert VNPAY.create_payment(ACCOUNT, ORDER, http) == VNPAY.create_payment(ACCOUNT, ORDER, http)
    assert http.calls == []


@pytest.mark.parametrize(
    ("method", "bank_code"),
    [
        (None, None),
        ("", None),
        ("card", None),
        ("qr", "VNPAYQR"),
        ("domestic_card", "VNBANK"),
        ("international_card", "INTCARD"),
        ("NCB", "NCB"),
        ("VNPAYQR", "VNPAYQR"),
    ],
)
def test_a_method_becomes_a_bank_code(method: str | None, bank_code: str | None) -> None:
    assert fields(payment_method=method).get("vnp_BankCode") == bank_code
    if method:
        assert VNPAY.accepts_method(method)


@pytest.mark.parametrize("method", ["wallet", "bank_transfer", "bitcoin", "ncb", "NC", "NCB ", "N" * 21, "NCB\n", "ĐCB"])
def test_an_unknown_method_is_refused(method: str) -> None:
    assert not VNPAY.accepts_method(method)
    with pytest.raises(ProviderRefused):
        create(payment_method=method)


@pytest.mark.parametrize(
    ("ip", "sent"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("::1", "0000:0000:0000:0000:0000:0000:0000:0001"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", "203.0.113.99"),
        ("nonsense", "203.0.113.99"),
    ],
)
def test_the_payers_address_fits_vnpays_field(ip: str, sent: str) -> None:
    assert fields(payer_ip=ip)["vnp_IpAddr"] == sent
    assert 7 <= len(sent) <= 45


@pytest.mark.parametrize(("locale", "sent"), [("vi", "vn"), ("en", "en"), ("fr", "vn")])
def test_the_locale_is_vnpays(locale: str, sent: str) -> None:
    assert fields(locale=locale)["vnp_Locale"] == sent


def test_the_order_text_is_never_empty_nor_too_long() -> None:
    assert fields(description="🎉")["vnp_OrderInfo"] == "Thanh toan ORD-1"
    assert fields(description="", order_id="")["vnp_OrderInfo"] == "Thanh toan 0000000000001"
    assert len(fields(description="ế" * 300)["vnp_OrderInfo"]) == 255


@pytest.mark.parametrize("amount", [5_000, 999_999_999])
def test_the_limits_are_inclusive(amount: int) -> None:
    assert fields(amount=amount)["vnp_Amount"] == f"{amount}00"


@pytest.mark.parametrize("amount", [0, -5_000, 4_999, 1_000_000_000])
def test_an_amount_outside_the_limits_is_refused(amount: int) -> None:
    with pytest.raises(ProviderRefused):
        create(amount=amount)


def test_where_the_payer_goes_depends_on_environment_and_installation() -> None:
    production = replace(ACCOUNT, environment="production")
    elsewhere = replace(production, urls={"VNPAY_PAYMENT_URL": "http://127.0.0.1:9/pay"})
    assert create(production).payment_url.startswith("https://pay.vnpay.vn/vpcpay.html?vnp_Amount=")
    assert create(elsewhere).payment_url.startswith("http://127.0.0.1:9/pay?vnp_Amount=")


def test_references_are_short_distinct_and_plain() -> None:
    references = [VNPAY.reference_for(number, NOW) for number in (1, 2, 31, 32, 2**63 - 1)]
    assert len(set(references)) == 5
    assert all(len(reference) == 13 and reference.isalnum() and reference == reference.upper() for reference in references)


def test_credentials_are_judged_by_their_form() -> None:
    assert VNPAY.check_credentials({"tmn_code": TERMINAL, "hash_secret": SECRET}) == {}
    assert set(VNPAY.check_credentials({})) == {"tmn_code", "hash_secret"}
    for terminal in ("TESTTMN", "TESTTMN12", "TEST_MN1", "TESTTMN1\n", "ĐESTTMN1"):
        assert set(VNPAY.check_credentials({"tmn_code": terminal, "hash_secret": "x" * 32})) == {"tmn_code"}
    for secret in ("", "a b", "key\n"):
        assert set(VNPAY.check_credentials({"tmn_code": TERMINAL, "hash_secret": secret})) == {"hash_secret"}
