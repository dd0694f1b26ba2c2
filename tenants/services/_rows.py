"""Rows that services change: found by public id, locked, compared before and after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from psycopg.errors import UniqueViolation

from payments_site.kernel.errors import InvalidInput
from tenants.models import Project, Tenant
from tenants.selectors import ProjectNotFound, TenantNotFound

_PUBLIC_ID = re.compile(r"[a-z]{2,4}_[0-9a-z]{26}")


def well_formed(public_id: str) -> bool:
    """Whether the text can be a public id at all; anything else is not worth a query (and may not even be storable)."""
    return _PUBLIC_ID.fullmatch(public_id) is not None


def lock_project(public_id: str, *, for_delete: bool = False) -> Project:
    """The project, locked. Raises ``ProjectNotFound``."""
    rows = Project.objects.select_for_update(no_key=not for_delete)
    project = rows.filter(public_id=public_id).first() if well_formed(public_id) else None
    if project is None:
        raise ProjectNotFound
    return project


def lock_tenant(public_id: str) -> Tenant:
    """The tenant with its project, the tenant locked. Raises ``TenantNotFound``."""
    rows = Tenant.objects.select_for_update(of=("self",), no_key=True).select_related("project")
    tenant = rows.filter(public_id=public_id).first() if well_formed(public_id) else None
    if tenant is None:
        raise TenantNotFound
    return tenant


def assign(row: Model, changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the attributes that differ; returns the old and the new values of just those."""
    old = {name: getattr(row, name) for name, value in changes.items() if getattr(row, name) != value}
    new = {name: changes[name] for name in old}
    for name, value in new.items():
        setattr(row, name, value)
    return old, new


def frozen_problems(given: Mapping[str, Any], current: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A problem for each field of ``current`` (what can not change after its making) that is given another value."""
    return [
        {"field": name, "constraint": "can not be changed"}
        for name, value in current.items()
        if name in given and given[name] != value
    ]


@contextmanager
def unique_field(field: str, constraint: str) -> Iterator[None]:
    """Turn a violated UNIQUE constraint of the block's writes into ``InvalidInput`` on ``field``."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise InvalidInput({"field": field, "constraint": constraint}) from error
        raise
