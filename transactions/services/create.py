"""Creating a payment: reserve the key, write everything, then ask the provider, then store the answer.

Each step is durable before the next begins, so that a process killed anywhere leaves a state from which a repeat of the same
key goes on: it finds the payment and the attempt, and asks the provider for the same order again.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from audit.services import Actor, prepare
from payments_site.kernel import ids
from payments_site.kernel.clock import day_borders, vietnam_day
from payments_site.kernel.errors import DomainError
from payments_site.kernel.faults import fault_point
from payments_site.kernel.money import format_vnd
from payments_site.kernel.rows import insert, next_numbers
from tenants.models import ProviderAccount
from tenants.selectors import TenantContext
from transactions import representation
from transactions.lifecycle import OPEN_OR_PAID, Status
from transactions.messages import CREATED
from transactions.models import DataKey, IdempotencyRecord, PaymentAttempt, Transaction
from transactions.personal import fresh_key, indexes, seal_json, search_terms
from transactions.providers import registry
from transactions.services import _transition, idempotency
from transactions.services.accounts import Route, route_for
from transactions.services.attempts import ProviderTrouble, describe, initiate, new_attempt
from transactions.services.expire import expire_one
from transactions.services.idempotency import Key

DEFAULT_EXPIRY_MINUTES = 15


class DuplicateOrder(DomainError):
    """The order has an open or paid payment already."""

    code = "DUPLICATE_ORDER_ID"


class AmountOutOfRange(DomainError):
    """The amount is outside what the tenant or the provider allows."""

    code = "INVALID_AMOUNT"


class MethodUnknown(DomainError):
    """The provider has no such payment method."""

    code = "INVALID_PAYMENT_METHOD"


class LimitUsedUp(DomainError):
    """The tenant's daily or monthly amount does not allow this payment."""

    code = "TENANT_LIMIT_EXCEEDED"


@dataclass(frozen=True)
class NewPayment:
    """What a client asks for, validated; amounts in đồng."""

    order_id: str
    amount: int
    currency: str
    description: str
    return_url: str
    provider_code: str | None = None
    payment_method: str | None = None
    customer_info: Mapping[str, Any] | None = None
    customer_ip: str | None = None
    device_id: str = ""
    user_agent: str = ""
    cancel_url: str = ""
    callback_url: str = ""
    expires_in_minutes: int = DEFAULT_EXPIRY_MINUTES
    locale: str = "vi"
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Created:
    """The answer of a create, and whether it is a repeat's."""

    data: dict[str, Any]
    repeated: bool = False


def repeat_of(*, tenant: TenantContext, key: Key, actor: Actor, now: datetime) -> Created | None:
    """The answer if this key was used before; work that stopped half-way is finished first. None where the request is new.

    Raises ``KeyReused``, ``InProgress``, ``ProviderTrouble``.
    """
    record_ = idempotency.find(tenant_id=tenant.id, key=key, now=now)
    if record_ is None:
        return None
    answer = idempotency.replay(record_)
    if answer is not None:
        return Created(answer.data, repeated=True)
    if record_.state == IdempotencyRecord.State.DONE and record_.transaction is not None:
        # The payer was erased, and the stored answer with them; what a create answers can be said without it.
        return Created(representation.created(record_.transaction), repeated=True)
    if record_.transaction is None or not idempotency.take_over(record_, now):
        raise idempotency.InProgress({"retry_after": 1})
    return _resume(tenant, record_, record_.transaction, actor, now)


def create_payment(*, tenant: TenantContext, new: NewPayment, key: Key, actor: Actor, now: datetime) -> Created:
    """Create a payment. The caller has asked ``repeat_of`` first.

    Raises ``AmountOutOfRange``, ``MethodUnknown``, ``ProviderNotConfigured``, ``ProviderInactive``, ``DuplicateOrder``,
    ``LimitUsedUp``, ``InProgress`` (a twin was faster), ``ProviderTrouble``.
    """
    route = route_for(tenant, new.provider_code) if new.provider_code else None
    check_amount(new.amount, tenant, route)
    _check_method(new, route)
    payment, attempt, record_id = _write(tenant, new, key, route, actor, now)
    fault_point("create.attempt_written")
    return _ask_provider(payment, attempt, route, record_id, actor, now)


