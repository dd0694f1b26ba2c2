"""The only door to a tenant, and the look-up of its provider accounts. Every selector takes the tenant explicitly."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from payments_site.kernel.errors import DomainError
from payments_site.kernel.rows import first
from tenants.hashing import hash_key
from tenants.models import ApiKey, FeeSchedule, ProviderAccount, ProviderCredentials, Tenant

# A superseded credential goes on verifying notices for this long (architecture, section 9).
PREVIOUS_CREDENTIALS_VERIFY = timedelta(hours=48)
_LAST_USE_PRECISION = timedelta(minutes=1)


class NoKey(DomainError):
    """No API key was sent."""

    code = "UNAUTHORIZED"


class UnknownKey(DomainError):
    """The key is unknown, revoked or expired."""

    code = "INVALID_API_KEY"


class ProjectNotFound(DomainError):
    """No such project, or not the key's."""

    code = "PROJECT_NOT_FOUND"


class TenantNotFound(DomainError):
    """No such tenant, or not the key's."""

    code = "TENANT_NOT_FOUND"


class ProjectInactive(DomainError):
    """The key's project is switched off."""

    code = "PROJECT_INACTIVE"


class TenantInactive(DomainError):
    """The key's tenant is switched off."""

    code = "TENANT_INACTIVE"


class ScopeMissing(DomainError):
    """The key may not do this."""

    code = "FORBIDDEN"


@dataclass(frozen=True)
class TenantContext:
    """A tenant as a request knows it: who it is, its limits, and what the key that opened the door may do."""

    id: int
    public_id: str
    app_code: str
    name: str
    is_active: bool
    project_id: int
    project_code: str
    project_is_active: bool
    callback_url: str
    min_amount: int
    max_amount: int
    daily_amount: int | None
    monthly_amount: int | None
    key_id: str
    scopes: frozenset[str]


_KEY_SQL = """
SELECT t.id, t.public_id, t.app_code, t.name, t.is_active, p.id, p.code, p.is_active, t.callback_url, t.min_amount,
       t.max_amount, t.daily_amount, t.monthly_amount, k.public_id, k.scopes, k.expires_at, k.revoked_at, k.last_used_at
FROM tenants_apikey k JOIN tenants_tenant t ON t.id = k.tenant_id JOIN tenants_project p ON p.id = t.project_id
WHERE k.key_hash = %s
"""


def authenticate(*, api_key: str | None, now: datetime) -> TenantContext:
    """The tenant of an API key. Raises ``NoKey``, ``UnknownKey``; says nothing yet about path, activity or scope."""
    if not api_key:
        raise NoKey
    with connection.cursor() as cursor:
        cursor.execute(_KEY_SQL, [hash_key(api_key)])
        row = cursor.fetchone()
    if row is None:
        raise UnknownKey
    expires_at, revoked_at, last_used_at = row[15:18]
    if revoked_at is not None or (expires_at is not None and expires_at <= now):
        raise UnknownKey
    if last_used_at is None or now - last_used_at > _LAST_USE_PRECISION:
        ApiKey.objects.filter(public_id=row[13]).update(last_used_at=now)
    scopes = json.loads(row[14]) if isinstance(row[14], str) else row[14]
    columns: tuple[Any, ...] = (*row[:14], frozenset(scopes))
    return TenantContext(*columns)


def admit(tenant: TenantContext, *, project_code: str, app_code: str, scope: str) -> TenantContext:
    """The same tenant if the path is its own, it is active and the key's scopes allow ``scope``.

    Raises ``ProjectNotFound``, ``TenantNotFound``, ``ProjectInactive``, ``TenantInactive``, ``ScopeMissing``: a stranger's path
    looks exactly like one that does not exist.
    """
    if project_code != tenant.project_code:
        raise ProjectNotFound
    if app_code != tenant.app_code:
        raise TenantNotFound
    if not tenant.project_is_active:
        raise ProjectInactive
    if not tenant.is_active:
        raise TenantInactive
    if scope not in tenant.scopes:
        raise ScopeMissing({"scope": scope})
    return tenant


def resolve_tenant(*, api_key: str | None, project_code: str, app_code: str, scope: str, now: datetime) -> TenantContext:
    """``authenticate`` and ``admit`` in one call."""
    return admit(authenticate(api_key=api_key, now=now), project_code=project_code, app_code=app_code, scope=scope)


