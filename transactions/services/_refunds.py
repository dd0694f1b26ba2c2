"""What a provider's word about a refund does to the refund, its receipt and its payment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services import Actor, record
from payments_site.kernel import ids
from payments_site.kernel.rows import next_numbers
from transactions import messages
from transactions.lifecycle import Status, Trigger
from transactions.models import Receipt, Refund, Transaction
from transactions.providers.base import Outcome, RefundReport
from transactions.representation import refund_status
from transactions.services import _transition
from transactions.services._transition import Happening
from transactions.services.schedule import next_question_at

UNSETTLED = (Refund.Status.REQUESTED, Refund.Status.PROCESSING, Refund.Status.UNKNOWN)


def refund_message(refund: Refund) -> dict[str, Any]:
    """What a refund's callback carries besides the payment."""
    return {
        "refund": {
            "refund_id": refund.public_id,
            "internal_refund_id": refund.internal_refund_id,
            "refund_amount": refund.amount,
            "status": refund_status(refund),
            "provider_refund_id": refund.provider_refund_id,
            "failure_reason": refund.failure_reason,
        }
    }


def write_refund(
    payment: Transaction,
    receipt: Receipt,
    *,
    amount: int,
    reason: str,
    actor: Actor,
    now: datetime,
    due: datetime,
    internal_refund_id: str | None = None,
    notification_url: str = "",
) -> Refund:
    """A refund of a locked payment, with its event and audit entry, not yet sent; the resolver takes it up at ``due``."""
    [number] = next_numbers(Refund)
    refund = Refund.objects.create(
        id=number,
        tenant_id=payment.tenant_id,
        transaction=payment,
        receipt=receipt,
        amount=amount,
        reason=reason,
        internal_refund_id=internal_refund_id,
        notification_url=notification_url,
        status=Refund.Status.REQUESTED,
        provider_reference=f"R{ids.base32(number, 10).upper()}",
        requested_by=actor.user_id,
        requested_by_type=actor.user_type,
        next_query_at=due,
        created_at=now,
        updated_at=now,
    )
    _transition.write_event(
        payment,
        event_type="refund_initiated",
        now=now,
        data={"refund_id": refund.public_id, "refund_amount": refund.amount, "reason": refund.reason},
        message_type=messages.REFUND_PROCESSING,
        message_extra=refund_message(refund),
        notify_also=refund.notification_url,
    )
    payment.save(update_fields=["last_sequence", "updated_at"])
    record(
        actor=actor, action="refund_initiated", entity_type="refund", entity_id=refund.public_id, now=now,
        tenant_id=payment.tenant.public_id,
        new={"transaction_id": payment.public_id, "amount": refund.amount, "reason": refund.reason},
    )  # fmt: skip
    return refund


@transaction.atomic
def apply_report(*, refund_id: int, report: RefundReport | None, actor: Actor, now: datetime) -> Refund:
    """Record what the provider said; ``None`` is no readable answer: the refund's fate is unknown and will be asked for.

    Only an explicit word completes or fails a refund; a refund that is settled stays settled.
    """
    transaction_id = Refund.objects.values_list("transaction_id", flat=True).get(pk=refund_id)
    payment = _transition.lock_payment(transaction_id)
    refund = Refund.objects.select_related("receipt").get(pk=refund_id)
    refund.transaction = payment
    if refund.status not in UNSETTLED:
        return refund
    if report is None or report.outcome not in (Outcome.PAID, Outcome.FAILED):
        return _still_open(refund, report, now)
    refund.provider_refund_id = report.refund_no or refund.provider_refund_id
    refund.updated_at, refund.next_query_at = now, None
    if report.outcome is Outcome.PAID:
        _complete(payment, refund, actor, now)
    else:
        _fail(payment, refund, report, actor, now)
    return refund


def _still_open(refund: Refund, report: RefundReport | None, now: datetime) -> Refund:
    if report is None:
        refund.status = Refund.Status.UNKNOWN
    else:
        refund.status = Refund.Status.PROCESSING
        refund.provider_refund_id = report.refund_no or refund.provider_refund_id
    refund.updated_at = now
    refund.next_query_at = next_question_at(refund.created_at, now)
    refund.save(update_fields=["status", "provider_refund_id", "updated_at", "next_query_at"])
    return refund


def _complete(payment: Transaction, refund: Refund, actor: Actor, now: datetime) -> None:
    refund.status, refund.completed_at = Refund.Status.COMPLETED, now
    refund.save()
    receipt: Receipt = refund.receipt
    receipt.refunded_amount += refund.amount
    receipt.save(update_fields=["refunded_amount"])
    refunded = payment.refunded_amount + refund.amount
    everything = refunded >= payment.received_amount
    trigger = Trigger.REFUND_SETTLED_ALL if everything else Trigger.REFUND_SETTLED_PART
    changes = {"refunded_amount": refunded}
    if Status(payment.status) is Status.UNDER_REVIEW and not everything:
        payment.refunded_amount = refunded
        payment.save(update_fields=["refunded_amount"])
        return
    _transition.transition(
        payment,
        Happening(
            trigger, actor, now, changes=changes, event_data=_told(refund),
            message_extra=refund_message(refund), notify_also=refund.notification_url,
        ),
    )  # fmt: skip


def _fail(payment: Transaction, refund: Refund, report: RefundReport, actor: Actor, now: datetime) -> None:
    refund.status = Refund.Status.FAILED
    refund.failure_code = report.response_code
    reason = report.failure_en if payment.locale == "en" else report.failure_vi
    refund.failure_reason = (reason or "")[:255] or None
    refund.save()
    _transition.write_event(
        payment,
        event_type="refund_failed",
        now=now,
        data={**_told(refund), "failure_reason": refund.failure_reason},
        message_type=messages.REFUND_FAILED,
        message_extra=refund_message(refund),
        notify_also=refund.notification_url,
    )
    payment.save(update_fields=["last_sequence", "updated_at"])
    record(
        actor=actor, action="refund_failed", entity_type="refund", entity_id=refund.public_id, now=now,
        tenant_id=payment.tenant.public_id, new={"failure_code": refund.failure_code, "failure_reason": refund.failure_reason},
    )  # fmt: skip


def _told(refund: Refund) -> dict[str, Any]:
    return {
        "refund_id": refund.public_id,
        "refund_amount": refund.amount,
        "provider_refund_id": refund.provider_refund_id,
    }