def check_amount(amount: int, tenant: TenantContext, route: Route | None) -> None:
    """Raises ``AmountOutOfRange`` unless the tenant, and the provider if there is one, take this amount."""
    low, high = tenant.min_amount, tenant.max_amount
    if route is not None:
        low, high = max(low, route.limits[0]), min(high, route.limits[1])
    if not low <= amount <= high:
        raise AmountOutOfRange(
            {"field": "amount", "value": amount, "min_amount": low, "max_amount": high},
            message_vi=f"Số tiền phải từ {format_vnd(low)} đến {format_vnd(high)}",
            message_en=f"The amount must be between {format_vnd(low)} and {format_vnd(high)}",
        )


def _check_method(new: NewPayment, route: Route | None) -> None:
    if new.payment_method is None:
        return
    adapters = [route.adapter] if route is not None else list(registry.ADAPTERS.values())
    if not any(adapter.accepts_method(new.payment_method) for adapter in adapters):
        raise MethodUnknown({"field": "payment_method", "value": new.payment_method})


def _write(
    tenant: TenantContext, new: NewPayment, key: Key, route: Route | None, actor: Actor, now: datetime
) -> tuple[Transaction, PaymentAttempt | None, int]:
    """Everything that must be true before the provider hears of it, in one database transaction."""
    stale = idempotency.spent_record(tenant_id=tenant.id, key=key, now=now)
    try:
        with transaction.atomic():
            key_number, number, attempt_number = next_numbers(DataKey, Transaction, PaymentAttempt)
            work = (number, key_number)
            record_id = idempotency.reserve(tenant_id=tenant.id, key=key, now=now, stale=stale, work=work)
            fault_point("create.reserved")
            _refuse_duplicate(tenant, new, now)
            payment = _new_payment(tenant, new, route, now, number, key_number)
            attempt = None
            if route is not None:
                ip, method = new.customer_ip, new.payment_method
                attempt = new_attempt(payment, route, number=attempt_number, payer_ip=ip, method=method, now=now)
                payment.provider_order_id = attempt.provider_reference
            _insert(payment, attempt, tenant, actor, now)
            # Last, because every create of the tenant waits for this one row until the commit.
            _take_volume(tenant, new.amount, now)
    except IntegrityError as error:
        if "txn_one_open_or_paid_per_order" in str(error):
            raise DuplicateOrder({"field": "order_id", "value": new.order_id}) from error
        raise
    return payment, attempt, record_id


def _insert(payment: Transaction, attempt: PaymentAttempt | None, tenant: TenantContext, actor: Actor, now: datetime) -> None:
    """Payment, attempt, first event and audit entry, in one statement."""
    event = _transition.next_event(payment, event_type="created", from_status="", now=now, message_type=CREATED)
    entry = prepare(
        actor=actor, action="created", entity_type="transaction", entity_id=payment.public_id, now=now,
        tenant_id=tenant.public_id, new=describe(payment),
    )  # fmt: skip
    insert(payment.data_key, payment, *([attempt] if attempt is not None else []), event, entry)


_DUPLICATE_SQL = """
SELECT public_id, id, status = 'pending' AND expires_at <= %s FROM transactions_transaction WHERE tenant_id = %s AND order_id = %s
AND status = ANY(%s) ORDER BY status = 'pending' LIMIT 1
"""


def _refuse_duplicate(tenant: TenantContext, new: NewPayment, now: datetime) -> None:
    """One past its deadline that the sweep has not come to is expired on the way: it does not block its order."""
    with connection.cursor() as cursor:
        cursor.execute(_DUPLICATE_SQL, [now, tenant.id, new.order_id, sorted(OPEN_OR_PAID)])
        row = cursor.fetchone()
    if row is not None and not (row[2] and expire_one(row[1], now)):
        raise DuplicateOrder({"field": "order_id", "value": new.order_id, "transaction_id": row[0]})


