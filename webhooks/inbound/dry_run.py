"""What a notice would do, without doing it: taken in exactly as a real one, inside a database transaction that is undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from transactions.models import PaymentAttempt, Receipt, Transaction
from transactions.providers.base import AckResponse, RawRequest
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.receive import Received, receive

Verdict = ProviderNotification.Verdict
_UNSIGNED = frozenset({Verdict.BAD_SIGNATURE, Verdict.UNKNOWN_ACCOUNT, Verdict.UNREADABLE})


@dataclass(frozen=True)
class State:
    """A payment as far as a notice may change it."""

    status: str
    received_amount: int


@dataclass(frozen=True)
class Forecast:
    """What would happen. ``account_id`` and ``transaction_id`` are what the request *claims*, signed or not."""

    verdict: str
    error_code: str
    is_signed: bool
    account_id: str | None
    transaction_id: str | None
    before: State | None
    after: State | None
    answer: AckResponse


def dry_run(
    *, provider_code: str, account_id: str | None, raw: RawRequest, path: str, source_ip: str | None, now: datetime
) -> Forecast:
    """The verdict, the answer and the change that ``receive`` would make of this request; nothing of it stays.

    Raises ``registry.UnknownProvider``. The payment is locked for as long as a real notice would lock it.
    """
    with transaction.atomic():
        received = receive(
            provider_code=provider_code, account_id=account_id, raw=raw, path=path, source_ip=source_ip, request_id="", now=now
        )
        payment, after = _payment_of(received.notice)
        transaction.set_rollback(True)
    return _forecast(received, payment, after)


def _payment_of(notice: ProviderNotification) -> tuple[Transaction | None, State | None]:
    """The payment that the notice claims (or that its memo names), and its state as the undone work left it."""
    receipt = Receipt.objects.select_related("transaction").filter(notice_id=notice.public_id).first()
    attempt = PaymentAttempt.objects.select_related("transaction").filter(pk=notice.attempt_id or 0).first()
    payment = attempt.transaction if attempt is not None else receipt.transaction if receipt is not None else None
    return (None, None) if payment is None else (payment, _state(payment))


def _forecast(received: Received, payment: Transaction | None, after: State | None) -> Forecast:
    notice = received.notice
    before = _state(Transaction.objects.get(pk=payment.pk)) if payment is not None else None
    return Forecast(
        verdict=str(received.verdict),
        error_code=notice.error_code,
        is_signed=received.verdict not in _UNSIGNED,
        account_id=notice.account.public_id if notice.account is not None else None,
        transaction_id=payment.public_id if payment is not None else None,
        before=before,
        after=after,
        answer=received.answer,
    )


def _state(payment: Transaction) -> State:
    return State(str(payment.status), payment.received_amount)
