"""What staff look up: lists by keyset (newest first) and details. Nothing here is scoped to a tenant; clients use selectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from payments_site.kernel.ids import ID_LENGTH
from tenants.models import ApiKey, FeeSchedule, Project, ProviderAccount, Tenant
from tenants.selectors import ProjectNotFound, TenantNotFound

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted: at most ``limit`` rows with an id below ``before``."""

    limit: int
    before: int | None = None


@dataclass(frozen=True)
class AccountView:
    """An account with its fee in force."""

    account: ProviderAccount
    fee: FeeSchedule | None


def projects(*, page: Page, search: str = "", is_active: bool | None = None) -> list[Project]:
    """A page of projects, one row more than asked for if there are more."""
    rows = Project.objects.all()
    if search:
        rows = rows.filter(Q(code__icontains=search) | Q(name__icontains=search) | Q(public_id=search))
    return _page(_by_activity(rows, is_active), page)


def tenants(*, page: Page, search: str = "", is_active: bool | None = None, project_id: str = "") -> list[Tenant]:
    """A page of tenants with their projects, one row more than asked for if there are more."""
    rows = Tenant.objects.select_related("project")
    if search:
        rows = rows.filter(Q(app_code__icontains=search) | Q(name__icontains=search) | Q(public_id=search))
    if project_id:
        rows = rows.filter(project__public_id=project_id)
    return _page(_by_activity(rows, is_active), page)


def project(project_id: str) -> Project:
    """Raises ``ProjectNotFound``."""
    found = Project.objects.filter(public_id=project_id).first() if _storable(project_id) else None
    if found is None:
        raise ProjectNotFound
    return found


def tenant(tenant_id: str) -> Tenant:
    """The tenant with its project. Raises ``TenantNotFound``."""
    rows = Tenant.objects.select_related("project")
    found = rows.filter(public_id=tenant_id).first() if _storable(tenant_id) else None
    if found is None:
        raise TenantNotFound
    return found


def accounts(*, now: datetime, project: Project | None = None, tenant: Tenant | None = None) -> list[AccountView]:
    """All accounts of one owner, inactive ones too, each with the fee in force at ``now``."""
    rows = list(ProviderAccount.objects.select_related("provider").filter(project=project, tenant=tenant).order_by("id"))
    fees = _fees(rows, now)
    return [AccountView(row, fees.get(row.pk)) for row in rows]


def account_view(account: ProviderAccount, now: datetime) -> AccountView:
    """One account with the fee in force at ``now``."""
    return AccountView(account, _fees([account], now).get(account.pk))


def api_keys(tenant: Tenant) -> list[ApiKey]:
    """All keys of a tenant, revoked ones too, newest first."""
    return list(ApiKey.objects.filter(tenant=tenant).order_by("-id"))


def _fees(rows: Iterable[ProviderAccount], now: datetime) -> dict[int, FeeSchedule]:
    due = FeeSchedule.objects.filter(account__in=[row.pk for row in rows], valid_from__lte=now)
    return {fee.account_id: fee for fee in due.order_by("account_id", "-valid_from").distinct("account_id")}


def _by_activity(rows: QuerySet[M], is_active: bool | None) -> QuerySet[M]:
    return rows if is_active is None else rows.filter(is_active=is_active)


def _page(rows: QuerySet[M], page: Page) -> list[M]:
    if page.before is not None:
        rows = rows.filter(pk__lt=page.before)
    return list(rows.order_by("-pk")[: page.limit + 1])


def _storable(public_id: str) -> bool:
    return len(public_id) == ID_LENGTH and public_id.isascii() and public_id.isprintable()
