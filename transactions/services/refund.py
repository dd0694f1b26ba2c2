"""Giving money back: reserved and written first, then asked of the provider once, under a reference that never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from audit.services import Actor
from payments_site.kernel.errors import DomainError, InvalidInput
from payments_site.kernel.faults import fault_point
from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from transactions import representation
from transactions.lifecycle import PAID, Status
from transactions.models import Receipt, Refund, Transaction
from transactions.providers import registry
from transactions.providers.base import (
    AccountContext,
    Capability,
    CredentialsRefused,
    FateUnknown,
    Outcome,
    PaymentRef,
    RefundOrder,
    RefundReport,
)
from transactions.selectors import IN_FLIGHT, remaining_to_refund
from transactions.services import _transition, idempotency
from transactions.services._refunds import apply_report, write_refund
from transactions.services.accounts import context_of, context_of_attempt, http_client
from transactions.services.idempotency import InProgress, Key, KeyReused
from transactions.services.schedule import first_question_at, next_question_at


class CannotBeRefunded(DomainError):
    """The payment is not paid, or its provider takes no refunds by API."""

    code = "TRANSACTION_CANNOT_BE_REFUNDED"


class NotEnoughLeft(DomainError):
    """More than is left of what was received."""

    code = "INSUFFICIENT_BALANCE"


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
    """Ask the provider for a refund that was never asked for; one that was is only asked about (``resolve``)."""
    claimed = Refund.objects.filter(pk=refund_id, status=Refund.Status.REQUESTED).update(status=Refund.Status.PROCESSING)
    refund = Refund.objects.select_related("receipt__attempt", "receipt__account__provider", "transaction__data_key").get(
        pk=refund_id
    )
    if not claimed:
        return refund
    fault_point("refund.claimed")
    adapter = registry.get(refund.receipt.account.provider.code)
    context = context_of_refund(refund)
    try:
        report = adapter.refund(context, order_of(refund, now), http_client())
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
    return context_of_attempt(account, attempt.credentials_version)


def _not_sent(refund: Refund, now: datetime) -> Refund:
    """Nothing left this machine: the refund is as it was, and sent when the resolver comes to it; that is never given up."""
    refund.status = Refund.Status.REQUESTED
    refund.next_query_at = next_question_at(refund.created_at, now) or now + timedelta(days=1)
    Refund.objects.filter(pk=refund.pk, status=Refund.Status.PROCESSING).update(
        status=refund.status, next_query_at=refund.next_query_at
    )
    return refund


def order_of(refund: Refund, now: datetime) -> RefundOrder:
    """A refund as the adapter takes it."""
    attempt = refund.receipt.attempt
    if attempt is None:
        raise CannotBeRefunded({"refund_id": refund.public_id})
    others = Refund.objects.filter(receipt=refund.receipt).exclude(pk=refund.pk).exclude(status=Refund.Status.FAILED)
    return RefundOrder(
        reference=refund.provider_reference,
        payment=PaymentRef(
            reference=attempt.provider_reference,
            provider_created_at=attempt.provider_created_at,
            created_at=attempt.created_at,
            transaction_no=refund.receipt.provider_transaction_no,
            order_info=attempt.order_info,
        ),
        amount=refund.amount,
        payment_amount=refund.receipt.amount,
        full=refund.amount == refund.receipt.amount and not others.exists(),
        reason=refund.reason,
        requested_by=refund.requested_by,
        now=now,
    )


@transaction.atomic
def _reserve(payment_id: int, new: NewRefund, key: Key | None, actor: Actor, now: datetime) -> tuple[Refund, int | None]:
    payment = _transition.lock_payment(payment_id)
    if known_refund(payment=payment, new=new) is not None:
        raise InProgress({"retry_after": 1})  # a twin with the same internal_refund_id was faster
    record_id = idempotency.reserve(tenant_id=payment.tenant_id, key=key, now=now) if key is not None else None
    if Status(payment.status) not in PAID:
        raise CannotBeRefunded({"transaction_id": payment.public_id, "status": str(payment.status)})
    left = remaining_to_refund(payment)
    if new.amount > left:
        raise NotEnoughLeft({"field": "refund_amount", "value": new.amount, "remaining_amount": left})
    refund = write_refund(
        payment,
        _receipt_for(payment, new.amount),
        amount=new.amount,
        reason=new.reason,
        internal_refund_id=new.internal_refund_id,
        notification_url=new.notification_url,
        actor=actor,
        now=now,
        due=first_question_at(now),
    )
    if record_id is not None:
        idempotency.attach(record_id, payment, subject_id=refund.public_id)
    return refund, record_id


def _receipt_for(payment: Transaction, amount: int) -> Receipt:
    """A receipt with enough left. Raises ``NotEnoughLeft`` naming the most that one receipt allows, ``CannotBeRefunded``."""
    most = 0
    for receipt in payment.receipts.select_related("account__provider").order_by("id"):
        adapter = registry.ADAPTERS.get(receipt.account.provider.code)
        if adapter is None or Capability.REFUND not in adapter.capabilities:
            continue
        in_flight = sum(receipt.refunds.filter(status__in=IN_FLIGHT).values_list("amount", flat=True))
        left = receipt.amount - receipt.refunded_amount - in_flight
        if left >= amount:
            return receipt
        most = max(most, left)
    if most == 0:
        raise CannotBeRefunded({"transaction_id": payment.public_id})
    raise NotEnoughLeft({"field": "refund_amount", "value": amount, "remaining_amount": most})


def _keep_answer(record_id: int, refund: Refund, now: datetime) -> None:
    idempotency.store_answer(record_id, status=200, data=shown(refund), data_key=refund.transaction.data_key, now=now)


def shown(refund: Refund) -> dict[str, Any]:
    """The refund as the API shows it."""
    return representation.refund_line(refund, refund.transaction, remaining_to_refund(refund.transaction))
