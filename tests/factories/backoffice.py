"""Payments with everything that a back office page can show, made through the API, the notices' door and the services."""

from __future__ import annotations

import secrets
from datetime import timedelta

from rest_framework.test import APIClient

from audit.models import ApprovalRequest, AuditEntry
from audit.services import Actor, raise_event, record
from payments_site.kernel import clock
from tests.factories.world import Role
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import PaymentAttempt, Receipt, Refund, RefundAllocation, Transaction
from webhooks.outbound.models import CallbackAttempt, CallbackDelivery, CallbackEndpoint, CallbackPolicy

CUSTOMER = {"name": "Nguyễn Văn Ánh", "email": "anh@example.com", "phone": "0901234567"}


def new_payment(api: APIClient, role: Role, *, order_id: str = "", amount: int = 100_000) -> Transaction:
    """A pending payment by VNPay."""
    body = {
        "order_id": order_id or f"ORD-{secrets.token_hex(6)}",
        "amount": amount,
        "currency": "VND",
        "description": "Thanh toán đơn hàng",
        "provider_code": "vnpay",
        "return_url": "https://shop.example/done",
        "customer_info": CUSTOMER,
    }
    answer = api.post(f"{role.base}/transactions", body, format="json", headers=role.headers)
    assert answer.status_code == 201, answer.content
    return Transaction.objects.get(public_id=answer.json()["data"]["transaction_id"])


def notify(api: APIClient, role: Role, payment: Transaction, *, secret: str = "", amount: int = 0, **changes: str) -> str:
    """A notice of VNPay; returns its RspCode."""
    fields = ipn_fields(
        tmn_code=role.tmn_code,
        reference=payment.provider_order_id or "",
        amount=amount or payment.amount,
        number=changes.pop("number", secrets.token_hex(7)),
        **changes,
    )
    answer = api.get(f"/api/v1/webhooks/vnpay/{role.account_id}?{sign(fields, secret or role.hash_secret)}")
    return str(answer.json()["RspCode"])


def eventful_payment(api: APIClient, role: Role) -> Transaction:
    """Failed, wrongly signed, wrong amount, paid late, paid twice, one refund, one callback tried, one act of staff."""
    payment = new_payment(api, role)
    notify(api, role, payment, vnp_ResponseCode="24", vnp_TransactionStatus="02")
    notify(api, role, payment, secret="not-the-key")
    notify(api, role, payment, amount=5_000)
    notify(api, role, payment)
    notify(api, role, payment)
    now = clock.now()
    PaymentAttempt.objects.filter(transaction=payment).update(return_received_at=now, return_success=True)
    payment.refresh_from_db()
    _refund(payment)
    _callback(payment)
    record(
        actor=Actor(user_id="ketoan", user_type=AuditEntry.UserType.STAFF),
        action="callback_resend",
        entity_type="transaction_callback",
        entity_id=payment.public_id,
        now=now,
    )
    _approval(payment)
    raise_event(
        kind="alert.success_without_notice", severity="warning", subject=payment.attempts.earliest("id").public_id, now=now,
        transaction_id=payment.public_id,
    )  # fmt: skip
    CallbackPolicy.objects.get_or_create(tenant=payment.tenant)
    return payment


def _approval(payment: Transaction) -> None:
    """Asked for by somebody who is not a user of the test."""
    now = clock.now()
    ApprovalRequest.objects.create(
        action="transactions.reject_review", subject_type="transaction", subject_id=payment.public_id, payload="{}",
        difference={"refund_amount": [0, payment.amount]}, reason="Nghi gian lận", requested_by_id=0, requested_by="ketoan",
        created_at=now, expires_at=now + timedelta(days=7),
    )  # fmt: skip


def _refund(payment: Transaction) -> None:
    now = clock.now()
    receipt = Receipt.objects.filter(transaction=payment).earliest("id")
    refund = Refund.objects.create(
        tenant=payment.tenant,
        transaction=payment,
        receipt=receipt,
        account_id=receipt.account_id,
        amount=10_000,
        status=Refund.Status.COMPLETED,
        provider_reference=f"R{secrets.token_hex(6)}",
        requested_by="client",
        requested_by_type="client",
        created_at=now,
        updated_at=now,
    )
    RefundAllocation.objects.create(refund=refund, receipt=receipt, amount=refund.amount)


def _callback(payment: Transaction) -> None:
    delivery = CallbackDelivery.objects.filter(transaction=payment).earliest("id")
    started = clock.now() - timedelta(seconds=1)
    CallbackAttempt.objects.create(
        delivery=delivery, number=1, started_at=started, duration_ms=12, response_status=503, response_body="busy"
    )
    CallbackEndpoint.objects.create(tenant=payment.tenant, url=f"https://shop.example/{secrets.token_hex(4)}")
