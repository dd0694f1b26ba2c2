"""Tenants: made together with their first key and callback secret, changed, switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from audit import services as audit
from audit.services import Actor
from tenants import rules
from tenants.models import Tenant
from tenants.rules import Problem
from tenants.services._rows import assign, frozen_problems, lock_project, lock_tenant, unique_field
from tenants.services.callback_secrets import issue_callback_secret
from tenants.services.keys import issue_api_key

CHANGEABLE = ("name", "business_type", "callback_url", "is_active")
FIRST_KEY_NAME = "default"


@dataclass(frozen=True)
class NewTenant:
    """A tenant just made, with the only sight of its key and callback secret."""

    tenant: Tenant
    api_key: str = field(repr=False)
    callback_secret: str = field(repr=False)


@transaction.atomic
def create_tenant(
    *,
    project_id: str,
    app_code: str,
    name: str,
    business_type: str = Tenant.BusinessType.OTHER,
    callback_url: str = "",
    is_active: bool = True,
    actor: Actor,
    now: datetime,
) -> NewTenant:
    """A new tenant, its first API key (all scopes) and its first callback secret.

    Raises ``ProjectNotFound``; ``InvalidInput`` for a malformed, reserved or taken app code and for a bad callback URL.
    """
    project = lock_project(project_id)
    rules.refuse(
        rules.code_problem("app_code", app_code),
        rules.name_problem("name", name),
        _business_type_problem(business_type),
        _callback_url_problem(callback_url),
    )
    values = {
        "app_code": app_code, "name": name, "business_type": str(business_type),
        "callback_url": callback_url, "is_active": is_active,
    }  # fmt: skip
    tenant = Tenant(project=project, **values)
    with unique_field("app_code", "the project has a tenant with this app code"):
        tenant.save(force_insert=True)
    _record("tenant.created", tenant, actor, now, new={**values, "project_id": project.public_id})
    key = issue_api_key(tenant=tenant, name=FIRST_KEY_NAME, actor=actor, now=now)
    secret = issue_callback_secret(tenant=tenant, actor=actor, now=now)
    return NewTenant(tenant=tenant, api_key=key.plaintext, callback_secret=secret)


@transaction.atomic
def update_tenant(*, tenant_id: str, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Tenant:
    """Change what is in ``CHANGEABLE``; what is left out keeps its value. Raises ``TenantNotFound``, ``InvalidInput``."""
    tenant = lock_tenant(tenant_id)
    rules.refuse(
        *frozen_problems(changes, {"app_code": tenant.app_code, "project_id": tenant.project.public_id}),
        rules.name_problem("name", changes["name"]) if "name" in changes else None,
        _business_type_problem(changes["business_type"]) if "business_type" in changes else None,
        _callback_url_problem(changes.get("callback_url", "")),
    )
    old, new = assign(tenant, {name: changes[name] for name in CHANGEABLE if name in changes})
    if new:
        tenant.save(update_fields=[*new, "updated_at"])
        _record("tenant.updated", tenant, actor, now, old=old, new=new)
    return tenant


@transaction.atomic
def deactivate_tenant(*, tenant_id: str, actor: Actor, now: datetime) -> Tenant:
    """Switch the tenant off: its keys answer TENANT_INACTIVE, its money and evidence stay. Raises ``TenantNotFound``."""
    tenant = lock_tenant(tenant_id)
    old, new = assign(tenant, {"is_active": False})
    if new:
        tenant.save(update_fields=["is_active", "updated_at"])
        _record("tenant.deactivated", tenant, actor, now, old=old, new=new)
    return tenant


def callback_url_problem(field: str, url: str) -> Problem | None:
    """What is wrong with a callback URL under this installation's settings; none at all is fine."""
    if not url:
        return None
    return rules.callback_url_problem(
        field, url, allowed_hosts=settings.CALLBACK_ALLOWED_HOSTS, require_https=settings.CALLBACK_REQUIRE_HTTPS
    )


def _callback_url_problem(url: str) -> Problem | None:
    return callback_url_problem("callback_url", url)


def _business_type_problem(value: str) -> Problem | None:
    if value in Tenant.BusinessType.values:
        return None
    return {"field": "business_type", "constraint": "one of " + ", ".join(Tenant.BusinessType.values)}


def _record(action: str, tenant: Tenant, actor: Actor, now: datetime, **values: Mapping[str, Any]) -> None:
    audit.record(
        actor=actor, action=action, entity_type="tenant", entity_id=tenant.public_id, tenant_id=tenant.public_id, now=now,
        old=values.get("old"), new=values.get("new"),
    )  # fmt: skip
