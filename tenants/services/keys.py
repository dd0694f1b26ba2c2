"""API keys of tenants: shown once, kept as a hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from tenants import rules
from tenants.hashing import hash_key
from tenants.models import ApiKey, Tenant
from tenants.services._rows import lock_tenant, well_formed

PREFIX = "pk_"
SHOWN_LENGTH = 10
ALL_SCOPES: tuple[str, ...] = tuple(ApiKey.Scope.values)


class KeyNotFound(DomainError):
    """The tenant has no such key."""

    code = "NOT_FOUND"


@dataclass(frozen=True)
class NewKey:
    """A key just made, with the only sight of its text."""

    key: ApiKey
    plaintext: str = field(repr=False)


@transaction.atomic
def create_api_key(
    *,
    tenant_id: str,
    name: str,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> NewKey:
    """A further key of the tenant; without ``scopes`` it may do everything. Raises ``TenantNotFound``, ``InvalidInput``."""
    tenant = lock_tenant(tenant_id)
    return issue_api_key(tenant=tenant, name=name, scopes=scopes, expires_at=expires_at, actor=actor, now=now)


@transaction.atomic
def issue_api_key(
    *,
    tenant: Tenant,
    name: str,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> NewKey:
    """As ``create_api_key``, for a tenant that the caller has locked or just made. Raises ``InvalidInput``."""
    granted = list(ALL_SCOPES) if scopes is None else list(scopes)
    past = expires_at is not None and expires_at <= now
    rules.refuse(
        rules.name_problem("name", name, longest=100),
        rules.scopes_problem("scopes", granted),
        {"field": "expires_at", "constraint": "a moment in the future is expected"} if past else None,
    )
    plaintext = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        tenant=tenant, name=name, prefix=plaintext[:SHOWN_LENGTH], key_hash=hash_key(plaintext),
        scopes=[scope for scope in ALL_SCOPES if scope in granted], expires_at=expires_at,
    )  # fmt: skip
    key.save(force_insert=True)
    new = {"name": name, "begins_with": key.prefix, "scopes": key.scopes, "expires_at": clock.iso(expires_at)}
    audit.record(
        actor=actor, action="api_key.created", entity_type="api_key", entity_id=key.public_id,
        tenant_id=tenant.public_id, now=now, new=new,
    )  # fmt: skip
    return NewKey(key=key, plaintext=plaintext)


@transaction.atomic
def revoke_api_key(*, tenant_id: str, key_id: str, actor: Actor, now: datetime) -> ApiKey:
    """The key opens nothing from now on; revoking it again changes nothing. Raises ``TenantNotFound``, ``KeyNotFound``."""
    tenant = lock_tenant(tenant_id)
    key = ApiKey.objects.filter(tenant=tenant, public_id=key_id).first() if well_formed(key_id) else None
    if key is None:
        raise KeyNotFound
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        audit.record(
            actor=actor, action="api_key.revoked", entity_type="api_key", entity_id=key.public_id,
            tenant_id=tenant.public_id, now=now, old={"revoked_at": None}, new={"revoked_at": clock.iso(now)},
        )  # fmt: skip
    return key
