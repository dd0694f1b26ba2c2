"""Giving money back: reserved and written first, then asked of the provider once, under a reference that never changes.

What came by bank transfer goes back by one: such a refund waits for a person (``manual_refund``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from audit.services import Actor
from payments_site.kernel.errors import InvalidInput
from payments_site.kernel.faults import fault_point
from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from transactions import representation
from transactions.lifecycle import PAID, Status
from transactions.models import Refund, RefundAllocation, Transaction
from transactions.providers import registry
from transactions.providers.base import (
    AccountContext,
    CredentialsRefused,
    FateUnknown,
    Outcome,
    PaymentRef,
    RefundOrder,
    RefundReport,
)
from transactions.selectors import remaining_to_refund
from transactions.services import _transition, calls, idempotency
from transactions.services._allocations import CannotBeRefunded, NotEnoughLeft, plan_for
from transactions.services._refunds import UNSETTLED, apply_report, write_refund
from transactions.services.accounts import context_of, context_of_attempt
from transactions.services.idempotency import InProgress, Key, KeyReused
from transactions.services.schedule import first_question_at, next_question_at

__all__ = ["CannotBeRefunded", "NewRefund", "NotEnoughLeft", "known_refund", "repeat_of", "request_refund", "send", "shown"]


@dataclass(frozen=True)
class NewRefund:
    """What a client asks to give back, in đồng."""

    amount: int
    reason: str = ""
    internal_refund_id: str | None = None
    notification_url: str = ""


@dataclass(frozen=True)
class Repeated:
    """The data of a request that was made before."""

    data: dict[str, Any]


def known_refund(*, payment: Transaction, new: NewRefund) -> Refund | None:
    """The refund that this id already made. Raises ``KeyReused`` where it was for something else."""
    if new.internal_refund_id is None:
        return None
    refund = payment.refunds.filter(internal_refund_id=new.internal_refund_id).first()
    if refund is None:
        return None
    if (refund.amount, refund.reason, refund.notification_url) != (new.amount, new.reason, new.notification_url):
        raise KeyReused({"field": "internal_refund_id", "refund_id": refund.public_id})
    return refund


def repeat_of(*, tenant_id: int, key: Key, actor: Actor, now: datetime) -> Repeated | None:
    """What a request under this key made before: its stored answer, or its refund as it is now. None where it is new.

    Raises ``KeyReused``, ``InProgress``. A refund that was written but never sent is sent now.
    """
    found = idempotency.find(tenant_id=tenant_id, key=key, now=now)
    if found is None:
        return None
    answer = idempotency.replay(found)
    if answer is not None:
        return Repeated(answer.data)
    refund = Refund.objects.select_related("transaction__data_key").get(public_id=found.subject_id)
    refund = send(refund_id=refund.pk, actor=actor, now=now)
    _keep_answer(found.pk, refund, now)
    return Repeated(shown(refund))


def request_refund(*, payment_id: int, new: NewRefund, key: Key | None, actor: Actor, now: datetime) -> dict[str, Any]:
    """Reserve, write and send a refund; its data. It may be completed, failed, or processing where the fate is not known yet.

    Raises ``CannotBeRefunded``, ``NotEnoughLeft``, ``InvalidInput``, ``InProgress``, ``KeyReused``; nothing is sent then.
    """
    if new.amount <= 0:
        raise InvalidInput({"field": "refund_amount", "value": new.amount, "constraint": "a positive number of đồng"})
    refund, record_id = _reserve(payment_id, new, key, actor, now)
    fault_point("refund.reserved")
    refund = send(refund_id=refund.pk, actor=actor, now=now)
    if record_id is not None:
        _keep_answer(record_id, refund, now)
    return shown(refund)


def send(*, refund_id: int, actor: Actor, now: datetime) -> Refund:
    """Ask the provider for a refund that was never asked for; one that was is only asked about (``refund_questions``)."""
    claimed = Refund.objects.filter(pk=refund_id, status=Refund.Status.REQUESTED).update(
        status=Refund.Status.PROCESSING, sent_at=Coalesce("sent_at", Value(now))
    )
    refund = Refund.objects.select_related("receipt__attempt", "receipt__account__provider", "transaction__data_key").get(
        pk=refund_id
    )
    if not claimed:
        return refund
    fault_point("refund.claimed")
    account = refund.receipt.account
    adapter = registry.get(account.provider.code)
    context, order = context_of_refund(refund), order_of(refund, now)
    try:
        report = calls.call(account, adapter, lambda http: adapter.refund(context, order, http))
    except CredentialsRefused as error:
        report = RefundReport(Outcome.FAILED, response_code=error.code, failure_vi=error.text, failure_en=error.text)
    except ProviderUnreachable:
        return _not_sent(refund, now)
    except (FateUnknown, ProviderSilent):
        report = None
    fault_point("refund.provider_answered")
    return apply_report(refund_id=refund.pk, report=report, actor=actor, now=now)


def context_of_refund(refund: Refund) -> AccountContext:
    """The account through which the refunded money came."""
    account, attempt = refund.receipt.account, refund.receipt.attempt
    if attempt is None:
        return context_of(account, account.credentials_version)
    return context_of_attempt(attempt)


def _not_sent(refund: Refund, now: datetime) -> Refund:
    """Nothing left this machine: the refund is as it was, and sent when the resolver comes to it; that is never given up."""
    refund.status = Refund.Status.REQUESTED
    refund.next_query_at = next_question_at(refund.updated_at, now) or now + timedelta(days=1)
    refund.sent_at = None if refund.sent_at == now else refund.sent_at
    Refund.objects.filter(pk=refund.pk, status=Refund.Status.PROCESSING).update(
        status=refund.status, next_query_at=refund.next_query_at, sent_at=refund.sent_at
    )
    return refund


def order_of(refund: Refund, now: datetime) -> RefundOrder:
    """A refund as the adapter takes it."""
    receipt, attempt = refund.receipt, refund.receipt.attempt
    if attempt is None or refund.manual:
        raise CannotBeRefunded({"refund_id": refund.public_id})
    others = RefundAllocation.objects.exclude(refund=refund).exclude(refund__status=Refund.Status.FAILED)
    beside = list(others.filter(receipt__attempt=attempt).values_list("refund__status", "amount"))
    return RefundOrder(
        reference=refund.provider_reference,
        payment=PaymentRef(
            reference=attempt.provider_reference,
            provider_created_at=attempt.provider_created_at,
            created_at=attempt.created_at,
            transaction_no=receipt.provider_transaction_no,
            order_info=attempt.order_info,
            session_id=attempt.provider_session_id,
            amount=attempt.amount,
        ),
        amount=refund.amount,
        payment_amount=receipt.amount,
        full=refund.amount == receipt.amount and not others.filter(receipt=receipt).exists(),
        reason=refund.reason,
        requested_by=refund.requested_by,
        now=now,
        created_at=refund.sent_at or refund.created_at,
        refund_no=refund.provider_refund_id,
        refunded_before=sum(amount for status, amount in beside if status == Refund.Status.COMPLETED),
        others_in_flight=any(status in UNSETTLED for status, _amount in beside),
    )


@transaction.atomic
def _reserve(payment_id: int, new: NewRefund, key: Key | None, actor: Actor, now: datetime) -> tuple[Refund, int | None]:
    payment = _transition.lock_payment(payment_id)
    if known_refund(payment=payment, new=new) is not None:
        raise InProgress({"retry_after": 1})  # a twin with the same internal_refund_id was faster
    record_id = idempotency.reserve(tenant_id=payment.tenant_id, key=key, now=now) if key is not None else None
    if Status(payment.status) not in PAID:
        raise CannotBeRefunded({"transaction_id": payment.public_id, "status": str(payment.status)})
    plan = plan_for(payment, new.amount)
    refund = write_refund(
        payment,
        plan,
        reason=new.reason,
        internal_refund_id=new.internal_refund_id,
        notification_url=new.notification_url,
        actor=actor,
        now=now,
        status=Refund.Status.AWAITING_TRANSFER if plan.manual else Refund.Status.REQUESTED,
        due=None if plan.manual else first_question_at(now),
    )
    if record_id is not None:
        idempotency.attach(record_id, payment, subject_id=refund.public_id)
    return refund, record_id


def _keep_answer(record_id: int, refund: Refund, now: datetime) -> None:
    idempotency.store_answer(record_id, status=200, data=shown(refund), data_key=refund.transaction.data_key, now=now)


def shown(refund: Refund) -> dict[str, Any]:
    """The refund as the API shows it."""
    return representation.refund_line(refund, refund.transaction, remaining_to_refund(refund.transaction))
