"""Tenants in fixed roles: ``acme`` (under test), ``partner`` (same project), ``stranger`` (another project, must see nothing)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.services.accounts import create_account
from tenants.services.projects import create_project
from tenants.services.tenants import create_tenant


@dataclass
class Role:
    """A tenant as its client system knows it."""

    project_code: str
    app_code: str
    tenant_id: str
    api_key: str
    callback_secret: str
    account_id: str = ""
    tmn_code: str = ""
    hash_secret: str = ""
    now: datetime = field(default_factory=clock.now)

    @property
    def base(self) -> str:
        """The tenant's part of the client API."""
        return f"/api/v1/{self.project_code}/{self.app_code}"

    @property
    def headers(self) -> dict[str, str]:
        """What a request of this tenant carries."""
        return {"X-Api-Key": self.api_key}


@dataclass
class World:
    """The three roles."""

    acme: Role
    partner: Role
    stranger: Role


def make_role(project_id: str, project_code: str, app_code: str, *, callback_url: str = "", with_account: bool = True) -> Role:
    """A tenant with (by default) a VNPay sandbox account of its own."""
    now = clock.now()
    made = create_tenant(
        project_id=project_id, app_code=app_code, name=f"Cửa hàng {app_code}", callback_url=callback_url, actor=SYSTEM, now=now
    )
    role = Role(project_code, app_code, made.tenant.public_id, made.api_key, made.callback_secret)
    if with_account:
        add_vnpay(role)
    return role


def add_vnpay(role: Role) -> None:
    """Give the role a VNPay sandbox account with a terminal and a key nobody else has."""
    role.tmn_code = "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(8))
    role.hash_secret = secrets.token_hex(16).upper()
    account = create_account(
        provider_code="vnpay",
        environment="sandbox",
        credentials={"tmn_code": role.tmn_code, "hash_secret": role.hash_secret},
        tenant_id=role.tenant_id,
        actor=SYSTEM,
        now=clock.now(),
    )
    role.account_id = account.public_id


def make_world(*, callback_url: str = "https://shop.example/hook") -> World:
    """Three tenants in two projects whose codes nobody else uses."""
    mark = secrets.token_hex(4).upper()
    now = clock.now()
    ours = create_project(code=f"SM{mark}", name="SmartPost Mall", actor=SYSTEM, now=now)
    other = create_project(code=f"TK{mark}", name="Vé số", actor=SYSTEM, now=now)
    return World(
        acme=make_role(ours.public_id, ours.code, "acme", callback_url=callback_url),
        partner=make_role(ours.public_id, ours.code, "partner"),
        stranger=make_role(other.public_id, other.code, "stranger"),
    )
