"""Projects: made, changed, removed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from audit import services as audit
from audit.services import Actor
from payments_site.kernel.errors import DomainError
from tenants import rules
from tenants.models import Project
from tenants.services._rows import assign, frozen_problems, lock_project, unique_field

CHANGEABLE = ("name", "description", "is_active")


class ProjectHasTenants(DomainError):
    """A project with tenants is never removed."""

    code = "PROJECT_HAS_TENANTS"


@transaction.atomic
def create_project(
    *, code: str, name: str, description: str = "", is_active: bool = True, actor: Actor, now: datetime
) -> Project:
    """A new project. Raises ``InvalidInput`` for a malformed, reserved or taken code."""
    rules.refuse(rules.code_problem("code", code), rules.name_problem("name", name))
    project = Project(code=code, name=name, description=description, is_active=is_active)
    with unique_field("code", "a project with this code exists"):
        project.save(force_insert=True)
    new = {"code": code, "name": name, "description": description, "is_active": is_active}
    _record("project.created", project, actor, now, new=new)
    return project


@transaction.atomic
def update_project(*, project_id: str, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Project:
    """Change name, description or activity; what is left out keeps its value. Raises ``ProjectNotFound``, ``InvalidInput``."""
    project = lock_project(project_id)
    rules.refuse(
        *frozen_problems(changes, {"code": project.code}),
        rules.name_problem("name", changes["name"]) if "name" in changes else None,
    )
    old, new = assign(project, {name: changes[name] for name in CHANGEABLE if name in changes})
    if new:
        project.save(update_fields=[*new, "updated_at"])
        _record("project.updated", project, actor, now, old=old, new=new)
    return project


@transaction.atomic
def delete_project(*, project_id: str, actor: Actor, now: datetime) -> bool:
    """Remove the project if nothing hangs on it (True), else switch it off (False).

    Raises ``ProjectNotFound``; ``ProjectHasTenants`` whether or not those tenants are active.
    """
    project = lock_project(project_id, for_delete=True)
    if project.tenants.exists():
        raise ProjectHasTenants
    old = {"code": project.code, "name": project.name, "is_active": project.is_active}
    try:
        with transaction.atomic():
            Project.objects.filter(pk=project.pk).delete()
    except ProtectedError:
        project.is_active = False
        project.save(update_fields=["is_active", "updated_at"])
        _record("project.deactivated", project, actor, now, old=old, new={**old, "is_active": False})
        return False
    _record("project.deleted", project, actor, now, old=old)
    return True


def _record(action: str, project: Project, actor: Actor, now: datetime, **values: Mapping[str, Any]) -> None:
    audit.record(
        actor=actor, action=action, entity_type="project", entity_id=project.public_id, now=now,
        old=values.get("old"), new=values.get("new"),
    )  # fmt: skip
