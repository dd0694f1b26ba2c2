"""What the tests of notices share: a payment of acme, its notices, and a failure of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.world import Role
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import PaymentAttempt, Transaction
from webhooks.inbound import receive

ORDER = {
    "order_id": "ORD-1", "amount": 100_000, "currency": "VND", "description": "Đơn hàng", "provider_code": "vnpay",
    "return_url": "https://shop.example/done", "customer_info": {"name": "Lê Thị Lan"},
}  # fmt: skip


@pytest.fixture
def payment(api: APIClient, acme: Role) -> Transaction:
    answer = api.post(f"{acme.base}/transactions", ORDER, format="json", headers=acme.headers)
    return Transaction.objects.get(public_id=answer.json()["data"]["transaction_id"])


@pytest.fixture
def signed(acme: Role, payment: Transaction) -> Callable[..., str]:
    """The query of acme's IPN for the payment; ``secret`` may be another."""

    def make(*, secret: str | None = None, **changes: str) -> str:
        reference = str(PaymentAttempt.objects.get(transaction=payment).provider_reference)
        fields = ipn_fields(tmn_code=acme.tmn_code, reference=reference, amount=100_000, **changes)
        return sign(fields, secret or acme.hash_secret)

    return make


@pytest.fixture
def notify(api: APIClient, acme: Role, signed: Callable[..., str]) -> Callable[..., Any]:
    """Send acme's IPN for the payment; ``secret`` and ``path`` may be others."""

    def send(*, secret: str | None = None, headers: dict[str, str] | None = None, path: str | None = None, **changes: str) -> Any:
        query = signed(secret=secret, **changes)
        return api.get(f"{path or f'/api/v1/webhooks/vnpay/{acme.account_id}'}?{query}", headers=headers or {})

    return send


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Our own failure between storing and settling, until ``broken()`` mends it."""

    def fail(**_: Any) -> None:
        raise RuntimeError("the database hiccups")

    with monkeypatch.context() as patch:
        patch.setattr(receive, "settle", fail)
        yield patch.undo
