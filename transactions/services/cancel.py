"""A client gives up a payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services import Actor
from payments_site.kernel.errors import DomainError
from payments_site.kernel.queue import enqueue
from transactions.lifecycle import Status, Trigger
from transactions.models import PaymentAttempt, Transaction
from transactions.selectors import detail_of
from transactions.services import _transition, idempotency
from transactions.services._transition import Happening
from transactions.services.holds import is_withdrawable
from transactions.services.idempotency import Key


class AlreadyProcessed(DomainError):
    """The payment is no longer pending."""

    code = "TRANSACTION_ALREADY_PROCESSED"


class Expired(DomainError):
    """The payment's deadline has passed."""

    code = "TRANSACTION_EXPIRED"


@dataclass(frozen=True)
class Cancelled:
    """GET's data after the cancel, and whether it is a repeat's."""

    data: dict[str, Any]
    repeated: bool = False


def repeat_of(*, tenant_id: int, key: Key, now: datetime) -> Cancelled | None:
    """The answer if this key was used before. Raises ``KeyReused``, ``InProgress``."""
    found = idempotency.find(tenant_id=tenant_id, key=key, now=now)
    answer = idempotency.replay(found) if found is not None else None
    return Cancelled(answer.data, repeated=True) if answer is not None else None


def cancel_once(*, payment: Transaction, reason: str, key: Key, actor: Actor, now: datetime) -> Cancelled:
    """Cancel under an idempotency key; the caller has asked ``repeat_of`` first.

    Raises ``AlreadyProcessed``, ``Expired``, ``KeyReused``, ``InProgress``.
    """
    found = idempotency.find(tenant_id=payment.tenant_id, key=key, now=now)
    with transaction.atomic():
        stale = found or idempotency.spent_record(tenant_id=payment.tenant_id, key=key, now=now)
        record_id = idempotency.reserve(tenant_id=payment.tenant_id, key=key, now=now, stale=stale)
        cancelled = cancel_payment(payment_id=payment.pk, reason=reason, actor=actor, now=now)
        data = detail_of(cancelled)
        idempotency.attach(record_id, cancelled)
        idempotency.store_answer(record_id, status=200, data=data, data_key=cancelled.data_key, now=now)
    return Cancelled(data)


@transaction.atomic
def cancel_payment(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> Transaction:
    """Cancel a pending payment; money that comes all the same is a late success. Raises ``AlreadyProcessed``, ``Expired``."""
    payment = _transition.lock_payment(payment_id)
    if payment.status == Status.EXPIRED or (payment.status == Status.PENDING and payment.expires_at <= now):
        raise Expired({"transaction_id": payment.public_id})
    if payment.status != Status.PENDING:
        raise AlreadyProcessed({"transaction_id": payment.public_id, "status": str(payment.status)})
    _transition.give_back_volume(payment)
    event_data = {"reason": reason} if reason else {}
    _transition.transition(payment, Happening(Trigger.MERCHANT_CANCELLED, actor, now, event_data=event_data))
    _withdraw_soon(payment, now)
    return payment


def _withdraw_soon(payment: Transaction, now: datetime) -> None:
    """Orders that can be closed at their provider are closed by the resolver, at once; the client does not wait for it."""
    open_there = [attempt.pk for attempt in payment.attempts.all() if is_withdrawable(attempt)]
    if open_there:
        PaymentAttempt.objects.filter(pk__in=open_there).update(next_query_at=now)
        enqueue("transactions.resolve_due")
