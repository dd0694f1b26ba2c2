"""What the VNPay tests share. Signatures are made here with hashlib, never with the code under test."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from payments_site.kernel.http import HttpAnswer, HttpClient
from transactions.providers.base import AccountContext, PaymentRef, RawRequest, RefundOrder
from transactions.providers.vnpay.adapter import VNPayAdapter

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[4] / "vectors" / "vnpay.json").read_text())
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
PAYLOADS = Path(__file__).parents[4] / "payloads" / "vnpay"
TERMINAL: str = DOCUMENT["made_up_credentials"]["vnp_TmnCode"]
SECRET: str = DOCUMENT["made_up_credentials"]["vnp_HashSecret"]
ACCOUNT = AccountContext(
    environment="sandbox", credentials={"tmn_code": TERMINAL, "hash_secret": SECRET}, server_ip="203.0.113.99"
)
VNPAY = VNPayAdapter()
NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
PAYMENT = PaymentRef(reference="T20261122-0100", provider_created_at="20261122013000", created_at=NOW, transaction_no="14226112")

NOTICE = {
    "vnp_Amount": "10000000",
    "vnp_BankCode": "NCB",
    "vnp_OrderInfo": "Thanh toan",
    "vnp_PayDate": "20261122013212",
    "vnp_ResponseCode": "00",
    "vnp_TmnCode": TERMINAL,
    "vnp_TransactionNo": "14226112",
    "vnp_TransactionStatus": "00",
    "vnp_TxnRef": "T1",
}


def vector(name: str) -> dict[str, Any]:
    return next(item for item in VECTORS if item["id"] == name)


def hmac_of(text: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def get(query: str) -> RawRequest:
    return RawRequest(method="GET", query=query, body=b"")


def notice_query(changes: Mapping[str, str | None] | None = None) -> str:
    """A signed notice: ``NOTICE`` with ``changes``; ``None`` takes a field away. Values hold nothing encoders disagree on."""
    fields = {name: value for name, value in {**NOTICE, **(changes or {})}.items() if value is not None}
    query = urlencode(sorted(fields.items()))
    return f"{query}&vnp_SecureHash={hmac_of(query)}"


QUERY_ORDER: list[str] = vector("querydr_01_paid")["response_sign_order"]
REFUND_ORDER: list[str] = vector("refund_01_full_02")["response_sign_order"]


def signed_answer(name: str, changes: Mapping[str, str | None] | None = None) -> dict[str, Any]:
    """The answer of the vector ``name`` with ``changes``, signed anew."""
    found = vector(name)
    answer = {key: value for key, value in {**found["response"], **(changes or {})}.items() if value is not None}
    answer["vnp_SecureHash"] = hmac_of("|".join(answer.get(field, "") for field in found["response_sign_order"]))
    return answer


def refund_order(**changes: Any) -> RefundOrder:
    values: dict[str, Any] = {
        "reference": "rfn_01jd0000000000000000000000",
        "payment": PAYMENT,
        "amount": 100_000,
        "payment_amount": 100_000,
        "full": True,
        "reason": "Khách đổi ý",
        "requested_by": "ke.toan01",
        "now": NOW,
    }
    return RefundOrder(**{**values, **changes})


class FakeHttp(HttpClient):
    """Answers every call with one answer, and remembers what was asked."""

    def __init__(self, answer: Any, status: int = 200) -> None:
        super().__init__()
        self.answer = HttpAnswer(status, answer if isinstance(answer, bytes) else json.dumps(answer).encode())
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def post_json(self, url: str, payload: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpAnswer:
        self.calls.append((url, dict(payload)))
        return self.answer
