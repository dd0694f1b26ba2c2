"""Rows that the callback tests need: a tenant with a secret, a payment, an event with a sealed body, its deliveries."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from payments_site.kernel import clock, ids, sealing
from tenants.models import CallbackSecret, Project, Tenant
from transactions.models import DataKey, Transaction, TransactionEvent
from webhooks.outbound.enqueue import enqueue_callbacks
from webhooks.outbound.models import CallbackDelivery


@dataclass(frozen=True)
class Merchant:
    """A tenant that receives callbacks; secrets newest first, as ``whsec_...``."""

    tenant: Tenant
    secrets: list[str]


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def make_merchant(*, expired_secrets: int = 0, old_secrets: int = 0) -> Merchant:
    """A tenant of its own, whatever else the database holds, with a live secret (and ``old_secrets`` still live ones)."""
    now = clock.now()
    unique = secrets.token_hex(6)
    project = Project.objects.create(code=f"P{unique}", name="Callbacks")
    tenant = Tenant.objects.create(project=project, app_code=f"app-{unique}", name="Shop")
    live: list[str] = []
    expiries = [now - timedelta(hours=1)] * expired_secrets + [now + timedelta(hours=1)] * old_secrets + [None]
    for expires_at in expiries:
        secret = new_secret()
        CallbackSecret.objects.create(tenant=tenant, secret=secret, created_at=now, expires_at=expires_at)
        if expires_at is None or expires_at > now:
            live.insert(0, secret)
    return Merchant(tenant, live)


def make_event(merchant: Merchant, *, message_type: str = "transaction.completed") -> tuple[TransactionEvent, bytes]:
    """A payment with one event, and the event's frozen body in the clear."""
    now = clock.now()
    key, wrapped = sealing.new_data_key(settings.FERNET_KEYS)
    payment = Transaction.objects.create(
        tenant=merchant.tenant,
        order_id=secrets.token_hex(8),
        amount=100_000,
        description="Thanh toán",
        status="completed",
        return_url="https://shop.example/done",
        data_key=DataKey.objects.create(wrapped=wrapped, created_at=now),
        expires_at=now + timedelta(minutes=15),
        created_at=now,
        updated_at=now,
    )
    event_id = ids.new_id(ids.EVENT)
    body = json.dumps({"event_id": event_id, "event_type": message_type, "data": {"note": "Đã trả"}}, ensure_ascii=False).encode()
    event = TransactionEvent.objects.create(
        public_id=event_id,
        transaction=payment,
        tenant=merchant.tenant,
        sequence=1,
        event_type="paid",
        to_status="completed",
        message_type=message_type,
        body_sealed=sealing.seal(body, key),
        created_at=now,
    )
    return event, body


def make_delivery(merchant: Merchant, url: str, *, now: datetime | None = None) -> CallbackDelivery:
    """One due delivery of a new event to ``url`` (and to whichever endpoints the tenant has)."""
    event, _ = make_event(merchant)
    enqueue(event, url, now=now)
    return CallbackDelivery.objects.get(event=event, endpoint=None)


def enqueue(event: TransactionEvent, url: str, *, extra_url: str = "", now: datetime | None = None) -> int:
    """``enqueue_callbacks`` as the transition calls it."""
    with transaction.atomic():
        return enqueue_callbacks(
            event_id=event.pk,
            transaction_id=event.transaction_id,
            tenant_id=event.tenant_id,
            message_type=event.message_type or "",
            default_url=url,
            extra_url=extra_url,
            now=now or clock.now(),
        )
