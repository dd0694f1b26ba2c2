"""Members of staff: every change of a user, a password or rights leaves an audit entry, and no entry holds a password."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from audit import services as audit
from audit.services import Actor
from tenants.models import StaffUser

FACTS = ("username", "first_name", "last_name", "email", "is_active", "is_staff", "is_superuser")
# Apps whose rows finance works with; by label, for this app stands below most of them.
_MONEY_APPS = ("transactions", "webhooks", "reconciliation")
# What finance asks for; where it takes two people, approvers need the same right and the right to decide.
_FINANCE_RIGHTS = (
    "ask_provider", "cancel_payment", "accept_review", "reject_review", "request_refund", "pay_refund",
    "run_reconciliation", "import_statement", "resolve_item", "undo_match", "export_reconciliation",
    "add_mappingprofile", "add_reconciliationrules", "add_holiday",
    "change_tenant", "change_provideraccount", "delete_provideraccount", "add_feeschedule",
)  # fmt: skip
_SEEN_APPS = (*_MONEY_APPS, "tenants", "audit")


@dataclass(frozen=True)
class DemoRole:
    """A member of staff of the demo. ``group`` is None for the superuser."""

    username: str
    full_name: tuple[str, str]
    group: str | None


DEMO_STAFF = {
    "admin": DemoRole("admin", ("Quản trị", "Demo"), None),
    "maker": DemoRole("ketoan", ("Kế toán", "Demo"), "Finance"),
    "approver": DemoRole("duyet", ("Người duyệt", "Demo"), "Approvers"),
}


@transaction.atomic
def save_user(*, user: StaffUser, actor: Actor, now: datetime) -> StaffUser:
    """Store a new or changed user. A changed password is mentioned in the audit trail, never shown."""
    before = StaffUser.objects.select_for_update().filter(pk=user.pk).first() if user.pk else None
    user.save()
    new_password = before is not None and before.password != user.password
    _record(
        "staff_user.updated" if before else "staff_user.created", user, actor, now,
        old=_facts(before) if before else None, new=_facts(user), extra={"new_password": True} if new_password else None,
    )  # fmt: skip
    return user


@transaction.atomic
def change_rights(*, user: StaffUser, save: Callable[[], None], actor: Actor, now: datetime) -> None:
    """Run ``save`` (which stores groups and permissions) and record what it changed."""
    old = _rights(user)
    save()
    new = _rights(user)
    if old != new:
        _record("staff_user.rights_changed", user, actor, now, old=old, new=new)


@transaction.atomic
def change_password(*, user_id: int, save: Callable[[], Any], actor: Actor, now: datetime) -> Any:
    """Run ``save`` (a form or view that may set a password) and record it if it did; returns what ``save`` returned."""
    before = StaffUser.objects.filter(pk=user_id).values_list("password", flat=True).first()
    result = save()
    user = StaffUser.objects.filter(pk=user_id).first()
    if user is not None and user.password != before:
        _record("staff_user.password_changed", user, actor, now)
    return result


@transaction.atomic
def save_group(*, group: Group, created: bool, save: Callable[[], None], actor: Actor, now: datetime) -> None:
    """Run ``save`` (which stores the group and its permissions) and record what it changed."""
    before = None if created else Group.objects.filter(pk=group.pk).first()
    old = _group_facts(before) if before else None
    save()
    new = _group_facts(group)
    if old != new:
        action = "group.updated" if old else "group.created"
        audit.record(actor=actor, action=action, entity_type="group", entity_id=str(group.pk), now=now, old=old, new=new)


@transaction.atomic
def ensure_demo_user(*, role: str, known_password: str | None, actor: Actor, now: datetime) -> dict[str, str]:
    """The user of a demo role with its group: ``{username, password}``.

    An existing user keeps its password if ``known_password`` is given, even if a person has changed it since.
    """
    wanted = DEMO_STAFF[role]
    group = _ensure_group(wanted.group, actor, now) if wanted.group is not None else None
    user = StaffUser.objects.filter(username=wanted.username).first()
    if user is not None and known_password:
        return {"username": wanted.username, "password": known_password}
    password = secrets.token_urlsafe(12)
    user = user or StaffUser(username=wanted.username, first_name=wanted.full_name[0], last_name=wanted.full_name[1])
    user.is_staff, user.is_superuser, user.is_active = True, wanted.group is None, True
    user.set_password(password)
    save_user(user=user, actor=actor, now=now)
    if group is not None:
        change_rights(user=user, save=lambda: user.groups.add(group), actor=actor, now=now)
    return {"username": wanted.username, "password": password}


def _ensure_group(name: str, actor: Actor, now: datetime) -> Group:
    group = Group.objects.filter(name=name).first() or Group(name=name)
    seen = Q(content_type__app_label__in=_SEEN_APPS, codename__startswith="view_")
    worked = Q(content_type__app_label__in=_MONEY_APPS, codename__startswith="change_")
    own = Q(content_type__app_label__in=_SEEN_APPS, codename__in=_FINANCE_RIGHTS)
    decided = Q(content_type__app_label="audit", codename="decide_approvalrequest")
    rights = Permission.objects.filter(seen | worked | own | (decided if name == "Approvers" else Q(pk=None)))

    def save() -> None:
        group.save()
        group.permissions.add(*rights)

    save_group(group=group, created=group.pk is None, save=save, actor=actor, now=now)
    return group


def _facts(user: StaffUser) -> dict[str, Any]:
    return {name: getattr(user, name) for name in FACTS}


def _rights(user: StaffUser) -> dict[str, Any]:
    permissions = user.user_permissions.values_list("content_type__app_label", "codename")
    return {
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "permissions": sorted(f"{app}.{codename}" for app, codename in permissions),
    }


def _group_facts(group: Group) -> dict[str, Any]:
    permissions = group.permissions.values_list("content_type__app_label", "codename")
    return {"name": group.name, "permissions": sorted(f"{app}.{codename}" for app, codename in permissions)}


def _record(action: str, user: StaffUser, actor: Actor, now: datetime, **values: Any) -> None:
    audit.record(
        actor=actor, action=action, entity_type="staff_user", entity_id=user.username, now=now,
        old=values.get("old"), new=values.get("new"), extra=values.get("extra"),
    )  # fmt: skip
