"""Writing the audit trail. Every service of every app records here what it did, inside its own database transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.models import AuditEntry, OperationalEvent
from payments_site.kernel.redaction import redact


@dataclass(frozen=True)
class Actor:
    """Who does something, and from where. Built at the edge (view, command, task) and passed inwards."""

    user_id: str = "system"
    user_type: str = AuditEntry.UserType.SYSTEM
    ip_address: str | None = None
    user_agent: str = ""
    request_id: str = ""


SYSTEM = Actor()


def record(
    *,
    actor: Actor,
    action: str,
    entity_type: str,
    entity_id: str,
    now: datetime,
    tenant_id: str = "",
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry. Secrets in ``old``, ``new`` and ``extra`` are redacted; ``changed_fields`` is worked out from both."""
    entry = prepare(
        actor=actor, action=action, entity_type=entity_type, entity_id=entity_id, now=now,
        tenant_id=tenant_id, old=old, new=new, extra=extra,
    )  # fmt: skip
    entry.save(force_insert=True)
    return entry


def prepare(
    *,
    actor: Actor,
    action: str,
    entity_type: str,
    entity_id: str,
    now: datetime,
    tenant_id: str = "",
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """The entry that ``record`` would append, unsaved: for writers that insert several rows at once."""
    changed = None
    if old is not None and new is not None:
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    return AuditEntry(
        tenant_id=tenant_id,
        entity_type=entity_type,
        entity_id=entity_id,
        action=action,
        old_values=redact(old) if old is not None else None,
        new_values=redact(new) if new is not None else None,
        changed_fields=changed,
        user_id=actor.user_id[:150],
        user_type=actor.user_type,
        ip_address=actor.ip_address,
        user_agent=actor.user_agent[:255],
        request_id=actor.request_id,
        additional_data=redact(extra) if extra is not None else None,
        created_at=now,
    )


def raise_event(
    *, kind: str, now: datetime, severity: str = OperationalEvent.Severity.INFO, subject: str = "", **data: Any
) -> OperationalEvent:
    """Append an operational event: a job's run, a changed configuration, an alert."""
    return OperationalEvent.objects.create(kind=kind, severity=severity, subject=subject, data=redact(data), created_at=now)
