"""The one writer of a payment's status.

Row, event, audit entry and callback are written together or not at all. Callers hold the payment's row lock (``lock_payment``)
inside a database transaction and say what happened; the pure table in ``lifecycle.py`` says what follows.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from audit.models import AuditEntry
from audit.services import Actor, prepare
from payments_site.kernel import ids
from payments_site.kernel.rows import Change, insert, lock, update, write
from payments_site.kernel.sealing import KeyDestroyed, SealBroken, seal
from transactions import messages
from transactions.lifecycle import CLOSED_UNPAID, OPEN, IssueType, Move, Status, Trigger, next_state
from transactions.models import MoneyIssue, PaymentAttempt, Receipt, Refund, Transaction, TransactionEvent
from transactions.personal import key_of
from webhooks.outbound.enqueue import enqueue_callbacks

logger = logging.getLogger(__name__)

# What a trigger is called in the timeline (the design's words) and in the callback.
_EVENT_NAMES: dict[Trigger, str] = {
    Trigger.PROVIDER_SUCCEEDED: "paid",
    Trigger.PROVIDER_SUSPECTS: "under_review",
    Trigger.PROVIDER_FAILED: "payment_failed",
    Trigger.MERCHANT_CANCELLED: "cancelled",
    Trigger.DEADLINE_PASSED: "expired",
    Trigger.REVIEW_ACCEPTED: "review_accepted",
    Trigger.REVIEW_REJECTED: "review_rejected",
    Trigger.REFUND_SETTLED_PART: "refund_completed",
    Trigger.REFUND_SETTLED_ALL: "refund_completed",
    Trigger.REFUND_REVERSED: "refund_reversed",
}
_MESSAGES: dict[Trigger, str] = {
    Trigger.PROVIDER_SUCCEEDED: messages.COMPLETED,
    Trigger.PROVIDER_SUSPECTS: messages.UNDER_REVIEW,
    Trigger.PROVIDER_FAILED: messages.FAILED,
    Trigger.MERCHANT_CANCELLED: messages.CANCELLED,
    Trigger.DEADLINE_PASSED: messages.EXPIRED,
    Trigger.REVIEW_ACCEPTED: messages.COMPLETED,
    Trigger.REFUND_SETTLED_PART: messages.REFUND_COMPLETED,
    Trigger.REFUND_SETTLED_ALL: messages.REFUND_COMPLETED,
}


@dataclass
class Happening:
    """What happened to a payment: the trigger, who says so, and what else is true now."""

    trigger: Trigger
    actor: Actor
    now: datetime
    changes: dict[str, Any] = field(default_factory=dict)
    event_data: Mapping[str, Any] = field(default_factory=dict)
    message_extra: Mapping[str, Any] | None = None
    notify_also: str = ""
    also: Sequence[Model | Change] = ()  # what else is true with it, written in the same statement


def lock_payment(transaction_id: int) -> Transaction:
    """The payment's row, locked until the surrounding database transaction ends."""
    return lock(Transaction, transaction_id, "data_key", "tenant")


def transition(payment: Transaction, happening: Happening) -> tuple[Move, TransactionEvent]:
    """Move a locked payment. Raises ``lifecycle.NoSuchMove`` before anything is written."""
    move = next_state(Status(payment.status), happening.trigger)
    before = _money_facts(payment)
    from_status = str(payment.status)
    for name, value in happening.changes.items():
        setattr(payment, name, value)
    payment.status = move.status.value
    payment.late = payment.late or move.late
    event = next_event(
        payment,
        event_type=_EVENT_NAMES[happening.trigger],
        now=happening.now,
        from_status=from_status,
        data=happening.event_data,
        message_type=_MESSAGES.get(happening.trigger),
        message_extra=happening.message_extra,
    )
    changed = Change(payment, ("status", "late", "last_sequence", "updated_at", *map(_field_of, happening.changes)))
    write(*happening.also, event, changed, _entry(payment, happening, event, before))
    _enqueue(payment, event, happening.notify_also, happening.now)
    if from_status in OPEN and move.status in CLOSED_UNPAID:
        _tell_of_part(payment, happening.now)
    return move, event


def write_event(
    payment: Transaction,
    *,
    event_type: str,
    now: datetime,
    from_status: str | None = None,
    data: Mapping[str, Any] | None = None,
    message_type: str | None = None,
    message_extra: Mapping[str, Any] | None = None,
    notify_also: str = "",
) -> TransactionEvent:
    """Append an event (and its callback) to a locked payment; the caller saves ``last_sequence`` and ``updated_at``."""
    event = next_event(
        payment, event_type=event_type, now=now, from_status=from_status, data=data, message_type=message_type,
        message_extra=message_extra,
    )  # fmt: skip
    insert(event)
    _enqueue(payment, event, notify_also, now)
    return event


def _enqueue(payment: Transaction, event: TransactionEvent, notify_also: str, now: datetime) -> None:
    """The callbacks of an event that was written."""
    if event.message_type in messages.CALLED_BACK and event.body_sealed is not None:
        enqueue_callbacks(
            event_id=event.pk,
            transaction_id=payment.pk,
            tenant_id=payment.tenant_id,
            message_type=str(event.message_type),
            default_url=payment.callback_url or payment.tenant.callback_url,
            extra_url=notify_also,
            now=now,
        )


