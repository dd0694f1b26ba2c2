"""Saying what becomes of a difference: the provider is right, we are, it is only late, or a note says all there is to say.

Taking the provider's word moves money in our books, so one person proposes it and a second one allows it. Every resolution is
audited and, but for money that has moved, can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop

from audit import approvals
from audit.approvals import Person
from audit.models import ApprovalRequest
from audit.services import SYSTEM, Actor, record
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError, InvalidInput
from reconciliation.calendars import add_business_days
from reconciliation.models import Match, ReconciliationItem
from reconciliation.services.accepting import CanNotAccept, accept, way_of
from transactions.models import MoneyIssue
from transactions.services.fee_correction import correct_fee
from transactions.services.issues import reopen_issue, resolve_issue

ACCEPT_PROVIDER = "reconciliation.accept_provider"
RIGHT = "reconciliation.resolve_item"
MAX_NOTE = 500
# What is said to be late has so many business days to come.
LATE_DAYS = 3
_MOST_REOPENED = 1_000
_STILL_MISSING = "it has not come by the day until which it was said to be late"
State, Type = ReconciliationItem.State, ReconciliationItem.Type
# What may merely be late: something that stands on one side only.
ONE_SIDED = (Type.MISSING_AT_PROVIDER, Type.MISSING_IN_SYSTEM, Type.REFUND_UNKNOWN, Type.UNIDENTIFIED_MONEY, Type.TIMING)
_UNDONE_BY_MONEY = gettext_noop("money has moved in our books: it is not undone here, but by a refund or a money issue")
_NOT_LATE = gettext_noop("both sides are there: nothing is late")


class Action(StrEnum):
    """What a person may say of an item."""

    ACCEPT_PROVIDER = "accept_provider"
    ACCEPT_OURS = "accept_ours"
    TIMING = "timing"
    NOTE = "note"


class ItemNotOpen(DomainError):
    """Somebody has resolved or proposed it already, or it has closed by itself; ``details`` say who and how."""

    code = "TRANSACTION_ALREADY_PROCESSED"

    def __init__(self, item: ReconciliationItem) -> None:
        super().__init__(
            {
                "detail_id": item.public_id, "state": str(item.state), "closed_by": item.closed_by or None,
                "approval_id": item.approval_id or None,
            },
            message_vi="Khoản chênh lệch này không còn mở",
            message_en="This difference is not open any more",
        )  # fmt: skip


class NotResolved(DomainError):
    """Nobody has resolved it, so there is nothing to take back; or what was done can not be."""

    code = "TRANSACTION_ALREADY_PROCESSED"


@transaction.atomic
def propose(
    *, item: ReconciliationItem, action: str, note: str, person: Person, actor: Actor, now: datetime
) -> ApprovalRequest | ReconciliationItem:
    """Resolve an item, or put before a second person what would move money in our books.

    Raises ``InvalidInput``, ``ItemNotOpen``, ``CanNotAccept``, and what ``audit.approvals.ask`` raises.
    """
    wanted, words = _read(action, note)
    locked = _lock(item.pk)
    if locked.state != State.OPEN:
        raise ItemNotOpen(locked)
    if wanted is Action.TIMING and locked.item_type not in ONE_SIDED:
        raise CanNotAccept(locked, _NOT_LATE)
    if wanted is not Action.ACCEPT_PROVIDER:
        if wanted is Action.TIMING:
            locked.due_day = add_business_days(clock.vietnam_day(now), LATE_DAYS)
        _close(locked, wanted, words, {}, actor, now)
        return locked
    way_of(locked)
    asked = approvals.ask(
        action=ACCEPT_PROVIDER, subject_type="reconciliation_item", subject_id=locked.public_id, tenant_id=_tenant_id(locked),
        payload={"detail_id": locked.public_id, "note": words}, difference=_difference(locked), reason=words, person=person,
        actor=actor, now=now,
    )  # fmt: skip
    locked.state, locked.action, locked.note, locked.approval_id = State.PROPOSED, wanted.value, words, asked.public_id
    locked.updated_at = now
    locked.save(update_fields=["state", "action", "note", "approval_id", "updated_at"])
    return asked


def apply_proposal(payload: dict[str, Any], actor: Actor, now: datetime) -> Mapping[str, Any]:
    """What an allowed proposal does (``audit.approvals``). Raises ``ItemNotOpen``, ``CanNotAccept`` and what the doors raise."""
    item = _lock(ReconciliationItem.objects.values_list("pk", flat=True).get(public_id=payload["detail_id"]))
    if item.state != State.PROPOSED:
        raise ItemNotOpen(item)
    effects = accept(item, actor=actor, now=now)
    _close(item, Action.ACCEPT_PROVIDER, str(payload["note"]), effects, actor, now)
    return effects


def drop_proposal(payload: dict[str, Any], state: str, actor: Actor, now: datetime) -> None:
    """A proposal that was refused or forgotten: the item is open again."""
    item = _lock(ReconciliationItem.objects.values_list("pk", flat=True).get(public_id=payload["detail_id"]))
    if item.state == State.PROPOSED:
        item.state, item.action, item.approval_id, item.updated_at = State.OPEN, "", "", now
        item.save(update_fields=["state", "action", "approval_id", "updated_at"])


@transaction.atomic
def undo_resolution(*, item: ReconciliationItem, note: str, actor: Actor, now: datetime) -> ReconciliationItem:
    """Open a resolved item again, with the money issue that was resolved along and the fee as it was.

    Raises ``InvalidInput``, and ``NotResolved`` where there is nothing to take back or where money has moved.
    """
    words = _read_note(note)
    locked = _lock(item.pk)
    if locked.state != State.RESOLVED:
        raise NotResolved({"detail_id": locked.public_id, "state": str(locked.state)})
    effects = locked.effects
    if locked.action == Action.ACCEPT_PROVIDER and "fee" not in effects:
        raise NotResolved({"detail_id": locked.public_id, "field": "detail_id", "constraint": _UNDONE_BY_MONEY})
    if "fee" in effects:
        before, after = effects["fee"]
        correct_fee(transaction_id=effects["transaction_id"], by=before - after, actor=actor, now=now)
    _open_again(locked, words, actor, now)
    return locked


def reopen_overdue(*, now: datetime) -> int:
    """Open again what was said to be late and has not come by its day; how many. Nothing is lost by believing too easily."""
    here = Match.objects.filter(undone_at=None).filter(
        Q(line=OuterRef("line")) | Q(receipt=OuterRef("receipt")) | Q(refund=OuterRef("refund"))
    )
    late = ReconciliationItem.objects.filter(
        ~Exists(here), state=State.RESOLVED, action=Action.TIMING.value, due_day__lt=clock.vietnam_day(now)
    )
    due = list(late.order_by("id").values_list("pk", flat=True)[:_MOST_REOPENED])
    return sum(_reopen_if_late(pk, now) for pk in due)


@transaction.atomic
def _reopen_if_late(pk: int, now: datetime) -> bool:
    item = _lock(pk)
    if item.state != State.RESOLVED or item.action != Action.TIMING:
        return False
    _open_again(item, _STILL_MISSING, SYSTEM, now)
    return True


def _open_again(item: ReconciliationItem, note: str, actor: Actor, now: datetime) -> None:
    """With the money issue that was resolved along."""
    if "issue_resolved" in item.effects:
        issue_id = MoneyIssue.objects.values_list("pk", flat=True).get(public_id=item.effects["issue_resolved"])
        reopen_issue(issue_id=issue_id, note=note, actor=actor, now=now)
    old = {"state": str(item.state), "action": item.action}
    item.state, item.action, item.approval_id, item.effects = State.OPEN, "", "", {}
    item.closed_by, item.closed_at, item.updated_at = "", None, now
    item.save(update_fields=["state", "action", "approval_id", "effects", "closed_by", "closed_at", "updated_at"])
    _record("reconciliation_item.reopened", item, actor, now, old=old, new={"state": "open"}, extra={"note": note})


def _close(item: ReconciliationItem, action: Action, note: str, effects: dict[str, Any], actor: Actor, now: datetime) -> None:
    old = {"state": str(item.state), "action": item.action}
    if item.issue is not None:
        item.issue.refresh_from_db(fields=["state"])  # what was just done may have resolved it already
    if item.issue is not None and item.issue.state == MoneyIssue.State.OPEN:
        resolve_issue(issue_id=item.issue_id, note=note, actor=actor, now=now)  # type: ignore[arg-type]
        effects = {**effects, "issue_resolved": item.issue.public_id}
    item.state, item.action, item.note, item.effects = State.RESOLVED, action.value, note, effects
    item.closed_by, item.closed_at, item.updated_at = actor.user_id[:150], now, now
    item.save(update_fields=["state", "action", "note", "effects", "due_day", "closed_by", "closed_at", "updated_at"])
    new = {"state": str(item.state), "action": item.action}
    extra = {"note": note, "amount": item.amount, "effects": effects, "type": str(item.item_type)}
    _record("reconciliation_item.resolved", item, actor, now, old=old, new=new, extra=extra)


def _lock(pk: int) -> ReconciliationItem:
    """The item with what a resolution needs, locked first: payments and issues are locked after it."""
    rows = ReconciliationItem.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related(
        "account__provider", "account__tenant", "line", "receipt__attempt__transaction", "refund__receipt__attempt__transaction",
        "transaction", "issue",
    ).get(pk=pk)  # fmt: skip


def _read(action: str, note: str) -> tuple[Action, str]:
    if action not in list(Action):
        raise InvalidInput({"field": "action", "constraint": "one of " + ", ".join(Action)})
    return Action(action), _read_note(note)


def _read_note(note: str) -> str:
    words = note.strip()
    if not words or len(words) > MAX_NOTE:
        raise InvalidInput({"field": "note", "constraint": f"1 to {MAX_NOTE} characters are expected"})
    return words


def _difference(item: ReconciliationItem) -> dict[str, Any]:
    """What the second person sees: the type, what is at stake, and each field as we and as they have it."""
    fields = {f"reconciled_{name}": [pair.get("ours"), pair.get("theirs")] for name, pair in sorted(item.differences.items())}
    return {"reconciliation_item": str(item.item_type), "at_stake_amount": item.amount, **fields}


def _tenant_id(item: ReconciliationItem) -> str:
    return item.account.tenant.public_id if item.account.tenant is not None else ""


def _record(action: str, item: ReconciliationItem, actor: Actor, now: datetime, **values: Any) -> None:
    record(
        actor=actor, action=action, entity_type="reconciliation_item", entity_id=item.public_id, now=now,
        tenant_id=_tenant_id(item), **values,
    )  # fmt: skip
