"""Payments that payers push by bank transfer, told by the bank's own signed notices."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.services.accounts import create_account
from tests.factories.world import Role
from transactions.models import Transaction

PAYER = {
    "bank_bin": "970436",
    "bank_name": "Vietcombank",
    "account_number": "0071000123456",
    "account_name": "NGUYEN VAN ANH",
}
OTHER_PAYER = {**PAYER, "account_number": "0071000999888", "account_name": "TRAN THI BINH"}


@dataclass
class Bank:
    """The role's own account at a bank, and what that bank signs its notices with."""

    api: APIClient
    role: Role
    account_id: str
    number: str
    secret: str

    def order(self, amount: int = 100_000, **changes: Any) -> Transaction:
        """A pending payment that waits for transfers."""
        body = {
            "order_id": f"ORD-{secrets.token_hex(6)}",
            "amount": amount,
            "currency": "VND",
            "description": "Thanh toán đơn hàng",
            "provider_code": "vietqr",
            "return_url": "https://shop.example/done",
            **changes,
        }
        answer = self.api.post(f"{self.role.base}/transactions", body, format="json", headers=self.role.headers)
        assert answer.status_code == 201, answer.content
        return Transaction.objects.get(public_id=answer.json()["data"]["transaction_id"])

    def transfer(self, payment: Transaction, amount: int, *, number: str = "", payer: dict[str, str] | None = None) -> None:
        """The bank tells of money that names the payment in its memo."""
        body = {
            "transfer_id": number or f"FT{secrets.token_hex(8).upper()}",
            "account_number": self.number,
            "bin": "970416",
            "amount": amount,
            "currency": "VND",
            "memo": f"CHUYEN TIEN {payment.provider_order_id}",
            "transferred_at": clock.iso(clock.now()),
            "payer": PAYER if payer is None else payer,
        }
        raw = json.dumps(body).encode()
        signature = hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()
        url = f"/api/v1/webhooks/vietqr/{self.account_id}"
        headers = {"X-Bank-Signature": signature}
        answer = self.api.generic("POST", url, raw, content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.content
        payment.refresh_from_db()

    def paid(self, *amounts: int, payer: dict[str, str] | None = None) -> Transaction:
        """A payment of the sum of ``amounts`` that so many transfers have paid."""
        payment = self.order(sum(amounts))
        for amount in amounts:
            self.transfer(payment, amount, payer=payer)
        assert payment.status == "completed"
        return payment

    def refund(self, payment: Transaction, amount: int, **changes: Any) -> Any:
        """The client asks for a refund; its data."""
        body = {"refund_amount": amount, "internal_refund_id": f"R-{secrets.token_hex(4)}", **changes}
        url = f"{self.role.base}/transactions/{payment.public_id}/refund"
        return self.api.post(url, body, format="json", headers=self.role.headers)


def open_bank(api: APIClient, role: Role) -> Bank:
    """Give the role an account at a bank."""
    number, secret = f"1{secrets.randbelow(10**9):09d}", secrets.token_hex(24)
    credentials = {"bin": "970416", "account_number": number, "account_name": "CONG TY ACME", "webhook_secret": secret}
    account = create_account(
        provider_code="vietqr", environment="sandbox", credentials=credentials, tenant_id=role.tenant_id, actor=SYSTEM,
        now=clock.now(),
    )  # fmt: skip
    return Bank(api, role, account.public_id, number, secret)
