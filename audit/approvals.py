"""Maker-checker for any subject. Apps register what can be asked for; nobody decides on what they asked for themselves."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.utils.functional import Promise

from audit.models import ApprovalRequest
from audit.services import SYSTEM, Actor, record
from payments_site.kernel.errors import DomainError
from payments_site.kernel.redaction import redact

logger = logging.getLogger(__name__)

LIFETIME = timedelta(days=7)
DECIDE = "audit.decide_approvalrequest"


class ApprovalNotFound(DomainError):
    """No such approval request."""

    code = "APPROVAL_NOT_FOUND"


class AlreadyDecided(DomainError):
    """Somebody was faster, or the request has expired."""

    code = "APPROVAL_ALREADY_DECIDED"


class MayNotDecide(DomainError):
    """The maker of a request, or somebody without the right to do what it asks for."""

    code = "FORBIDDEN"


class Person(Protocol):
    """A member of staff: ``tenants.StaffUser``."""

    pk: Any

    def get_username(self) -> str:
        """The name under which the trail knows them."""

    def has_perm(self, perm: str) -> bool:
        """Whether they have a right."""


@dataclass(frozen=True)
class Approvable:
    """Something that takes two people: ``apply`` does it inside the decision's database transaction and tells what it did.

    ``permission`` is the right that both the maker and the approver need; the approver needs ``DECIDE`` besides. ``drop`` frees
    what was held for the request when it is refused or expires (its state says which), in the same database transaction.
    """

    action: str
    label: str | Promise
    permission: str
    apply: Callable[[dict[str, Any], Actor, datetime], Mapping[str, Any]]
    drop: Callable[[dict[str, Any], str, Actor, datetime], None] | None = None


_registered: dict[str, Approvable] = {}


def register(approvable: Approvable) -> None:
    """Make an action known; called from ``AppConfig.ready``."""
    _registered[approvable.action] = approvable


def approvable_of(action: str) -> Approvable:
    """The registered action. Raises ``KeyError``."""
    return _registered[action]


@transaction.atomic
def ask(
    *,
    action: str,
    subject_type: str,
    subject_id: str,
    payload: Mapping[str, Any],
    difference: Mapping[str, Any],
    reason: str,
    person: Person,
    actor: Actor,
    now: datetime,
    tenant_id: str = "",
) -> ApprovalRequest:
    """Put something before a second person. Raises ``MayNotDecide`` where the maker lacks the right to ask for it."""
    if not person.has_perm(_registered[action].permission):
        raise MayNotDecide({"permission": _registered[action].permission})
    request = ApprovalRequest.objects.create(
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        tenant_id=tenant_id,
        payload=json.dumps(payload, ensure_ascii=False, default=str),
        difference=redact(difference),
        reason=reason[:500],
        requested_by_id=person.pk,
        requested_by=person.get_username(),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    _record(request, "approval.requested", actor, now)
    return request


def approve(*, approval_id: str, person: Person, actor: Actor, now: datetime, note: str = "") -> ApprovalRequest:
    """Allow a request and do what it asks for, in one database transaction.

    Raises ``ApprovalNotFound``, ``AlreadyDecided``, ``MayNotDecide``, and what the action itself raises (the request waits on).
    """
    with transaction.atomic():
        request = _lock(approval_id, person, now)
        _decide(request, ApprovalRequest.State.APPROVED, person, note, now)
        request.result = dict(_registered[request.action].apply(json.loads(request.payload), actor, now))
        request.save()
        _record(request, "approval.approved", actor, now)
    return request


def reject(*, approval_id: str, person: Person, actor: Actor, now: datetime, note: str) -> ApprovalRequest:
    """Refuse a request; nothing is done. Raises as ``approve``."""
    with transaction.atomic():
        request = _lock(approval_id, person, now)
        _decide(request, ApprovalRequest.State.REJECTED, person, note, now)
        request.save()
        _drop(request, actor, now)
        _record(request, "approval.rejected", actor, now)
    return request


def expire_due(*, now: datetime, batch: int = 500) -> int:
    """Expire requests that nobody decided on in time; returns how many."""
    due = ApprovalRequest.objects.filter(state=ApprovalRequest.State.PENDING, expires_at__lte=now).order_by("id")
    return sum(_expire(pk, now) for pk in list(due.values_list("pk", flat=True)[:batch]))


def _expire(pk: int, now: datetime) -> bool:
    """One request; one that can not be dropped is logged, and tried again by the next sweep."""
    try:
        with transaction.atomic():
            rows = ApprovalRequest.objects.select_for_update(skip_locked=True)
            request = rows.filter(pk=pk, state=ApprovalRequest.State.PENDING).first()
            if request is None:
                return False
            request.state = ApprovalRequest.State.EXPIRED
            request.save(update_fields=["state"])
            _drop(request, SYSTEM, now)
    except Exception:
        logger.exception("approval request could not be expired: id=%s", pk)
        return False
    return True


def _drop(request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    registered = _registered.get(request.action)
    if registered is not None and registered.drop is not None:
        registered.drop(json.loads(request.payload), str(request.state), actor, now)


def _lock(approval_id: str, person: Person, now: datetime) -> ApprovalRequest:
    request = ApprovalRequest.objects.select_for_update().filter(public_id=approval_id.replace("\x00", "")).first()
    if request is None:
        raise ApprovalNotFound
    for permission in (DECIDE, _registered[request.action].permission):
        if not person.has_perm(permission):
            raise MayNotDecide({"permission": permission})
    if request.requested_by_id == person.pk:
        raise MayNotDecide(
            {"approval_id": approval_id},
            message_vi="Người yêu cầu không được tự phê duyệt",
            message_en="Who asks can not decide",
        )
    if request.state != ApprovalRequest.State.PENDING or request.expires_at <= now:
        raise AlreadyDecided({"state": request.state, "decided_by": request.decided_by or None})
    return request


def _decide(request: ApprovalRequest, state: str, person: Person, note: str, now: datetime) -> None:
    request.state = state
    request.decided_by_id = person.pk
    request.decided_by = person.get_username()
    request.decision_note = note[:500]
    request.decided_at = now


def _record(request: ApprovalRequest, action: str, actor: Actor, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        entity_type=request.subject_type,
        entity_id=request.subject_id,
        now=now,
        tenant_id=request.tenant_id,
        new={"state": str(request.state), "difference": request.difference},
        extra={
            "approval_id": request.public_id,
            "approval_action": request.action,
            "requested_by": request.requested_by,
            "reason": request.reason,
            "note": request.decision_note,
        },
    )
