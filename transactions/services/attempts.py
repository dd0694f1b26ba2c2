"""Making an attempt at a provider: written first, then asked for, then recorded. No HTTP inside a database transaction."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from audit.services import Actor
from payments_site.kernel.clock import iso
from payments_site.kernel.errors import DomainError
from payments_site.kernel.faults import fault_point
from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from payments_site.kernel.rows import insert, lock, next_numbers, update
from transactions.lifecycle import Status, Trigger
from transactions.models import PaymentAttempt, Transaction
from transactions.providers.base import (
    AnswerUnreadable,
    Capability,
    CredentialsRefused,
    FateUnknown,
    PaymentSession,
    ProviderRefused,
    ReferenceTaken,
)
from transactions.services import _transition, calls
from transactions.services._transition import Happening
from transactions.services.accounts import Route
from transactions.services.orders import order_of
from transactions.services.schedule import first_question_at

_MOST_REDRAWS = 3
_REFUSED_FIELDS = ("status", "error_message", "response_code", "next_query_at", "updated_at")
_UNDECIDED = (PaymentAttempt.Status.CREATED, PaymentAttempt.Status.PENDING, PaymentAttempt.Status.UNKNOWN)
_SESSION_FIELDS = (
    "status", "payment_url", "qr_code", "provider_session_id", "provider_created_at", "order_info", "merchant_code", "updated_at",
)  # fmt: skip


class ProviderTrouble(DomainError):
    """The provider refused, or its answer is not known; ``fate_known`` says which.

    ``nothing_sent``: the provider was not even reached, so that no order can exist there by this call.
    """

    def __init__(
        self,
        code: str,
        payment: Transaction,
        *,
        fate_known: bool,
        nothing_sent: bool = False,
        provider_code: str | None = None,
    ) -> None:
        details: dict[str, Any] = {"transaction_id": payment.public_id}
        if provider_code:
            details["provider_code"] = provider_code
        self.code = code
        self.fate_known = fate_known
        self.nothing_sent = nothing_sent
        super().__init__(details)


def new_attempt(
    payment: Transaction, route: Route, *, number: int, payer_ip: str | None, method: str | None, now: datetime
) -> PaymentAttempt:
    """An attempt that the provider does not know of yet, for the caller to insert.

    ``number`` is the row's own, taken before: our reference at the provider is made from it.
    """
    expires_at = payment.expires_at
    if route.adapter.limits.max_expiry_minutes is not None:
        expires_at = min(expires_at, now + timedelta(minutes=route.adapter.limits.max_expiry_minutes))
    return PaymentAttempt(
        id=number,
        transaction=payment,
        account=route.account,
        credentials_version=route.version,
        account_options=dict(route.account.options),
        provider_code=route.adapter.code,
        provider_reference=route.adapter.reference_for(number, now),
        amount=payment.amount,
        payment_method=method,
        ip_address=payer_ip,
        expires_at=expires_at,
        next_query_at=first_question_at(now) if Capability.QUERY in route.adapter.capabilities else None,
        created_at=now,
        updated_at=now,
    )


def initiate(
    payment: Transaction,
    attempt: PaymentAttempt,
    route: Route,
    *,
    actor: Actor,
    now: datetime,
    also: Callable[[], None] | None = None,
    on_refusal: Callable[[], None] | None = None,
    alone: bool = True,
) -> PaymentAttempt:
    """Ask the provider for the payment and record where the payer goes. Repeating it asks for the same provider order.

    ``also`` writes what must be true together with the record (the stored answer), in the same database transaction;
    ``on_refusal`` likewise with a refusal. ``alone`` says that a refusal fails the payment too: the payer has no other choice.
    Returns the attempt, which is another one where the provider had an order of somebody else under its reference.

    Raises ``ProviderTrouble``: after a refusal attempt and payment are failed; where the fate is unknown the payment stays
    pending and the resolver asks.
    """
    refusal = functools.partial(_refused, payment, actor=actor, now=now, also=on_refusal, alone=alone)
    try:
        attempt, session = _ask(payment, attempt, route, now)
    except CredentialsRefused as error:
        raise refusal(attempt, "PROVIDER_AUTHENTICATION_FAILED", error) from error
    except ProviderRefused as error:
        raise refusal(attempt, "PROVIDER_INVALID_RESPONSE", error) from error
    except AnswerUnreadable as error:
        raise _unknown(payment, attempt, "PROVIDER_INVALID_RESPONSE", now) from error
    except ProviderUnreachable as error:
        raise _unknown(payment, attempt, "PROVIDER_CONNECTION_ERROR", now, nothing_sent=True) from error
    except (FateUnknown, ProviderSilent) as error:
        raise _unknown(payment, attempt, "PROVIDER_CONNECTION_ERROR", now) from error
    fault_point("create.provider_answered")
    with transaction.atomic():
        _record(payment, attempt, session, now)
        if also is not None:
            also()
    return attempt


def _ask(payment: Transaction, attempt: PaymentAttempt, route: Route, now: datetime) -> tuple[PaymentAttempt, PaymentSession]:
    """The provider's answer. A reference that somebody else's order has there is given up for a fresh one, a few times."""
    redraws = 0
    while True:
        ask = functools.partial(route.adapter.create_payment, route.context, order_of(payment, attempt, route, now))
        try:
            return attempt, calls.call(route.account, route.adapter, ask)
        except ReferenceTaken as error:
            redraws += 1
            if redraws > _MOST_REDRAWS:
                raise
            attempt = _redrawn(payment, attempt, route, error, now)


@transaction.atomic
def _redrawn(payment: Transaction, attempt: PaymentAttempt, route: Route, error: ReferenceTaken, now: datetime) -> PaymentAttempt:
    """Another attempt in the place of one whose reference is taken at the provider."""
    locked = _transition.lock_payment(payment.pk)
    row = lock(PaymentAttempt, attempt.pk)
    row.status, row.error_message, row.response_code = PaymentAttempt.Status.FAILED, error.text, error.code
    row.next_query_at, row.updated_at = None, now
    update(row, *_REFUSED_FIELDS)
    [number] = next_numbers(PaymentAttempt)
    ip, method = attempt.ip_address, attempt.payment_method
    fresh = new_attempt(locked, route, number=number, payer_ip=ip, method=method, now=now)
    insert(fresh)
    if locked.provider_order_id == attempt.provider_reference:
        locked.provider_order_id = fresh.provider_reference
        update(locked, "provider_order_id")
    return fresh


def _record(payment: Transaction, attempt: PaymentAttempt, session: PaymentSession, now: datetime) -> None:
    locked = _transition.lock_payment(payment.pk)
    row = lock(PaymentAttempt, attempt.pk)
    recorded = row.status in (PaymentAttempt.Status.CREATED, PaymentAttempt.Status.UNKNOWN)
    if recorded:
        row.status, row.updated_at = PaymentAttempt.Status.PENDING, now
        row.payment_url, row.qr_code = session.payment_url, session.qr_code
        row.provider_created_at, row.order_info = session.provider_created_at, session.order_info
        row.merchant_code, row.provider_session_id = session.merchant_code, session.session_id
        update(row, *_SESSION_FIELDS)
    # A twin (the payer pressed twice) may have recorded it already; and what is settled keeps naming the attempt that settled it.
    if recorded and locked.status == Status.PENDING:
        _transition.mark_initiated(locked, attempt, payment_url=session.payment_url, qr_code=session.qr_code, now=now)
    _copy(locked, payment)


def _refused(
    payment: Transaction,
    attempt: PaymentAttempt,
    code: str,
    error: ProviderRefused,
    *,
    actor: Actor,
    now: datetime,
    also: Callable[[], None] | None,
    alone: bool,
) -> ProviderTrouble:
    """An explicit refusal fails an attempt that has no order yet, and the payment unless another attempt may still pay it.

    One whose order a twin has got meanwhile (the payer pressed twice) stays as it is, and its order may be paid.
    """
    with transaction.atomic():
        locked = _transition.lock_payment(payment.pk)
        row = lock(PaymentAttempt, attempt.pk)
        made_by_a_twin = row.status == PaymentAttempt.Status.PENDING
        if row.status in _UNDECIDED and not made_by_a_twin:
            row.status, row.error_message, row.response_code = PaymentAttempt.Status.FAILED, error.text, error.code
            row.next_query_at, row.updated_at = None, now
            update(row, *_REFUSED_FIELDS)
            if alone and locked.status == Status.PENDING and not locked.attempts.filter(status__in=_UNDECIDED).exists():
                data: Mapping[str, Any] = {"attempt_id": attempt.public_id, "provider_response_code": error.code}
                changes = {"failure_code": error.code or code, "failure_reason": error.text[:255]}
                _transition.give_back_volume(locked)
                _transition.transition(locked, Happening(Trigger.PROVIDER_FAILED, actor, now, changes=changes, event_data=data))
        if also is not None:
            also()
    return ProviderTrouble(code, payment, fate_known=not made_by_a_twin, provider_code=error.code)


def _unknown(
    payment: Transaction, attempt: PaymentAttempt, code: str, now: datetime, *, nothing_sent: bool = False
) -> ProviderTrouble:
    PaymentAttempt.objects.filter(pk=attempt.pk, status="created").update(
        status=PaymentAttempt.Status.UNKNOWN, next_query_at=now, updated_at=now
    )
    return ProviderTrouble(code, payment, fate_known=False, nothing_sent=nothing_sent)


def give_up_unsent(attempt: PaymentAttempt, now: datetime) -> None:
    """An attempt made a moment ago whose provider could not be reached: no order exists there, so nothing is asked about."""
    PaymentAttempt.objects.filter(pk=attempt.pk, status=PaymentAttempt.Status.UNKNOWN).update(
        status=PaymentAttempt.Status.FAILED, error_message="not reached", next_query_at=None, updated_at=now
    )


def _copy(source: Transaction, target: Transaction) -> None:
    for field in source._meta.concrete_fields:
        setattr(target, field.attname, getattr(source, field.attname))


def describe(payment: Transaction) -> dict[str, Any]:
    """What the audit trail keeps of a new payment: no personal data."""
    return {
        "order_id": payment.order_id,
        "amount": payment.amount,
        "currency": payment.currency,
        "status": str(payment.status),
        "provider_code": payment.provider_code,
        "payment_method": payment.payment_method,
        "expires_at": iso(payment.expires_at),
    }
