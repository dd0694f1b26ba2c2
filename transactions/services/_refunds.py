"""What a provider's word about a refund does to the refund, its receipt and its payment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from audit.models import AuditEntry
from audit.services import Actor, record
from payments_site.kernel import ids
from payments_site.kernel.rows import next_numbers
from transactions import messages
from transactions.lifecycle import PAID, IssueType, Status, Trigger
from transactions.models import Receipt, Refund, Transaction
from transactions.providers.base import Outcome, RefundReport
from transactions.representation import refund_status
from transactions.services import _transition
from transactions.services._allocations import Plan, allocate
from transactions.services._transition import Happening
from transactions.services.schedule import next_question_at

_ENDED = ("status", "provider_refund_id", "updated_at", "next_query_at", "query_count")
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
    plan: Plan,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    due: datetime | None = None,
    status: Refund.Status = Refund.Status.REQUESTED,
    internal_refund_id: str | None = None,
    notification_url: str = "",
    payee_sealed: bytes | None = None,
) -> Refund:
    """A refund of a locked payment, with its event and audit entry, not yet sent; the resolver takes it up at ``due``."""
    refund = insert_refund(
        payment, plan, reason=reason, actor=actor, now=now, status=status, next_query_at=due, payee_sealed=payee_sealed,
        internal_refund_id=internal_refund_id, notification_url=notification_url,
        source=Refund.Source.STAFF if actor.user_type == AuditEntry.UserType.STAFF else Refund.Source.API,
    )  # fmt: skip
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


def insert_refund(payment: Transaction, plan: Plan, *, actor: Actor, now: datetime, **columns: Any) -> Refund:
    """The rows of a refund of a locked payment, and nothing besides."""
    [number] = next_numbers(Refund)
    main = plan.parts[0].receipt
    refund = Refund.objects.create(
        id=number,
        tenant_id=payment.tenant_id,
        transaction=payment,
        receipt=main,
        account_id=main.account_id,
        amount=sum(part.amount for part in plan.parts),
        manual=plan.manual,
        provider_reference=f"R{ids.base32(number, 10).upper()}",
        requested_by=actor.user_id[:150],
        requested_by_type=actor.user_type,
        created_at=now,
        updated_at=now,
        **columns,
    )
    allocate(refund.pk, plan.parts)
    return refund


def lock_refund(refund_id: int) -> tuple[Transaction, Refund]:
    """A refund and its payment, in the order in which everybody locks them."""
    payment = _transition.lock_payment(Refund.objects.values_list("transaction_id", flat=True).get(pk=refund_id))
    refund = Refund.objects.select_related("receipt", "account__provider").get(pk=refund_id)
    refund.transaction = payment
    return payment, refund


@transaction.atomic
def apply_report(*, refund_id: int, report: RefundReport | None, actor: Actor, now: datetime, asked: bool = False) -> Refund:
    """Record what the provider said; ``None`` is no readable answer: the refund's fate is unknown and will be asked for.

    Only an explicit word completes or fails a refund; a refund that is settled stays settled. ``asked`` counts a question.
    """
    payment, refund = lock_refund(refund_id)
    if refund.status not in UNSETTLED:
        return refund
    refund.query_count += int(asked)
    if report is None or report.outcome not in (Outcome.PAID, Outcome.FAILED):
        return _still_open(refund, report, now)
    refund.provider_refund_id = report.refund_no or refund.provider_refund_id
    if report.outcome is Outcome.PAID:
        complete(payment, refund, actor=actor, now=now)
    else:
        texts = (report.failure_vi or "", report.failure_en or "")
        fail(payment, refund, code=report.response_code, texts=texts, actor=actor, now=now)
    return refund


def _still_open(refund: Refund, report: RefundReport | None, now: datetime) -> Refund:
    if report is None:
        refund.status = Refund.Status.UNKNOWN
    else:
        refund.status = Refund.Status.PROCESSING
        refund.provider_refund_id = report.refund_no or refund.provider_refund_id
    refund.updated_at = now
    refund.next_query_at = next_question_at(refund.sent_at or refund.created_at, now)
    refund.save(update_fields=["status", "provider_refund_id", "updated_at", "next_query_at", "query_count"])
    if refund.next_query_at is None:
        # With the last question, not after it: a process that dies between the two would leave it to nobody.
        _transition.open_issue(
            IssueType.UNKNOWN_FATE,
            cause=refund.public_id,
            amount=refund.amount,
            now=now,
            payment=refund.transaction,
            refund=refund,
            account_id=refund.account_id,
        )
    return refund


def complete(payment: Transaction, refund: Refund, *, actor: Actor, now: datetime) -> None:
    """The money went back: the refund, its receipts and its locked payment say so, and the client is told."""
    refund.status, refund.completed_at, refund.updated_at, refund.next_query_at = Refund.Status.COMPLETED, now, now, None
    refund.save(update_fields=[*_ENDED, "completed_at"])
    _give_from_receipts(refund)
    refunded = payment.refunded_amount + refund.amount
    trigger = _settled(payment, refunded)
    if trigger is None:
        payment.refunded_amount = refunded
        payment.save(update_fields=["refunded_amount"])
        return
    _transition.transition(
        payment,
        Happening(
            trigger, actor, now, changes={"refunded_amount": refunded}, event_data=_told(refund),
            message_extra=refund_message(refund), notify_also=refund.notification_url,
        ),
    )  # fmt: skip


def fail(payment: Transaction, refund: Refund, *, code: str | None, texts: tuple[str, str], actor: Actor, now: datetime) -> None:
    """No money goes back: what was reserved is free again, and the client is told why, in the payment's language.

    ``texts`` are the reason in Vietnamese and in English.
    """
    refund.status, refund.updated_at, refund.next_query_at = Refund.Status.FAILED, now, None
    refund.failure_code = (code or "")[:40] or None
    refund.failure_reason = texts[payment.locale == "en"][:255] or None
    refund.save(update_fields=[*_ENDED, "failure_code", "failure_reason"])
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


def _give_from_receipts(refund: Refund) -> None:
    """In the order in which everybody locks receipts."""
    parts = dict(refund.allocations.values_list("receipt_id", "amount"))
    for receipt in Receipt.objects.select_for_update(no_key=True).filter(pk__in=parts).order_by("id"):
        receipt.refunded_amount += parts[receipt.pk]
        receipt.save(update_fields=["refunded_amount"])


def _settled(payment: Transaction, refunded: int) -> Trigger | None:
    """What a refund means to its payment; None where the payment waits for the whole to go back (a rejected review)."""
    everything, status = refunded >= payment.received_amount, Status(payment.status)
    if status is Status.UNDER_REVIEW:
        return Trigger.REFUND_SETTLED_ALL if everything else None
    if status not in PAID and payment.received_amount < payment.amount:
        return Trigger.REFUND_SETTLED_PART  # it never was paid in full, so it does not become refunded
    return Trigger.REFUND_SETTLED_ALL if everything else Trigger.REFUND_SETTLED_PART


def _told(refund: Refund) -> dict[str, Any]:
    return {
        "refund_id": refund.public_id,
        "refund_amount": refund.amount,
        "provider_refund_id": refund.provider_refund_id,
    }
