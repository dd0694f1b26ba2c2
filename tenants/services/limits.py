"""How much a tenant may take: per payment, per Vietnam day, per month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from tenants import rules
from tenants.models import Tenant
from tenants.services._rows import assign, lock_tenant

LIMITS = ("min_amount", "max_amount", "daily_amount", "monthly_amount")


@transaction.atomic
def set_limits(*, tenant_id: str, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Tenant:
    """Change limits in đồng; one left out keeps its value, ``None`` lifts the daily or monthly one.

    Raises ``TenantNotFound``, ``InvalidInput`` (not an amount, or the smallest above the largest).
    """
    tenant = lock_tenant(tenant_id)
    given = {name: changes[name] for name in LIMITS if name in changes}
    rules.refuse(*rules.limit_problems({**limits_of(tenant), **given}, given))
    old, new = assign(tenant, given)
    if new:
        tenant.save(update_fields=[*new, "updated_at"])
        audit.record(
            actor=actor, action="tenant.limits_changed", entity_type="tenant", entity_id=tenant.public_id,
            tenant_id=tenant.public_id, now=now, old=old, new=new,
        )  # fmt: skip
    return tenant


def limits_of(tenant: Tenant) -> dict[str, int | None]:
    """The limits as the API shows them."""
    return {name: getattr(tenant, name) for name in LIMITS}
