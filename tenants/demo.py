"""The demo's data: made once, found again later. Its credentials are its own and open nothing but the sandbox."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services import SYSTEM
from tenants.addresses import webhook_url
from tenants.credentials import FORMS, identifier_of
from tenants.hashing import hash_key
from tenants.models import ApiKey, CallbackSecret, Project, ProviderAccount, StaffToken, Tenant
from tenants.selectors import credentials
from tenants.services.accounts import create_account
from tenants.services.callback_secrets import issue_callback_secret
from tenants.services.keys import issue_api_key
from tenants.services.projects import create_project
from tenants.services.staff import DEMO_STAFF, ensure_demo_user
from tenants.services.staff_tokens import create_staff_token
from tenants.services.tenants import create_tenant

PROJECT_CODE = "DEMO"
APP_CODE = "shop"
# The identifiers are fixed, so that a later run finds its accounts again; the secrets are made anew for each installation.
IDENTIFIERS: Mapping[str, Mapping[str, str]] = {
    "vnpay": {"tmn_code": "DEMOSHOP"},
    "momo": {"partner_code": "MOMODEMO"},
    "zalopay": {"app_id": "900001"},
    "napas": {"merchant_id": "DEMOSHOP"},
    "payos": {"client_id": "demo-shop-channel"},
    "vietqr": {"bin": "970416", "account_number": "19001234567", "account_name": "CONG TY SMARTPOST DEMO"},
}
FEE = {"percent": "1.10", "fixed": 1650, "min": 0, "max": None, "vat_percent": "10"}


@transaction.atomic
def seed(*, earlier: Mapping[str, Any], ipn_base: str, now: datetime) -> dict[str, Any]:
    """Make what is missing and return every login and key of the demo.

    ``earlier`` is what an earlier run returned: its keys and passwords are kept as long as this database knows them; what was
    lost is made anew.
    """
    tenant, first_key = _tenant(now)
    if earlier.get("tenant_id") != tenant.public_id:
        earlier = {}  # of another database
    accounts = {code: _account(tenant, code, now) for code in IDENTIFIERS}
    staff = {role: _login(role, earlier, now) for role in DEMO_STAFF}
    return {
        **staff,
        "staff_token": _staff_token(earlier, staff["admin"]["username"], now),
        "api_key": first_key or _api_key(earlier, tenant, now),
        "callback_secret": _callback_secret(tenant, now),
        "project_code": PROJECT_CODE,
        "app_code": APP_CODE,
        "tenant_id": tenant.public_id,
        "accounts": {code: _shown(account, ipn_base) for code, account in accounts.items()},
    }


def _tenant(now: datetime) -> tuple[Tenant, str | None]:
    project = Project.objects.filter(code=PROJECT_CODE).first()
    if project is None:
        project = create_project(code=PROJECT_CODE, name="SmartPost Demo", actor=SYSTEM, now=now)
    tenant = Tenant.objects.filter(project=project, app_code=APP_CODE).first()
    if tenant is not None:
        return tenant, None
    made = create_tenant(
        project_id=project.public_id, app_code=APP_CODE, name="Cửa hàng demo",
        business_type=Tenant.BusinessType.ECOMMERCE, actor=SYSTEM, now=now,
    )  # fmt: skip
    return made.tenant, made.api_key


def _account(tenant: Tenant, code: str, now: datetime) -> ProviderAccount:
    named = {name: IDENTIFIERS[code][name] for name in FORMS[code].identifier}
    rows = ProviderAccount.objects.select_related("provider")
    account = rows.filter(tenant=tenant, provider__code=code, identifier=identifier_of(code, named)).first()
    if account is not None:
        return account
    given = {name: IDENTIFIERS[code].get(name) or secrets.token_hex(16).upper() for name in FORMS[code].fields}
    return create_account(
        tenant_id=tenant.public_id, provider_code=code, environment=ProviderAccount.Environment.SANDBOX,
        credentials=given, fee=FEE, actor=SYSTEM, now=now,
    )  # fmt: skip


def _shown(account: ProviderAccount, ipn_base: str) -> dict[str, Any]:
    """What the provider has to be told of the account."""
    return {
        "account_id": account.public_id,
        "credentials": credentials(account.pk, account.credentials_version),
        "notify_url": webhook_url(account, base=ipn_base),
        "fees": _fees(account),
    }


def _fees(account: ProviderAccount) -> dict[str, int | None]:
    """What the contract says that the provider keeps, in whole numbers."""
    schedule = account.fees.order_by("-valid_from").first()
    names = ("basis_points", "fixed", "minimum", "maximum", "vat_basis_points")
    return {name: getattr(schedule, name) for name in names} if schedule else {}


def _login(role: str, earlier: Mapping[str, Any], now: datetime) -> dict[str, str]:
    before = earlier.get(role)
    known = before.get("password") if isinstance(before, Mapping) else None
    return ensure_demo_user(role=role, known_password=known, actor=SYSTEM, now=now)


def _staff_token(earlier: Mapping[str, Any], username: str, now: datetime) -> str:
    before = earlier.get("staff_token")
    alive = StaffToken.objects.filter(user__username=username, revoked_at__isnull=True)
    if isinstance(before, str) and alive.filter(token_hash=hash_key(before)).exists():
        return before
    return create_staff_token(username=username, name="demo", actor=SYSTEM, now=now).plaintext


def _api_key(earlier: Mapping[str, Any], tenant: Tenant, now: datetime) -> str:
    before = earlier.get("api_key")
    alive = ApiKey.objects.filter(tenant=tenant, revoked_at__isnull=True)
    if isinstance(before, str) and alive.filter(key_hash=hash_key(before)).exists():
        return before
    return issue_api_key(tenant=tenant, name="demo", actor=SYSTEM, now=now).plaintext


def _callback_secret(tenant: Tenant, now: datetime) -> str:
    row = CallbackSecret.objects.filter(tenant=tenant, expires_at__isnull=True).order_by("-id").first()
    return str(row.secret) if row else issue_callback_secret(tenant=tenant, actor=SYSTEM, now=now)
