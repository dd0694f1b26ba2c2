"""What the NAPAS tests share. Checksums are made here with hashlib, never with the code under test."""

from __future__ import annotations

import base64
import copy
import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from payments_site.kernel.http import HttpAnswer, HttpClient
from transactions.providers.base import AccountContext, PaymentOrder, PaymentRef, RawRequest, RefundOrder
from transactions.providers.napas.adapter import NapasAdapter

TESTS = Path(__file__).parents[4]
DOCUMENT: dict[str, Any] = json.loads((TESTS / "vectors" / "napas.json").read_text())
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]
PAYLOADS = TESTS / "payloads" / "napas"
PAID: dict[str, Any] = json.loads((PAYLOADS / "ipn_paid.json").read_text())
VPC_PAID = dict(parse_qsl((PAYLOADS / "vpc_return_paid.query").read_text().strip()))

MERCHANT, SECRET, VPC_SECRET = "MADEUPMC", str(DOCUMENT["dps_client_secret"]), str(DOCUMENT["legacy_secret"])
NAPAS = NapasAdapter()
NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
REFERENCE = "00000000000J1"
CREDENTIALS = {"merchant_id": MERCHANT, "client_secret": SECRET, "username": "shop", "password": "made-up-password"}
VPC_ACCOUNT = AccountContext(
    environment="sandbox",
    credentials={"merchant_id": MERCHANT, "client_secret": VPC_SECRET, "username": "opuser", "password": "oppass"},
    options={"mode": "vpc", "access_code": "ACCESS01"},
)
PAYMENT = PaymentRef(reference=REFERENCE, provider_created_at="", created_at=NOW, transaction_no=f"{REFERENCE}-1")
API = "https://dps-staging.napas.com.vn/api"
MERCHANT_API = f"{API}/rest/version/1/merchant/{MERCHANT}"
DOMESTIC, INTERNATIONAL = f"{MERCHANT_API}/order/{REFERENCE}/domestic", f"{MERCHANT_API}/order/{REFERENCE}/international"
_numbers = itertools.count(1)
UNKNOWN_ORDER = {"error": {"cause": "INVALID_REQUEST", "explanation": "order does not exist"}, "result": "ERROR"}


def account(name: str = "shop", **changes: Any) -> AccountContext:
    """An account whose tokens no other test has: one user name, one token."""
    made = AccountContext(environment="sandbox", credentials={**CREDENTIALS, "username": name})
    return replace(made, **changes)


def new_account() -> AccountContext:
    """An account that never had a token."""
    return account(f"shop-{next(_numbers)}")


def vector(name: str) -> dict[str, Any]:
    return next(item for item in VECTORS if item["name"] == name)


def document(**changes: Any) -> dict[str, Any]:
    """The paid notice's document; ``order__amount="1"`` changes a part, None takes it away."""
    made = copy.deepcopy(PAID)
    for path, value in changes.items():
        place = made["paymentResult"]
        *parents, last = path.split("__")
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
        if value is None:
            del place[last]
    return made


def checksum_of(data: str, secret: str = SECRET) -> str:
    return hashlib.sha256((data + secret).encode()).hexdigest().upper()


def envelope(inner: Any, secret: str = SECRET) -> str:
    raw = inner if isinstance(inner, bytes) else json.dumps(inner, ensure_ascii=False).encode()
    data = base64.b64encode(raw).decode()
    return json.dumps({"data": data, "checksum": checksum_of(data, secret)})


def ipn(inner: Any, secret: str = SECRET) -> RawRequest:
    return RawRequest("POST", "", envelope(inner, secret).encode(), "application/json")


def browser(inner: Any) -> RawRequest:
    return posted(envelope(inner))


def posted(napas_result: str) -> RawRequest:
    return RawRequest("POST", "", urlencode({"napasResult": napas_result}).encode(), "application/x-www-form-urlencoded")


def vpc_hash_of(fields: Mapping[str, str], secret: str = VPC_SECRET) -> str:
    values = "".join(fields[name] for name in sorted(fields) if name != "vpc_SecureHash")
    return hashlib.md5((secret + values).encode()).hexdigest().upper()  # noqa: S324 NAPAS's choice


def vpc_text(changes: Mapping[str, str | None] | None = None) -> str:
    """A signed return or answer: ``VPC_PAID`` with ``changes``; None takes a field away."""
    fields = {name: value for name, value in {**VPC_PAID, **(changes or {})}.items() if value is not None}
    return urlencode({**fields, "vpc_SecureHash": vpc_hash_of(fields)})


def vpc_return(changes: Mapping[str, str | None] | None = None) -> RawRequest:
    return RawRequest("GET", vpc_text(changes), b"")


def order(**changes: Any) -> PaymentOrder:
    values: dict[str, Any] = {
        "reference": REFERENCE,
        "amount": 100_000,
        "description": "Thanh toán đơn hàng #1",
        "return_url": "https://pay.example.vn/return/napas/acme",
        "notify_url": "https://pay.example.vn/ipn/napas/acme",
        "payer_ip": "203.0.113.9",
        "locale": "vi",
        "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=15),
        "page_url": "https://pay.example.vn/p/att_1",
        "now": NOW,
    }
    return PaymentOrder(**{**values, **changes})


def refund_order(**changes: Any) -> RefundOrder:
    values: dict[str, Any] = {
        "reference": "R000000000J",
        "payment": PAYMENT,
        "amount": 40_000,
        "payment_amount": 100_000,
        "full": False,
        "reason": "Khách đổi ý",
        "requested_by": "ke.toan01",
        "now": NOW,
    }
    return RefundOrder(**{**values, **changes})


def token(text: str = "token-1", **more: Any) -> HttpAnswer:
    return answer({"access_token": text, "token_type": "bearer", "expires_in": 300, **more})


def answer(body: Any, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, body if isinstance(body, bytes) else json.dumps(body).encode())


class FakeHttp(HttpClient):
    """Gives the answers in their order (an exception is raised), and remembers what was asked."""

    def __init__(self, *answers: HttpAnswer | Exception) -> None:
        super().__init__()
        self.answers = list(answers)
        self.calls: list[tuple[str, str]] = []
        self.bodies: list[bytes | None] = []
        self.headers: list[dict[str, str]] = []

    def request(
        self, method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        self.calls.append((method, url))
        self.bodies.append(body)
        self.headers.append(dict(headers or {}))
        given = self.answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    def json_body(self, index: int) -> Any:
        return json.loads(self.bodies[index] or b"")
