"""What the MoMo tests share. Signatures come from ``tests/payloads/momo_sign.py``, never from the code under test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from payments_site.kernel.http import HttpClient
from tests.payloads import momo_sign
from tests.unit.transactions.providers import loopback
from transactions.providers.base import AccountContext, PaymentOrder, PaymentRef, RawRequest, RefundOrder
from transactions.providers.momo.adapter import MoMoAdapter

ROOT = Path(__file__).parents[4]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "vectors" / "momo.json").read_text())
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
KEYS: dict[str, str] = DOCUMENT["made_up_credentials"]
PARTNER, ACCESS, SECRET = KEYS["partnerCode"], KEYS["accessKey"], KEYS["secretKey"]
ACCOUNT = AccountContext(environment="sandbox", credentials={"partner_code": PARTNER, "access_key": ACCESS, "secret_key": SECRET})
MOMO = MoMoAdapter()
HTTP = HttpClient(connect_timeout=2, read_timeout=5)
NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
ORDER = PaymentOrder(
    reference="OD-1",
    amount=100_000,
    description="Thanh toán đơn hàng #1",
    return_url="https://pay.example.vn/webhooks/momo/return?a=1&b=2",
    notify_url="https://pay.example.vn/webhooks/momo/acc_1",
    payer_ip="203.0.113.9",
    locale="vi",
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=15),
    order_id="ORD-1",
)
PAYMENT = PaymentRef("OD-1", "", NOW, transaction_no="4088878653", amount=100_000)
REFUND = RefundOrder(
    reference="R0000000001",
    payment=PAYMENT,
    amount=40_000,
    payment_amount=100_000,
    full=False,
    reason="Khách đổi ý",
    requested_by="ke.toan01",
    now=NOW,
    created_at=NOW,
)


def vector(name: str) -> dict[str, Any]:
    return next(item for item in VECTORS if item["id"] == name)


def hmac_of(text: str) -> str:
    return momo_sign.hmac_of(text, SECRET)


def account(url: str = "", **options: Any) -> AccountContext:
    return replace(ACCOUNT, api_url=url, options=options)


@contextmanager
def momo(answer: Any, status: int = 200) -> Iterator[loopback.Provider]:
    """A MoMo on this machine that answers as told; ids are those of the request unless ``answer`` names others."""

    def respond(path: str, body: dict[str, Any]) -> Any:
        if not isinstance(answer, Mapping):
            return answer
        ids = {"partnerCode": body["partnerCode"], "orderId": body["orderId"], "requestId": body["requestId"]}
        return {key: value for key, value in {**ids, **answer}.items() if value != "absent"}

    with loopback.provider(respond, status) as found:
        yield found


def post(body: bytes | dict[str, Any]) -> RawRequest:
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return RawRequest("POST", "", content, "application/json")


def notice(**changes: Any) -> dict[str, Any]:
    """A signed notice of a paid order with ``changes``; ``None`` takes a field away."""
    fields = momo_sign.notice_fields(partner_code=PARTNER, reference="OD-1", amount=100_000)
    kept = {name: value for name, value in {**fields, **changes}.items() if value is not None}
    return momo_sign.sign(kept, access_key=ACCESS, secret_key=SECRET)
