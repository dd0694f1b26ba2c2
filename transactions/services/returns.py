"""The payer comes back from the provider. This is shown, never believed: it settles nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db.models import Value
from django.db.models.functions import Coalesce, Least

from tenants.models import ProviderAccount
from tenants.selectors import account_by_public_id, accounts_by_identifier, verifying_versions
from transactions.models import PaymentAttempt, Transaction
from transactions.providers import registry
from transactions.providers.base import InvalidSignature, MalformedNotification, Outcome, Provider, RawRequest, ReturnView
from transactions.services.accounts import context_of

# Ask the provider soon when the payer says "paid" and no notice has come.
_ASK_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class PayerBack:
    """What to show: the payment, what the browser brought, and where the client wants the payer to go."""

    payment: Transaction
    view: ReturnView
    forward_url: str


class ReturnRefused(Exception):
    """The browser brought nothing that this account's key signed, or nothing that we know."""


def payer_returned(*, provider_code: str, account_id: str | None, raw: RawRequest, now: datetime) -> PayerBack:
    """Verify and note the payer's return. Raises ``ReturnRefused``."""
    adapter = registry.get(provider_code)
    peeked = adapter.peek(raw)
    account, view = _verified(adapter, account_id, peeked.identifier, raw, now)
    named = {"provider_reference": peeked.reference or view.reference}
    if peeked.session_id:
        named["provider_session_id"] = peeked.session_id
    attempts = PaymentAttempt.objects.select_related("transaction__data_key")
    attempt = attempts.filter(provider_code=provider_code, account=account, **named).first()
    if attempt is None:
        raise ReturnRefused
    _note(attempt, view, now)
    payment = attempt.transaction
    cancelled = view.cancelled and bool(payment.cancel_url)
    return PayerBack(payment, view, forward_url(payment, payment.cancel_url if cancelled else payment.return_url))


def own_return_url() -> str:
    """Where payers come back to whose client names no page of its own: ours, which shows what became of the payment."""
    return f"{settings.PUBLIC_BASE_URL}/pay"


def forward_url(payment: Transaction, url: str) -> str:
    """The client's address with ``transaction_id``, ``order_id`` and ``status`` added to its query."""
    added = urlencode({"transaction_id": payment.public_id, "order_id": payment.order_id, "status": str(payment.status)})
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def _verified(
    adapter: Provider, account_id: str | None, identifier: str | None, raw: RawRequest, now: datetime
) -> tuple[ProviderAccount, ReturnView]:
    accounts: list[ProviderAccount] = []
    if account_id is not None:
        named = account_by_public_id(provider_code=adapter.code, public_id=account_id)
        accounts = [named] if named is not None else []
    elif identifier:
        accounts = accounts_by_identifier(provider_code=adapter.code, identifier=identifier)
    for account in accounts:
        for version in verifying_versions(account, now):
            try:
                return account, adapter.read_return(context_of(account, version), raw)
            except InvalidSignature:
                continue
            except MalformedNotification as error:
                raise ReturnRefused from error
    raise ReturnRefused


def _note(attempt: PaymentAttempt, view: ReturnView, now: datetime) -> None:
    """The arrival is evidence (a verified "paid" without a notice is asked about soon), not a settlement."""
    changes: dict[str, object] = {"return_received_at": now, "return_success": view.outcome is Outcome.PAID}
    waiting = attempt.status in (PaymentAttempt.Status.PENDING, PaymentAttempt.Status.UNKNOWN)
    if waiting and view.outcome is Outcome.PAID:
        soon = now + _ASK_AFTER
        changes["next_query_at"] = Least(Coalesce("next_query_at", Value(soon)), Value(soon))
    PaymentAttempt.objects.filter(pk=attempt.pk, return_received_at__isnull=True).update(**changes)
