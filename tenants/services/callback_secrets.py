"""Secrets that sign callbacks (Standard Webhooks): shown once, kept encrypted because we sign with them."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from payments_site.kernel import clock
from tenants.models import CallbackSecret, Tenant
from tenants.services._rows import lock_tenant

PREFIX = "whsec_"
OVERLAP = timedelta(hours=24)


@transaction.atomic
def rotate_callback_secret(*, tenant_id: str, actor: Actor, now: datetime) -> str:
    """A new secret, returned once; older ones go on signing beside it for 24 hours. Raises ``TenantNotFound``."""
    return issue_callback_secret(tenant=lock_tenant(tenant_id), actor=actor, now=now)


@transaction.atomic
def issue_callback_secret(*, tenant: Tenant, actor: Actor, now: datetime) -> str:
    """As ``rotate_callback_secret``, for a tenant that the caller has locked or just made."""
    until = now + OVERLAP
    retired = CallbackSecret.objects.filter(tenant=tenant, expires_at__isnull=True).update(expires_at=until)
    plaintext = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    row = CallbackSecret.objects.create(tenant=tenant, secret=plaintext, created_at=now)
    audit.record(
        actor=actor, action="callback_secret.rotated" if retired else "callback_secret.created",
        entity_type="callback_secret", entity_id=str(row.pk), tenant_id=tenant.public_id, now=now,
        new={"older_sign_until": clock.iso(until) if retired else None},
    )  # fmt: skip
    return plaintext
