"""What the payOS tests share. Signatures come from ``tests/payloads/payos_sign.py``, never from the code under test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from payments_site.kernel.http import HttpAnswer, HttpClient
from tests.payloads import payos_sign
from transactions.providers.base import AccountContext, PaymentOrder, PaymentRef, RawRequest
from transactions.providers.payos.adapter import PayOSAdapter

TESTS = Path(__file__).parents[4]
DOCUMENT: dict[str, Any] = json.loads((TESTS / "vectors" / "payos.json").read_text())
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
PAYLOADS = TESTS / "payloads" / "payos"
KEY: str = DOCUMENT["checksum_key"]
ACCOUNT = AccountContext(environment="sandbox", credentials={"client_id": "client-1", "api_key": "api-1", "checksum_key": KEY})
FLAT = replace(ACCOUNT, options={"flat_dialect": True})
PAYOS = PayOSAdapter()
NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
CODE, LINK = 261122000000042, "0123456789abcdef0123456789abcdef"
ORDER = PaymentOrder(
    reference=str(CODE),
    amount=100_000,
    description="Đơn hàng #42",
    return_url="https://shop.example.vn/return?x=1&y=a b",
    notify_url="https://pay.example.vn/hook",
    payer_ip="203.0.113.7",
    locale="vi",
    created_at=NOW,
    expires_at=datetime(2026, 11, 21, 18, 45, tzinfo=UTC),
)
PAYMENT = PaymentRef(reference=str(CODE), provider_created_at="", created_at=NOW, session_id=LINK, amount=100_000)


class FakeHttp(HttpClient):
    """Answers the calls one after the other (the last answer again and again), and remembers what was asked."""

    def __init__(self, *answers: Any, status: int = 200) -> None:
        super().__init__()
        self.status, self.answers = status, [self._bytes(answer) for answer in answers]
        self.calls: list[tuple[str, str, Any, dict[str, str]]] = []

    @staticmethod
    def _bytes(answer: Any) -> bytes:
        return answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()

    def request(
        self, method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        self.calls.append((method, url, None if body is None else json.loads(body), dict(headers or {})))
        return HttpAnswer(self.status, self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


def refusal(code: str) -> dict[str, Any]:
    return {"code": code, "desc": "no", "data": None}


def created(**changes: Any) -> dict[str, Any]:
    """payOS's answer to the creation of ``ORDER``."""
    data = {
        "bin": "970422", "accountNumber": "0011223344", "accountName": "CTY ACME", "amount": 100_000,
        "description": "Don hang 42", "orderCode": CODE, "currency": "VND", "paymentLinkId": LINK, "status": "PENDING",
        "expiredAt": 1795286700, "checkoutUrl": f"https://pay.payos.vn/web/{LINK}", "qrCode": "000201...",
    }  # fmt: skip
    return payos_sign.answer({**data, **changes}, KEY)


def paid_by(*amounts: int) -> list[dict[str, Any]]:
    """Rows of a query's transfers."""
    return [
        {
            "reference": f"FT{number}", "amount": amount, "accountNumber": "0011223344", "description": "CS1 DH42 Cảm ơn",
            "transactionDateTime": f"2026-11-22T08:0{number}:09+07:00", "virtualAccountName": None, "virtualAccountNumber": None,
            "counterAccountBankId": "970436", "counterAccountBankName": None, "counterAccountName": "NGUYEN THI ANH",
            "counterAccountNumber": "9988776655",
        }
        for number, amount in enumerate(amounts)
    ]  # fmt: skip


def link(*amounts: int, status: str = "PENDING", **changes: Any) -> dict[str, Any]:
    """payOS's answer to a query of ``ORDER``, paid by ``amounts``."""
    data = {
        "id": LINK, "orderCode": CODE, "amount": 100_000, "amountPaid": sum(amounts), "amountRemaining": 100_000 - sum(amounts),
        "status": status, "createdAt": "2026-11-22T01:30:01+07:00", "transactions": paid_by(*amounts),
        "cancellationReason": None, "canceledAt": None,
    }  # fmt: skip
    return payos_sign.answer({**data, **changes}, KEY)


def post(document: Any, headers: Mapping[str, str] | None = None) -> RawRequest:
    body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return RawRequest("POST", "", body, "application/json", headers or {})


def webhook(**changes: Any) -> dict[str, Any]:
    data = payos_sign.transfer(order_code=changes.pop("order_code", CODE), amount=changes.pop("amount", 60_000), **changes)
    return payos_sign.answer(data, KEY)
