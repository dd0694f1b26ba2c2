"""Accounts at providers: made for a project or a tenant, changed, switched off. Credentials have versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from payments_site.kernel.errors import DomainError
from tenants import credentials as forms
from tenants import rules
from tenants.fees import FeeTerms, parse
from tenants.models import PaymentProvider, Project, ProviderAccount, ProviderCredentials, Tenant
from tenants.rules import Problem
from tenants.services._rows import assign, frozen_problems, lock_project, lock_tenant, unique_field, well_formed
from tenants.services.fees import schedule_terms

PLAIN_FIELDS = ("ip_allowlist", "ip_allowlist_enforced", "api_url", "is_active")


class AccountNotFound(DomainError):
    """No such account, or not of this owner."""

    code = "NOT_FOUND"


@transaction.atomic
def create_account(
    *,
    provider_code: str,
    environment: str,
    credentials: Mapping[str, Any],
    project_id: str | None = None,
    tenant_id: str | None = None,
    ip_allowlist: list[str] | None = None,
    ip_allowlist_enforced: bool = False,
    fee: Mapping[str, Any] | None = None,
    api_url: str = "",
    options: Mapping[str, Any] | None = None,
    actor: Actor,
    now: datetime,
) -> ProviderAccount:
    """A new account of exactly one owner. Its identifier is unique per provider and environment.

    Raises ``ProjectNotFound``, ``TenantNotFound``, ``InvalidInput`` (naming ``credentials.<field>``, ``options.<name>`` ...).
    """
    project, tenant = _owner(project_id, tenant_id)
    plain: dict[str, Any] = {
        "ip_allowlist": ip_allowlist or [], "ip_allowlist_enforced": ip_allowlist_enforced, "api_url": api_url,
    }  # fmt: skip
    rules.refuse(*_choice_problems(provider_code, environment), *_plain_problems(plain, environment))
    checked = forms.check(provider_code, credentials)
    plain["options"] = forms.check_options(provider_code, options or {})
    terms = parse(fee) if fee is not None else None
    account = ProviderAccount(
        project=project, tenant=tenant, provider=PaymentProvider.objects.get(code=provider_code), environment=environment,
        identifier=forms.identifier_of(provider_code, checked), **plain,
    )  # fmt: skip
    with _identifier_once(provider_code):
        account.save(force_insert=True)
    ProviderCredentials.objects.create(account=account, version=1, secret=json.dumps(checked), created_at=now)
    new = {**plain, "provider_code": provider_code, "environment": environment, "identifier": forms.masked(account.identifier)}
    _record("provider_account.created", account, actor, now, new={**new, "credentials_version": 1})
    _schedule(account, terms, actor, now)
    return account


@transaction.atomic
def update_account(
    *,
    account_id: str,
    changes: Mapping[str, Any],
    project_id: str | None = None,
    tenant_id: str | None = None,
    actor: Actor,
    now: datetime,
) -> ProviderAccount:
    """Change an account; what is left out keeps its value, also inside ``credentials`` and ``options``.

    Provider and environment stay. Changed credentials become a new version; the one before it is marked superseded. A changed fee
    holds from ``now`` on.
    Raises ``ProjectNotFound``, ``TenantNotFound``, ``AccountNotFound`` (also for another owner's), ``InvalidInput``.
    """
    _owner(project_id, tenant_id, optional=True)
    account = lock_account(account_id, project_id=project_id, tenant_id=tenant_id)
    rules.refuse(
        *frozen_problems(changes, {"environment": account.environment, "provider_code": account.provider.code}),
        *_plain_problems(changes, account.environment),
    )
    terms = parse(changes["fee"]) if changes.get("fee") is not None else None
    plain = {name: changes[name] for name in PLAIN_FIELDS if name in changes}
    if changes.get("options") is not None:
        plain["options"] = forms.check_options(account.provider.code, {**account.options, **changes["options"]})
    old, new = assign(account, plain)
    if new:
        account.save(update_fields=[*new, "updated_at"])
        _record("provider_account.updated", account, actor, now, old=old, new=new)
    if changes.get("credentials") is not None:
        _change_credentials(account, changes["credentials"], actor, now)
    _schedule(account, terms, actor, now)
    return account


@transaction.atomic
def deactivate_account(
    *, account_id: str, project_id: str | None = None, tenant_id: str | None = None, actor: Actor, now: datetime
) -> ProviderAccount:
    """Take no new payments through the account; notices of earlier ones are still applied: money does not ask.

    Raises ``ProjectNotFound``, ``TenantNotFound``, ``AccountNotFound``.
    """
    _owner(project_id, tenant_id, optional=True)
    account = lock_account(account_id, project_id=project_id, tenant_id=tenant_id)
    old, new = assign(account, {"is_active": False})
    if new:
        account.save(update_fields=["is_active", "updated_at"])
        _record("provider_account.deactivated", account, actor, now, old=old, new=new)
    return account


def lock_account(account_id: str, *, project_id: str | None = None, tenant_id: str | None = None) -> ProviderAccount:
    """The account with its provider and owner, locked. Raises ``AccountNotFound``."""
    rows = ProviderAccount.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("provider", "tenant", "project")
    if project_id is not None:
        rows = rows.filter(project__public_id=project_id)
    if tenant_id is not None:
        rows = rows.filter(tenant__public_id=tenant_id)
    account = rows.filter(public_id=account_id).first() if well_formed(account_id) else None
    if account is None:
        raise AccountNotFound
    return account


def _change_credentials(account: ProviderAccount, given: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    current = ProviderCredentials.objects.get(account=account, version=account.credentials_version)
    before: dict[str, str] = json.loads(current.secret)
    checked = forms.check(account.provider.code, {**before, **given})
    if checked == before:
        return
    old_identifier = account.identifier
    account.identifier = forms.identifier_of(account.provider.code, checked)
    account.credentials_version += 1
    with _identifier_once(account.provider.code):
        account.save(update_fields=["identifier", "credentials_version", "updated_at"])
    current.superseded_at = now
    current.save(update_fields=["superseded_at"])
    ProviderCredentials.objects.create(
        account=account, version=account.credentials_version, secret=json.dumps(checked), created_at=now
    )
    audit.record(
        actor=actor, action="provider_account.credentials_changed", entity_type="provider_account",
        entity_id=account.public_id, tenant_id=_tenant_id(account), now=now,
        old={"version": current.version, "identifier": forms.masked(old_identifier)},
        new={"version": account.credentials_version, "identifier": forms.masked(account.identifier)},
        extra={"changed_names": sorted(name for name in checked if checked[name] != before.get(name))},
    )  # fmt: skip


def _owner(project_id: str | None, tenant_id: str | None, *, optional: bool = False) -> tuple[Project | None, Tenant | None]:
    if (project_id is None) == (tenant_id is None) and not (optional and project_id is None):
        raise ValueError("an account has exactly one owner")
    project = lock_project(project_id) if project_id is not None else None
    tenant = lock_tenant(tenant_id) if tenant_id is not None else None
    return project, tenant


def _schedule(account: ProviderAccount, terms: FeeTerms | None, actor: Actor, now: datetime) -> None:
    if terms is not None:
        schedule_terms(account=account, terms=terms, valid_from=now, actor=actor, now=now)


def _identifier_once(provider_code: str) -> Any:
    name = forms.FORMS[provider_code].identifier[-1]
    return unique_field(f"credentials.{name}", "an account with this identifier exists, perhaps switched off")


def _choice_problems(provider_code: str, environment: str) -> list[Problem]:
    problems: list[Problem] = []
    if provider_code not in forms.FORMS:
        problems.append({"field": "provider_code", "constraint": "one of " + ", ".join(forms.FORMS)})
    if environment not in ProviderAccount.Environment.values:
        problems.append({"field": "environment", "constraint": "one of " + ", ".join(ProviderAccount.Environment.values)})
    return problems


def _plain_problems(values: Mapping[str, Any], environment: str) -> list[Problem | None]:
    url = values.get("api_url", "")
    problems = [rules.url_problem("api_url", url, longest=rules.MAX_API_URL) if url else None]
    if environment == ProviderAccount.Environment.PRODUCTION and url and not url.startswith("https://"):
        problems.append({"field": "api_url", "constraint": "https is required in production"})
    if "ip_allowlist" in values:
        problems.append(rules.allowlist_problem("ip_allowlist", values["ip_allowlist"]))
    return problems


def _tenant_id(account: ProviderAccount) -> str:
    return account.tenant.public_id if account.tenant else ""


def _record(action: str, account: ProviderAccount, actor: Actor, now: datetime, **values: Mapping[str, Any]) -> None:
    audit.record(
        actor=actor, action=action, entity_type="provider_account", entity_id=account.public_id,
        tenant_id=_tenant_id(account), now=now, old=values.get("old"), new=values.get("new"),
    )  # fmt: skip
