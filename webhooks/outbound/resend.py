"""Sending callbacks once more by hand: one, a selection, or all of a time range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from audit.models import AuditEntry
from audit.services import Actor, prepare
from payments_site.kernel import clock
from payments_site.kernel.errors import InvalidInput
from webhooks.outbound.models import CallbackDelivery
from webhooks.outbound.trail import ENTITY_TYPE, plain_url

# What one call may send again; the rest is for the next call.
MOST = 1_000
LONGEST_RANGE = timedelta(days=31)
_STEP = timedelta(microseconds=1)
DELIVERED, DEAD = CallbackDelivery.Status.DELIVERED, CallbackDelivery.Status.DEAD


class StillPendingError(Exception):
    """The delivery is on its schedule already; there is nothing to send again."""


@dataclass(frozen=True)
class Resent:
    """How many are on their way, and whether the range holds more."""

    count: int
    more: bool


def resend(*, delivery: CallbackDelivery, now: datetime, actor: Actor) -> CallbackDelivery:
    """Make a delivered or dead delivery due at once; its schedule begins anew, its tries go on counting.

    Raises ``StillPendingError``. The bytes and the webhook-id are the same as before: the receiver can tell a repeat.
    """
    with transaction.atomic():
        rows = _lock(CallbackDelivery.objects.filter(pk=delivery.pk))
        if rows[0].status == CallbackDelivery.Status.PENDING:
            raise StillPendingError
        _send_again(rows, now=now, actor=actor)
    return rows[0]


def resend_selection(*, deliveries: QuerySet[CallbackDelivery], now: datetime, actor: Actor) -> int:
    """``resend`` of all of these that are not pending anyway, at most ``MOST``; how many."""
    with transaction.atomic():
        rows = _lock(deliveries.exclude(status=CallbackDelivery.Status.PENDING).order_by("id")[:MOST])
        _send_again(rows, now=now, actor=actor)
    return len(rows)


def resend_range(
    *, tenant_id: int, since: datetime, until: datetime, status: str, endpoint_id: int | None = None, now: datetime, actor: Actor
) -> Resent:
    """``resend`` of a tenant's dead deliveries enqueued in [since, until), or of those delivered then; the oldest ``MOST``.

    Safe to repeat: what is on its way is left alone, and what was delivered anew was delivered after ``until``. Raises
    ``InvalidInput`` for a range that is empty, too long, or not over yet.
    """
    _refuse_bad_range(since, until, now)
    moment = "delivered_at" if status == DELIVERED else "created_at"
    wanted = {"tenant_id": tenant_id, "status": status, f"{moment}__gte": since, f"{moment}__lt": until}
    if endpoint_id is not None:
        wanted["endpoint_id"] = endpoint_id
    # Tests are not worth repeating; whoever wants one sends another.
    found = CallbackDelivery.objects.filter(**wanted, event__isnull=False)
    count = resend_selection(deliveries=found, now=now, actor=actor)
    return Resent(count, more=count == MOST and found.exists())


def _refuse_bad_range(since: datetime, until: datetime, now: datetime) -> None:
    if until <= since:
        raise InvalidInput({"field": "to", "constraint": "later than from"})
    if until - since > LONGEST_RANGE:
        raise InvalidInput({"field": "to", "constraint": f"at most {LONGEST_RANGE.days} days after from"})
    if until > now:
        raise InvalidInput({"field": "to", "constraint": "not in the future"})


def _lock(rows: QuerySet[CallbackDelivery]) -> list[CallbackDelivery]:
    return list(rows.select_for_update(of=("self",)).select_related("transaction", "tenant", "event"))


def _send_again(rows: Sequence[CallbackDelivery], *, now: datetime, actor: Actor) -> None:
    entries: list[AuditEntry] = []
    for position, row in enumerate(rows):
        old = _facts(row)
        row.status = CallbackDelivery.Status.PENDING
        row.next_attempt_at = now + position * _STEP
        row.tries_before = row.attempts
        row.delivered_at = row.failed_at = None
        entries.append(_entry(row, old, now, actor))
    CallbackDelivery.objects.bulk_update(
        rows, ["status", "next_attempt_at", "tries_before", "delivered_at", "failed_at"], batch_size=200
    )
    AuditEntry.objects.bulk_create(entries)


def _entry(row: CallbackDelivery, old: dict[str, str | None], now: datetime, actor: Actor) -> AuditEntry:
    subject = row.message_id if row.transaction is None else row.transaction.public_id
    return prepare(
        actor=actor, action="callback_resend", entity_type=ENTITY_TYPE, entity_id=subject, now=now,
        tenant_id=row.tenant.public_id, old=old, new=_facts(row),
        extra={"callback_url": plain_url(row.url), "event_id": row.message_id, "attempt": row.attempts},
    )  # fmt: skip


def _facts(row: CallbackDelivery) -> dict[str, str | None]:
    return {
        "status": row.status,
        "delivered_at": clock.iso(row.delivered_at),
        "failed_at": clock.iso(row.failed_at),
    }