def _new_payment(
    tenant: TenantContext, new: NewPayment, route: Route | None, now: datetime, number: int, key_number: int
) -> Transaction:
    key, key_row = fresh_key(now)
    key_row.pk = key_number
    account: ProviderAccount | None = route.account if route is not None else None
    payer = {
        "customer_info": new.customer_info,
        "customer_ip": new.customer_ip,
        "device_id": new.device_id,
        "user_agent": new.user_agent,
    }
    email, phone = indexes(new.customer_info)
    public_id = ids.new_id(ids.TRANSACTION)
    return Transaction(
        id=number,
        public_id=public_id,
        tenant_id=tenant.id,
        order_id=new.order_id,
        amount=new.amount,
        currency=new.currency,
        description=new.description,
        provider_code=new.provider_code,
        account=account,
        payment_method=new.payment_method,
        payment_url="" if route is not None else f"{settings.PUBLIC_BASE_URL}/pay/{public_id}",
        return_url=new.return_url,
        cancel_url=new.cancel_url,
        callback_url=new.callback_url,
        locale=new.locale,
        metadata=dict(new.metadata),
        data_key=key_row,
        payer_sealed=seal_json(payer, key),
        search_terms=search_terms(new.customer_info, new.order_id),
        email_index=email,
        phone_index=phone,
        expires_at=now + timedelta(minutes=new.expires_in_minutes),
        created_at=now,
        updated_at=now,
    )


def _ask_provider(
    payment: Transaction, attempt: PaymentAttempt | None, route: Route | None, record_id: int, actor: Actor, now: datetime
) -> Created:
    def store() -> None:
        data = representation.created(payment)
        idempotency.store_answer(record_id, status=201, data=data, data_key=payment.data_key, now=now)

    if attempt is not None and route is not None:
        try:
            release = functools.partial(idempotency.release, record_id)
            initiate(payment, attempt, route, actor=actor, now=now, also=store, on_refusal=release)
        except ProviderTrouble as trouble:
            if not trouble.fate_known:
                idempotency.keep_unknown(record_id)
            raise
    else:
        store()
    fault_point("create.answer_stored")
    return Created(representation.created(payment))


def _resume(tenant: TenantContext, record_: IdempotencyRecord, payment: Transaction, actor: Actor, now: datetime) -> Created:
    """Go on where a killed worker or an unknown fate left off."""
    attempt = payment.attempts.order_by("-id").first()
    unfinished = attempt is not None and attempt.status in (PaymentAttempt.Status.CREATED, PaymentAttempt.Status.UNKNOWN)
    if not unfinished or payment.status != Status.PENDING or attempt is None:
        return _ask_provider(payment, None, None, record_.pk, actor, now)
    route = Route(attempt.account, registry.get(attempt.provider_code), attempt.credentials_version)
    return _ask_provider(payment, attempt, route, record_.pk, actor, now)


_VOLUME_SQL = """
INSERT INTO transactions_dailyvolume AS v (tenant_id, day, amount) VALUES (%s, %s, %s)
ON CONFLICT (tenant_id, day) DO UPDATE SET amount = v.amount + excluded.amount
RETURNING amount, (SELECT coalesce(sum(amount), 0) FROM transactions_dailyvolume
                   WHERE tenant_id = %s AND day >= %s AND day < %s)
"""


def _take_volume(tenant: TenantContext, amount: int, now: datetime) -> None:
    """Count the amount against the day and the month. Raises ``LimitUsedUp``, which rolls the count back."""
    today = vietnam_day(now)
    month: date = today.replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(_VOLUME_SQL, [tenant.id, today, amount, tenant.id, month, today])
        row = cursor.fetchone()
    day_total, earlier = int(row[0]), int(row[1])
    if tenant.daily_amount is not None and day_total > tenant.daily_amount:
        raise _limit_used_up("daily_amount", tenant.daily_amount, today + timedelta(days=1), now)
    if tenant.monthly_amount is not None and earlier + day_total > tenant.monthly_amount:
        raise _limit_used_up("monthly_amount", tenant.monthly_amount, (month + timedelta(days=32)).replace(day=1), now)


def _limit_used_up(limit: str, amount: int, free_again: date, now: datetime) -> LimitUsedUp:
    seconds = int((day_borders(free_again)[0] - now).total_seconds()) + 1
    return LimitUsedUp({"limit": limit, "limit_amount": amount, "retry_after": max(1, seconds)})
