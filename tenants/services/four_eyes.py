"""Changes that take a second person: credentials, limits, fees, options and routing where real money goes through.

A change is tried first inside a database transaction that is rolled back, so that a wrong one is refused at once and not when the
second person has already agreed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit import approvals
from audit.approvals import Approvable, Person
from audit.models import ApprovalRequest
from audit.services import Actor
from tenants.credentials import shown_options
from tenants.models import ProviderAccount, Tenant
from tenants.services.accounts import deactivate_account, lock_account, update_account
from tenants.services.limits import limits_of, set_limits

SET_LIMITS = "tenants.set_limits"
UPDATE_ACCOUNT = "tenants.update_account"
DEACTIVATE_ACCOUNT = "tenants.deactivate_account"

# From where notices may come is neither credentials nor routing: one person is enough.
_ALONE = frozenset({"ip_allowlist", "ip_allowlist_enforced"})

T = TypeVar("T")


class _Rehearsal(Exception):
    """Ends a rehearsal, rolling it back."""


def change_limits(
    *, tenant_id: str, changes: Mapping[str, Any], person: Person, actor: Actor, now: datetime, reason: str = ""
) -> Tenant | ApprovalRequest:
    """``set_limits``, or a request for a second person where the tenant has a production account. Raises as ``set_limits``."""
    if not _tenant_is_in_production(tenant_id):
        return set_limits(tenant_id=tenant_id, changes=changes, actor=actor, now=now)
    before = limits_of(Tenant.objects.get(public_id=tenant_id))
    after = _rehearse(lambda: limits_of(set_limits(tenant_id=tenant_id, changes=changes, actor=actor, now=now)))
    if after == before:
        return set_limits(tenant_id=tenant_id, changes={}, actor=actor, now=now)
    return approvals.ask(
        action=SET_LIMITS, subject_type="tenant", subject_id=tenant_id, tenant_id=tenant_id,
        payload={"tenant_id": tenant_id, "changes": dict(changes)},
        difference={name: [before[name], after[name]] for name in after if before[name] != after[name]},
        reason=reason, person=person, actor=actor, now=now,
    )  # fmt: skip


def change_account(
    *,
    account_id: str,
    changes: Mapping[str, Any],
    person: Person,
    actor: Actor,
    now: datetime,
    project_id: str | None = None,
    tenant_id: str | None = None,
    reason: str = "",
) -> ProviderAccount | ApprovalRequest:
    """``update_account``, or a request for a second person for a production account. Raises as ``update_account``."""
    owner = {"project_id": project_id, "tenant_id": tenant_id}

    def change() -> ProviderAccount:
        return update_account(account_id=account_id, changes=changes, **owner, actor=actor, now=now)

    if set(changes) <= _ALONE or not _account_is_in_production(account_id):
        return change()
    before = _account_facts(ProviderAccount.objects.get(public_id=account_id))
    after = _rehearse(lambda: _account_facts(change()))
    difference: dict[str, Any] = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes.get("credentials"):
        difference["new_credentials"] = sorted(changes["credentials"])
    if changes.get("fee") is not None:
        difference["fee"] = dict(changes["fee"])
    if not difference:
        return change()
    return _ask_about_account(
        UPDATE_ACCOUNT, account_id, owner, {"changes": dict(changes)}, difference, reason, person, actor, now
    )


def switch_account_off(
    *,
    account_id: str,
    person: Person,
    actor: Actor,
    now: datetime,
    project_id: str | None = None,
    tenant_id: str | None = None,
    reason: str = "",
) -> ProviderAccount | ApprovalRequest:
    """``deactivate_account``, or a request for a second person for a production account. Raises as ``deactivate_account``."""
    owner = {"project_id": project_id, "tenant_id": tenant_id}

    def switch_off() -> ProviderAccount:
        return deactivate_account(account_id=account_id, **owner, actor=actor, now=now)

    if not _account_is_in_production(account_id):
        return switch_off()
    _rehearse(switch_off)
    difference = {"is_active": [True, False]}
    return _ask_about_account(DEACTIVATE_ACCOUNT, account_id, owner, {}, difference, reason, person, actor, now)


def register_approvals() -> None:
    """Say what in this room takes two people; called when the app is ready."""
    approvals.register(Approvable(SET_LIMITS, _("Change a tenant's limits"), "tenants.change_tenant", _apply_limits))
    change, remove = "tenants.change_provideraccount", "tenants.delete_provideraccount"
    approvals.register(Approvable(UPDATE_ACCOUNT, _("Change a provider account"), change, _apply_update))
    approvals.register(Approvable(DEACTIVATE_ACCOUNT, _("Switch a provider account off"), remove, _apply_deactivation))


def _apply_limits(payload: dict[str, Any], actor: Actor, now: datetime) -> Mapping[str, Any]:
    return limits_of(set_limits(tenant_id=payload["tenant_id"], changes=payload["changes"], actor=actor, now=now))


def _apply_update(payload: dict[str, Any], actor: Actor, now: datetime) -> Mapping[str, Any]:
    return _account_facts(
        update_account(account_id=payload["account_id"], changes=payload["changes"], **payload["owner"], actor=actor, now=now)
    )


def _apply_deactivation(payload: dict[str, Any], actor: Actor, now: datetime) -> Mapping[str, Any]:
    return _account_facts(deactivate_account(account_id=payload["account_id"], **payload["owner"], actor=actor, now=now))


def _ask_about_account(
    action: str,
    account_id: str,
    owner: Mapping[str, str | None],
    payload: Mapping[str, Any],
    difference: Mapping[str, Any],
    reason: str,
    person: Person,
    actor: Actor,
    now: datetime,
) -> ApprovalRequest:
    return approvals.ask(
        action=action, subject_type="provider_account", subject_id=account_id, tenant_id=owner["tenant_id"] or "",
        payload={"account_id": account_id, "owner": dict(owner), **payload}, difference=difference,
        reason=reason, person=person, actor=actor, now=now,
    )  # fmt: skip


def _rehearse(change: Callable[[], T]) -> T:
    """What a change would give; nothing of it stays. Raises what the change raises."""
    results: list[T] = []
    try:
        with transaction.atomic():
            results.append(change())
            raise _Rehearsal
    except _Rehearsal:
        return results[0]


def _tenant_is_in_production(tenant_id: str) -> bool:
    """Whether real money goes through it: an active production account of its own or of its project."""
    owner = Q(tenant__public_id=tenant_id) | Q(project__tenants__public_id=tenant_id)
    production = ProviderAccount.Environment.PRODUCTION
    return "\x00" not in tenant_id and ProviderAccount.objects.filter(owner, environment=production, is_active=True).exists()


@transaction.atomic
def _account_is_in_production(account_id: str) -> bool:
    """Whether real money goes through it, or through another account of its owner. Raises ``AccountNotFound``."""
    account = lock_account(account_id)
    if account.environment == ProviderAccount.Environment.PRODUCTION:
        return True
    if account.tenant is not None:
        return _tenant_is_in_production(account.tenant.public_id)
    owner = Q(project_id=account.project_id) | Q(tenant__project_id=account.project_id)
    production = ProviderAccount.Environment.PRODUCTION
    return ProviderAccount.objects.filter(owner, environment=production, is_active=True).exists()


def _account_facts(account: ProviderAccount) -> dict[str, Any]:
    return {
        "is_active": account.is_active,
        "api_url": account.api_url,
        "ip_allowlist": account.ip_allowlist,
        "ip_allowlist_enforced": account.ip_allowlist_enforced,
        "credentials_version": account.credentials_version,
        **{f"options.{name}": value for name, value in shown_options(account.provider.code, account.options).items()},
    }
