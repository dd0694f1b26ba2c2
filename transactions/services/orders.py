"""An attempt as an adapter takes it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from transactions.models import PaymentAttempt, Transaction
from transactions.personal import payer_of
from transactions.providers.base import PaymentOrder
from transactions.services.accounts import Route, notify_url, return_url


def order_of(payment: Transaction, attempt: PaymentAttempt, route: Route, now: datetime) -> PaymentOrder:
    """The attempt as the adapter takes it."""
    return PaymentOrder(
        reference=attempt.provider_reference,
        amount=payment.amount,
        description=payment.description,
        return_url=return_url(route.account, route.adapter.code),
        notify_url=notify_url(route.account, route.adapter.code),
        payer_ip=attempt.ip_address or "127.0.0.1",
        locale=payment.locale,
        created_at=attempt.created_at,
        expires_at=attempt.expires_at,
        payment_method=attempt.payment_method,
        order_id=payment.order_id,
        page_url=page_url(payment, attempt),
        payer=_payer(payment),
        now=now,
    )


def page_url(payment: Transaction, attempt: PaymentAttempt) -> str:
    """Our own page of one attempt, for providers without one."""
    return f"{settings.PUBLIC_BASE_URL}/pay/{payment.public_id}/{attempt.public_id}"


def _payer(payment: Transaction) -> dict[str, str]:
    told = payer_of(payment).get("customer_info") or {}
    return {name: str(told[name]) for name in ("name", "email", "phone") if told.get(name)}
