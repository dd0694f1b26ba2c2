"""How a tenant wants its callbacks delivered, and its secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from audit.services import Actor, record
from payments_site.kernel.errors import InvalidInput
from tenants.models import CallbackSecret
from tenants.selectors import TenantContext
from tenants.services.callback_secrets import OVERLAP, rotate_callback_secret
from webhooks.outbound.models import CallbackPolicy
from webhooks.outbound.schedule import policy_fault, schedule_of

# Each of them signs: a header may not grow for ever.
MOST_SECRETS = 10


@dataclass(frozen=True)
class NewSecret:
    """The only sight of a secret, and until when the older ones sign beside it."""

    plaintext: str
    older_until: datetime


def policy_of(*, tenant_id: int) -> CallbackPolicy:
    """The tenant's policy; one with the installation's ways, unsaved, where it has none."""
    return CallbackPolicy.objects.filter(tenant_id=tenant_id).first() or CallbackPolicy(tenant_id=tenant_id)


def shown(policy: CallbackPolicy) -> dict[str, Any]:
    """As the API shows it: the waits in seconds that are really followed."""
    waits = [int(wait.total_seconds()) for wait in schedule_of(policy.retry_delays)]
    return {"retry_delays": waits, "strict_order": policy.strict_order}


@transaction.atomic
def set_policy(
    *, tenant: TenantContext, retry_delays: list[int] | None, strict_order: bool | None, actor: Actor, now: datetime
) -> CallbackPolicy:
    """What is None stays. It holds for the next try of every callback. Raises ``InvalidInput``."""
    fault = None if retry_delays is None else policy_fault(retry_delays)
    if fault:
        raise InvalidInput({"field": "retry_delays", "constraint": fault})
    policy, _ = CallbackPolicy.objects.select_for_update().get_or_create(tenant_id=tenant.id)
    old = shown(policy)
    policy.retry_delays = policy.retry_delays if retry_delays is None else retry_delays
    policy.strict_order = policy.strict_order if strict_order is None else strict_order
    policy.save()
    record(
        actor=actor, action="callback_policy_changed", entity_type="callback_policy", entity_id=tenant.public_id,
        tenant_id=tenant.public_id, old=old, new=shown(policy), now=now,
    )  # fmt: skip
    return policy


def rotate_secret(*, tenant: TenantContext, actor: Actor, now: datetime) -> NewSecret:
    """A new secret, shown once. Raises ``InvalidInput`` while ``MOST_SECRETS`` of them sign."""
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    if CallbackSecret.objects.filter(live, tenant_id=tenant.id).count() >= MOST_SECRETS:
        raise InvalidInput({"field": "callback_secret", "constraint": f"{MOST_SECRETS} secrets sign already; wait a day"})
    return NewSecret(rotate_callback_secret(tenant_id=tenant.public_id, actor=actor, now=now), now + OVERLAP)
