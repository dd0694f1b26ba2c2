"""Sending a callback once more by hand."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.services import Actor, record
from payments_site.kernel import clock
from webhooks.outbound.models import CallbackDelivery
from webhooks.outbound.trail import ENTITY_TYPE, plain_url


class StillPendingError(Exception):
    """The delivery is on its schedule already; there is nothing to send again."""


def resend(*, delivery: CallbackDelivery, now: datetime, actor: Actor) -> CallbackDelivery:
    """Make a delivered or dead delivery due at once; its tries go on counting, so a dead one gets a single new try.

    Raises ``StillPendingError``. The bytes and the webhook-id are the same as before: the receiver can tell a repeat.
    """
    with transaction.atomic():
        row = (
            CallbackDelivery.objects.select_for_update(of=("self",))
            .select_related("transaction", "tenant", "event")
            .get(pk=delivery.pk)
        )
        if row.status == CallbackDelivery.Status.PENDING:
            raise StillPendingError
        old = _facts(row)
        row.status = CallbackDelivery.Status.PENDING
        row.next_attempt_at = now
        row.delivered_at = row.failed_at = None
        row.save(update_fields=["status", "next_attempt_at", "delivered_at", "failed_at"])
        record(
            actor=actor, action="callback_resend", entity_type=ENTITY_TYPE, entity_id=row.transaction.public_id, now=now,
            tenant_id=row.tenant.public_id, old=old, new=_facts(row),
            extra={"callback_url": plain_url(row.url), "event_id": row.event.public_id, "attempt": row.attempts},
        )  # fmt: skip
    return row


def _facts(row: CallbackDelivery) -> dict[str, str | None]:
    return {
        "status": row.status,
        "delivered_at": clock.iso(row.delivered_at),
        "failed_at": clock.iso(row.failed_at),
    }
