"""The payer chooses how to pay on our page: an attempt at that provider, reusing one that is still open there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from audit.models import AuditEntry
from audit.services import Actor, record
from payments_site.kernel.errors import DomainError
from payments_site.kernel.rows import insert, next_numbers
from tenants.selectors import TenantContext
from transactions.lifecycle import Status
from transactions.models import PaymentAttempt, Transaction
from transactions.personal import payer_of
from transactions.providers import registry
from transactions.services import _transition, routing
from transactions.services.accounts import Route, route_for
from transactions.services.attempts import ProviderTrouble, give_up_unsent, initiate, new_attempt
from transactions.services.create import check_amount


class NoLongerOpen(DomainError):
    """The payment is paid, failed, cancelled or past its deadline."""

    code = "TRANSACTION_ALREADY_PROCESSED"


def choose_provider(
    *, tenant: TenantContext, payment_id: int, provider_code: str, payer_ip: str | None, request_id: str, now: datetime
) -> str:
    """The address where the payer pays.

    A provider that is down, or refuses, before an order can exist there is passed over for the next one of the tenant's order;
    never where an order may exist, so that nobody pays twice.

    Raises ``NoLongerOpen``, ``AmountOutOfRange``, ``ProviderNotConfigured``, ``ProviderTrouble``.
    """
    actor = Actor(user_id="payer", user_type=AuditEntry.UserType.PAYER, ip_address=payer_ip, request_id=request_id)
    payment = Transaction.objects.select_related("tenant").get(pk=payment_id)
    chosen = route_for(tenant, provider_code)
    trouble: ProviderTrouble | None = None
    for route in (chosen, *_next_ones(tenant, payment, chosen, now)):
        try:
            return _pay_at(tenant, payment_id, route, payer_ip, actor, now)
        except ProviderTrouble as error:
            if not (error.nothing_sent or error.fate_known):
                raise
            trouble = trouble or error
    if trouble is None:
        raise NoLongerOpen
    raise trouble


def _next_ones(tenant: TenantContext, payment: Transaction, chosen: Route, now: datetime) -> Iterator[Route]:
    """The other providers that would take this payment, asked for only when they are needed."""
    for choice in routing.choices(tenant=tenant, payment=payment, now=now):
        if choice.account.pk != chosen.account.pk and choice.available:
            yield choice.route


def _pay_at(tenant: TenantContext, payment_id: int, route: Route, payer_ip: str | None, actor: Actor, now: datetime) -> str:
    with transaction.atomic():
        payment = _transition.lock_payment(payment_id)
        if payment.status != Status.PENDING or payment.expires_at <= now:
            raise NoLongerOpen
        if payment.received_amount and not payment.receipts.filter(account=route.account).exists():
            raise NoLongerOpen  # part has come by transfer: the rest comes the same way, or the whole would be paid on top
        check_amount(payment.amount, tenant, route)
        attempt, route, fresh = _open_attempt(payment, route, payer_ip, actor, now)
    if attempt.status == PaymentAttempt.Status.PENDING:
        return attempt.payment_url
    try:
        initiate(payment, attempt, route, actor=actor, now=now, alone=False)
    except ProviderTrouble as error:
        if error.nothing_sent and fresh:
            give_up_unsent(attempt, now)
        elif not error.fate_known:
            # An order may exist from an earlier try, whatever became of this one.
            raise ProviderTrouble(error.code, payment, fate_known=False) from error
        raise
    return payment.payment_url


def _open_attempt(
    payment: Transaction, route: Route, payer_ip: str | None, actor: Actor, now: datetime
) -> tuple[PaymentAttempt, Route, bool]:
    """The attempt to go on with, its route, and whether it was made just now."""
    states = (PaymentAttempt.Status.CREATED, PaymentAttempt.Status.PENDING, PaymentAttempt.Status.UNKNOWN)
    attempt = (
        payment.attempts.select_related("account")
        .filter(account=route.account, status__in=states, expires_at__gt=now)
        .order_by("-id")
        .first()
    )
    if attempt is not None:
        return attempt, Route(attempt.account, registry.get(attempt.provider_code), attempt.credentials_version), False
    [number] = next_numbers(PaymentAttempt)
    # What the client said of the payer and the method counts before what this page sees.
    ip = payer_of(payment).get("customer_ip") or payer_ip
    method = payment.payment_method if payment.payment_method and route.adapter.accepts_method(payment.payment_method) else None
    attempt = new_attempt(payment, route, number=number, payer_ip=ip, method=method, now=now)
    insert(attempt)
    record(
        actor=actor, action="provider_chosen", entity_type="transaction", entity_id=payment.public_id, now=now,
        tenant_id=payment.tenant.public_id,
        extra={"provider_code": route.adapter.code, "attempt_id": attempt.public_id},
    )  # fmt: skip
    return attempt, route, True