def next_event(
    payment: Transaction,
    *,
    event_type: str,
    now: datetime,
    from_status: str | None = None,
    data: Mapping[str, Any] | None = None,
    message_type: str | None = None,
    message_extra: Mapping[str, Any] | None = None,
) -> TransactionEvent:
    """The payment's next event with its frozen body, for the caller to insert; counts ``last_sequence`` up."""
    payment.last_sequence += 1
    payment.updated_at = now
    event_id = ids.new_id(ids.EVENT)
    event = TransactionEvent(
        public_id=event_id,
        transaction=payment,
        tenant_id=payment.tenant_id,
        sequence=payment.last_sequence,
        event_type=event_type,
        from_status=payment.status if from_status is None else from_status,
        to_status=payment.status,
        data=dict(data or {}),
        created_at=now,
    )
    if message_type is not None:
        event.message_type = message_type
        event.body_sealed = _sealed_body(payment, event, now, message_extra)
    return event


def open_issue(
    issue_type: IssueType,
    *,
    cause: str,
    amount: int,
    now: datetime,
    payment: Transaction | None = None,
    receipt: Receipt | None = None,
    refund: Refund | None = None,
    account_id: int | None = None,
    notice_id: str = "",
    data: Mapping[str, Any] | None = None,
) -> bool:
    """Open an issue for a person to look at; the same cause opens one only. Returns whether it is new."""
    issue = MoneyIssue(
        issue_type=issue_type.value,
        cause=cause[:120],
        amount=amount,
        transaction=payment,
        receipt=receipt,
        refund=refund,
        account_id=account_id,
        notice_id=notice_id,
        data=dict(data or {}),
        created_at=now,
    )
    created = MoneyIssue.objects.bulk_create([issue], ignore_conflicts=True)
    return bool(created)


def _tell_of_part(payment: Transaction, now: datetime) -> None:
    """Less than the whole had come when a locked payment ended: a person has to look at it."""
    if 0 < payment.received_amount < payment.amount:
        open_issue(IssueType.UNDERPAID, cause=payment.public_id, amount=payment.received_amount, now=now, payment=payment)


def tell_of_excess(payment: Transaction, receipt: Receipt, now: datetime) -> None:
    """A part that came by transfer before the whole came in another way is more than was asked for: a person has to look."""
    excess = payment.received_amount - payment.refunded_amount - payment.amount
    if excess > 0:
        open_issue(
            IssueType.OVERPAID, cause=receipt.public_id, amount=excess, now=now, payment=payment, receipt=receipt,
            account_id=receipt.account_id, data={"expected": payment.amount},
        )  # fmt: skip


def mark_initiated(
    payment: Transaction, attempt: PaymentAttempt, *, payment_url: str, qr_code: str | None, now: datetime
) -> None:
    """Record where the payer was sent: attempt pending, its address on the payment, one event."""
    payment.payment_url = payment_url
    payment.qr_code = qr_code
    payment.provider_code = attempt.provider_code
    payment.account_id = attempt.account_id
    payment.provider_order_id = attempt.provider_reference
    write_event(
        payment,
        event_type="payment_initiated",
        now=now,
        data={"attempt_id": attempt.public_id, "provider_code": attempt.provider_code, "payment_url": payment_url},
    )
    update(payment, "payment_url", "qr_code", "provider_code", "account", "provider_order_id", "last_sequence", "updated_at")


def give_back_volume(payment: Transaction) -> None:
    """What no longer is open or paid frees the tenant's limit of its day."""
    _add_volume(payment, -payment.amount)


def take_volume_again(payment: Transaction) -> None:
    """Money that came after all counts again, whatever the limit says."""
    _add_volume(payment, payment.amount)


def _field_of(name: str) -> str:
    """``account_id`` names the field ``account``."""
    return name.removesuffix("_id") if name == "account_id" else name


def _add_volume(payment: Transaction, amount: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE transactions_dailyvolume SET amount = amount + %s WHERE tenant_id = %s"
            " AND day = (%s AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
            [amount, payment.tenant_id, payment.created_at],
        )


def _sealed_body(payment: Transaction, event: TransactionEvent, now: datetime, extra: Mapping[str, Any] | None) -> bytes | None:
    message = messages.body(
        event_id=event.public_id,
        message_type=str(event.message_type),
        sequence=event.sequence,
        payment=payment,
        now=now,
        extra=extra,
    )
    try:
        return seal(message, key_of(payment.data_key))
    except KeyDestroyed:
        # An erased payer: the fact is recorded, its body can no longer be written or sent.
        return None
    except SealBroken:
        # Money does not wait for a key: the fact is recorded, and somebody has to bring the Fernet keys back.
        logger.exception("callback body could not be sealed: transaction=%s", payment.public_id)
        return None


def _money_facts(payment: Transaction) -> dict[str, Any]:
    return {
        "status": str(payment.status),
        "late": payment.late,
        "received_amount": payment.received_amount,
        "refunded_amount": payment.refunded_amount,
        "transaction_fee": payment.transaction_fee,
        "net_amount": payment.net_amount,
        "provider_transaction_id": payment.provider_transaction_id,
        "failure_code": payment.failure_code,
    }


def _entry(payment: Transaction, happening: Happening, event: TransactionEvent, before: dict[str, Any]) -> AuditEntry:
    return prepare(
        actor=happening.actor,
        action=event.event_type,
        entity_type="transaction",
        entity_id=payment.public_id,
        now=happening.now,
        tenant_id=payment.tenant.public_id,
        old=before,
        new=_money_facts(payment),
        extra={"event_id": event.public_id, **dict(happening.event_data)},
    )
