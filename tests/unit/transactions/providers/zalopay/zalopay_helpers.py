"""What the ZaloPay tests share. Macs come from ``tests/payloads/zalopay_sign.py``, never from the code under test."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from payments_site.kernel.http import HttpClient
from tests.payloads import zalopay_sign
from transactions.providers.base import AccountContext, PaymentOrder, PaymentRef, RawRequest, RefundOrder
from transactions.providers.zalopay.adapter import ZaloPayAdapter

ROOT = Path(__file__).parents[4]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "vectors" / "zalopay.json").read_text())
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
APP, KEY1, KEY2 = (DOCUMENT["keys"][name] for name in ("app_id", "key1", "key2"))
ACCOUNT = AccountContext(environment="sandbox", credentials={"app_id": APP, "key1": KEY1, "key2": KEY2})
ZALOPAY = ZaloPayAdapter()
HTTP = HttpClient(connect_timeout=2, read_timeout=5)
# Past midnight in Vietnam, still the day before in UTC.
NOW = datetime(2026, 11, 20, 18, 44, 56, 789000, tzinfo=UTC)
ORDER = PaymentOrder(
    reference="261121_ORD000001",
    amount=50_000,
    description="Thanh toán đơn hàng #1",
    return_url="https://pay.example.vn/webhooks/zalopay/return?a=1&b=2",
    notify_url="https://pay.example.vn/webhooks/zalopay/acc_1",
    payer_ip="203.0.113.9",
    locale="vi",
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=15),
    order_id="shop-42",
    now=NOW,
)
PAYMENT = PaymentRef("261121_ORD000001", "", NOW, transaction_no="261121000000123", amount=50_000)
REFUND = RefundOrder(
    reference="R0000000001",
    payment=PAYMENT,
    amount=40_000,
    payment_amount=50_000,
    full=False,
    reason="Khách đổi ý",
    requested_by="ke.toan01",
    now=NOW,
    created_at=NOW,
)


def hmac_of(text: str, key: str = KEY1) -> str:
    return zalopay_sign.hmac_of(text, key)


def account(url: str = "", **options: Any) -> AccountContext:
    return replace(ACCOUNT, api_url=url, options=options)


def post(body: bytes) -> RawRequest:
    return RawRequest("POST", "", body, "application/json")


def callback(**changes: Any) -> RawRequest:
    """A signed callback of a paid order with ``changes``; ``None`` takes a field away."""
    data = {**zalopay_sign.callback_data(app_id=int(APP), reference="261121_ORD000001", amount=50_000), **changes}
    kept = {name: value for name, value in data.items() if value is not None}
    return post(zalopay_sign.callback(kept, KEY2))


RETURN = {
    "appid": APP,
    "apptransid": "261121_ORD000001",
    "pmcid": "38",
    "bankcode": "",
    "amount": "50000",
    "discountamount": "0",
    "status": "1",
}


def back(**changes: str) -> RawRequest:
    """The payer's browser coming back, signed."""
    return RawRequest("GET", zalopay_sign.return_query({**RETURN, **changes}, KEY2), b"")
