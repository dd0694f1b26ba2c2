"""Telling a provider that no more money is wanted for a payment, and taking or releasing what it holds for one.

A provider's failure to do so stops nothing: the resolver comes again, and money that comes all the same is recorded as late.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from datetime import datetime
from typing import cast

from payments_site.kernel.http import HttpClient, ProviderSilent, ProviderUnreachable
from transactions.lifecycle import CLOSED_UNPAID, PAID, Status
from transactions.models import PaymentAttempt
from transactions.providers import registry
from transactions.providers.base import Capability, FateUnknown, PaymentRef, ProviderRefused
from transactions.providers.optional import Cancels, Captures
from transactions.services import calls
from transactions.services.accounts import context_of_attempt

logger = logging.getLogger(__name__)

_NOT_DONE = (FateUnknown, ProviderSilent, ProviderUnreachable)
_UNDECIDED = (PaymentAttempt.Status.CREATED, PaymentAttempt.Status.PENDING, PaymentAttempt.Status.UNKNOWN)


def ref_of(attempt: PaymentAttempt) -> PaymentRef:
    """The attempt as an adapter is asked about it."""
    return PaymentRef(
        reference=attempt.provider_reference,
        provider_created_at=attempt.provider_created_at,
        created_at=attempt.created_at,
        transaction_no=attempt.provider_transaction_no,
        order_info=attempt.order_info,
        session_id=attempt.provider_session_id,
        amount=attempt.amount,
    )


def is_withdrawable(attempt: PaymentAttempt) -> bool:
    """Whether the provider can be told that the attempt is given up."""
    adapter = registry.ADAPTERS.get(attempt.provider_code)
    if adapter is None or Capability.CANCEL not in adapter.capabilities or attempt.status not in _UNDECIDED:
        return False
    # Where money can be held, it is the hold that can be released, and nothing else.
    return attempt.held or Capability.CAPTURE not in adapter.capabilities


def withdraw(*, attempt: PaymentAttempt, now: datetime) -> bool:
    """Close an open order, or release a hold, of a payment that was given up or paid in another way; whether the provider did it.

    Nothing is done while the payment may still be paid. Does HTTP: call it outside any database transaction.
    """
    if Status(attempt.transaction.status) not in CLOSED_UNPAID | PAID or not is_withdrawable(attempt):
        return False
    adapter = registry.get(attempt.provider_code)
    context = context_of_attempt(attempt)
    reason = str(attempt.transaction.status)
    cancel = functools.partial(cast(Cancels, adapter).cancel_payment, context, ref_of(attempt), reason)
    return _done(attempt, "withdrawn", lambda http: cancel(http, now))


def capture(*, attempt: PaymentAttempt, now: datetime) -> bool:
    """Take the money that a provider holds for a payment still open; whether it was asked to. The next query tells the rest."""
    adapter = registry.get(attempt.provider_code)
    if Capability.CAPTURE not in adapter.capabilities:
        return False
    attempt.transaction.refresh_from_db(fields=["status"])  # it may have ended while the provider was asked
    if attempt.transaction.status != Status.PENDING:
        return False
    context = context_of_attempt(attempt)
    take = functools.partial(cast(Captures, adapter).capture_payment, context, ref_of(attempt))
    return _done(attempt, "captured", lambda http: take(http, now))


def _done(attempt: PaymentAttempt, what: str, ask: Callable[[HttpClient], None]) -> bool:
    try:
        calls.call(attempt.account, registry.get(attempt.provider_code), ask)
    except ProviderRefused as error:
        logger.info("attempt is not to be %s: attempt=%s code=%s", what, attempt.public_id, error.code)
        return False
    except _NOT_DONE as error:
        logger.warning("attempt could not be %s: attempt=%s error=%s", what, attempt.public_id, type(error).__name__)
        return False
    return True