def context_of_tenant(tenant_id: int) -> TenantContext:
    """A tenant for work that no key asked for (the payer's pages, tasks, staff); its scopes are empty."""
    row = Tenant.objects.select_related("project").get(pk=tenant_id)
    return TenantContext(
        id=row.pk,
        public_id=row.public_id,
        app_code=row.app_code,
        name=row.name,
        is_active=row.is_active,
        project_id=row.project_id,
        project_code=row.project.code,
        project_is_active=row.project.is_active,
        callback_url=row.callback_url,
        min_amount=row.min_amount,
        max_amount=row.max_amount,
        daily_amount=row.daily_amount,
        monthly_amount=row.monthly_amount,
        key_id="",
        scopes=frozenset(),
    )


def accounts_of(tenant: TenantContext) -> list[ProviderAccount]:
    """The active account of each active provider for this tenant: its own, else its project's."""
    rows = (
        ProviderAccount.objects.select_related("provider")
        .filter(Q(tenant_id=tenant.id) | Q(project_id=tenant.project_id), is_active=True, provider__is_active=True)
        .order_by("provider__position", "-tenant_id", "-id")
    )
    chosen: dict[str, ProviderAccount] = {}
    for account in sorted(rows, key=lambda row: (row.provider.position, row.tenant_id is None, -row.pk)):
        chosen.setdefault(account.provider.code, account)
    return list(chosen.values())


_ACCOUNT_OF = """
r0.code = %s AND t.is_active AND (t.tenant_id = %s OR t.project_id = %s) ORDER BY t.tenant_id IS NULL, t.id DESC
"""


def account_for(tenant: TenantContext, provider_code: str) -> tuple[ProviderAccount | None, bool]:
    """The tenant's active account at a provider, else its project's, else None; and whether the provider itself is active."""
    account = first(ProviderAccount, _ACCOUNT_OF, [provider_code, tenant.id, tenant.project_id], "provider")
    return account, account is None or account.provider.is_active


def accounts_by_identifier(*, provider_code: str, identifier: str) -> list[ProviderAccount]:
    """The accounts (one an environment) that an untrusted identifier claims; inactive ones too: money does not ask."""
    rows = ProviderAccount.objects.filter(provider__code=provider_code, identifier=identifier)
    return list(rows.order_by("-is_active", "-id"))


def accounts_at(*, provider_code: str, most: int) -> list[ProviderAccount]:
    """Accounts of every tenant at a provider, active and newest first: for notices that do not say whose they are."""
    return list(ProviderAccount.objects.filter(provider__code=provider_code).order_by("-is_active", "-id")[:most])


_ACCOUNT_BY_ID = "t.public_id = %s AND t.provider_id = (SELECT id FROM tenants_paymentprovider WHERE code = %s)"


def account_by_public_id(*, provider_code: str, public_id: str) -> ProviderAccount | None:
    """The account that a webhook address names."""
    if "\x00" in public_id:  # PostgreSQL can not even be asked
        return None
    return first(ProviderAccount, _ACCOUNT_BY_ID, [public_id, provider_code])


@functools.lru_cache(maxsize=1024)
def _decrypted(account_id: int, version: int) -> dict[str, str]:
    """A version of credentials never changes once written, so it is decrypted once a process."""
    row = ProviderCredentials.objects.get(account_id=account_id, version=version)
    return dict(json.loads(row.secret))


def credentials(account_id: int, version: int) -> dict[str, str]:
    """The credentials of one version. Raises ``ProviderCredentials.DoesNotExist``."""
    return dict(_decrypted(account_id, version))


def verifying_versions(account: ProviderAccount, at: datetime) -> list[int]:
    """Versions whose signature is believed at a moment: the newest, and older ones for 48 hours after they were superseded."""
    versions = [account.credentials_version]
    if account.credentials_version > 1:
        versions += ProviderCredentials.objects.filter(
            account=account, version__lt=account.credentials_version, superseded_at__gt=at - PREVIOUS_CREDENTIALS_VERIFY
        ).values_list("version", flat=True)
    return versions


def fee_in_force(account_id: int, moment: datetime) -> FeeSchedule | None:
    """The fee schedule of an account at a moment; None where nobody entered one."""
    return first(FeeSchedule, "t.account_id = %s AND t.valid_from <= %s ORDER BY t.valid_from DESC", [account_id, moment])


def tenant_state(tenant: TenantContext) -> dict[str, Any]:
    """What ``GET /{project}/{app}/status`` shows."""
    return {
        "tenant_id": tenant.public_id,
        "project_code": tenant.project_code,
        "app_code": tenant.app_code,
        "name": tenant.name,
        "status": "active",
        "limits": {
            "min_amount": tenant.min_amount,
            "max_amount": tenant.max_amount,
            "daily_amount": tenant.daily_amount,
            "monthly_amount": tenant.monthly_amount,
        },
    }
