"""A tenant's client system, as one call."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.world import Role

ORDER: dict[str, Any] = {
    "amount": 100_000,
    "currency": "VND",
    "description": "Thanh toán đơn hàng #1",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
}
Post = Callable[..., Any]


@pytest.fixture
def post(api: APIClient, acme: Role) -> Post:
    """Create a payment of acme: ``post(amount=5, drop="currency", key="k", headers={...})``; a new order unless one is named."""

    def create(*, key: str | None = None, drop: str = "", headers: dict[str, str] | None = None, **changes: Any) -> Any:
        body = {**ORDER, "order_id": f"ORD-{secrets.token_hex(6)}", **changes}
        body.pop(drop, None)
        sent = {**acme.headers, **({"X-Idempotency-Key": key} if key is not None else {}), **(headers or {})}
        raw = json.dumps(body)  # ASCII: what JSON can say and UTF-8 can not gets through as well
        return api.generic("POST", f"{acme.base}/transactions", raw, content_type="application/json", headers=sent)

    return create
