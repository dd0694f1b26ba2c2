"""The installation's own switches: its settings and its providers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from tenants import rules
from tenants.credentials import FORMS
from tenants.models import PaymentProvider, SystemConfiguration
from tenants.services._rows import assign

PROVIDER_FIELDS = ("name", "is_active", "position")


@transaction.atomic
def set_configuration(
    *, key: str, value: Any, description: str | None = None, actor: Actor, now: datetime
) -> SystemConfiguration:
    """Create or change one setting; without ``description`` the text stays. Raises ``InvalidInput`` for an empty key."""
    rules.refuse(rules.name_problem("key", key, longest=80))
    row = SystemConfiguration.objects.select_for_update().filter(key=key).first()
    old = {"value": row.value, "description": row.description} if row else None
    row = row or SystemConfiguration(key=key)
    row.value, row.updated_by = value, actor.user_id
    if description is not None:
        row.description = description
    new = {"value": row.value, "description": row.description}
    if new == old:
        return row
    row.save()
    audit.record(
        actor=actor, action="configuration.changed", entity_type="configuration", entity_id=key, now=now, old=old, new=new
    )
    audit.raise_event(kind="configuration.changed", now=now, subject=key, by=actor.user_id)
    return row


@transaction.atomic
def update_provider(*, code: str, changes: Mapping[str, Any], actor: Actor, now: datetime) -> PaymentProvider:
    """Change a provider's name, place in lists or activity. Raises ``PaymentProvider.DoesNotExist``."""
    provider = PaymentProvider.objects.select_for_update().get(code=code)
    old, new = assign(provider, {name: changes[name] for name in PROVIDER_FIELDS if name in changes})
    if new:
        provider.save(update_fields=list(new))
        audit.record(actor=actor, action="provider.updated", entity_type="provider", entity_id=code, now=now, old=old, new=new)
        audit.raise_event(kind="provider.updated", now=now, subject=code, by=actor.user_id, **new)
    return provider


def make_missing_providers(model: type[PaymentProvider] = PaymentProvider, using: str = "default") -> None:
    """A row for each provider of the closed list that has none; those that are there keep their name, place and activity."""
    known = set(model.objects.using(using).values_list("code", flat=True))
    rows = [
        model(code=code, name=form.name or code, position=position)
        for position, (code, form) in enumerate(FORMS.items())
        if code not in known
    ]
    model.objects.using(using).bulk_create(rows)
