"""Asking providers about payments and refunds whose fate is not known, until it is. The schedule is in PostgreSQL.

Nothing is failed without the provider's word; what stays unknown to the end becomes a MoneyIssue.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from audit.services import SYSTEM, Actor
from payments_site.kernel.faults import fault_point
from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from transactions.lifecycle import IssueType
from transactions.models import PaymentAttempt, Receipt
from transactions.providers import registry
from transactions.providers.base import (
    Capability,
    FateUnknown,
    ProviderRefused,
    StatusReport,
)
from transactions.services import _transition, calls
from transactions.services.accounts import context_of_attempt
from transactions.services.holds import capture, ref_of, withdraw
from transactions.services.portal_refund import take_in_portal_refunds
from transactions.services.refund_questions import ask_about_refund
from transactions.services.schedule import next_question_at
from transactions.services.settle import Settlement, Source, settle

__all__ = ["ask_about_attempt", "ask_about_refund", "resolve_due"]

logger = logging.getLogger(__name__)

# A question that takes longer than this was asked by a worker that died: it is asked again.
_LEASE = timedelta(minutes=5)
_AFTER_BREAKER = timedelta(seconds=30)
_AFTER_CAPTURE = timedelta(seconds=5)
_NO_ANSWER = (FateUnknown, ProviderRefused, ProviderSilent, ProviderUnreachable)
_UNSETTLED = (PaymentAttempt.Status.CREATED, PaymentAttempt.Status.PENDING, PaymentAttempt.Status.UNKNOWN)


def resolve_due(*, now: datetime, batch: int = 4) -> int:
    """Ask about up to ``batch`` attempts and as many refunds that are due; returns how many were asked about.

    Few at a time, so that a silent provider does not outlive the lease; the task comes back until nothing is due.
    """
    attempts = _claim("transactions_paymentattempt", now, batch)
    refunds = _claim("transactions_refund", now, batch)
    fault_point("resolve.claimed")
    in_background: dict[str, Any] = {"actor": SYSTEM, "now": now, "background": True}
    for attempt_id in attempts:
        _guarded(functools.partial(ask_about_attempt, attempt_id=attempt_id, **in_background), "attempt", attempt_id)
    for refund_id in refunds:
        _guarded(functools.partial(ask_about_refund, refund_id=refund_id, **in_background), "refund", refund_id)
    return len(attempts) + len(refunds)


def ask_about_attempt(*, attempt_id: int, actor: Actor, now: datetime, background: bool = False) -> Settlement | None:
    """Ask the provider about one attempt and settle what it says; None where it could not say.

    Used by the schedule (``background``: nobody waits for the answer) and by staff ("ask the provider now").
    """
    attempt = PaymentAttempt.objects.select_related("account__provider", "transaction").get(pk=attempt_id)
    withdraw(attempt=attempt, now=now)
    report, asked = None, True
    try:
        report = _query(attempt, now, background=background)
    except (calls.BreakerOpen, calls.TooManyCalls):
        asked = False
    fault_point("resolve.answered")
    outcome = None
    if report is not None and report.conclusive:
        source = Source(kind=Receipt.Source.QUERY.value, actor=actor)
        outcome = settle(attempt_id=attempt_id, report=report, source=source, now=now)
        take_in_portal_refunds(
            attempt_id=attempt_id, refunds=report.refunds, refunded_total=report.refunded_total, actor=actor, now=now
        )
    fault_point("resolve.settled")
    captured = report is not None and report.held and capture(attempt=attempt, now=now)
    if not asked:
        _put_off(attempt_id, now)
    else:
        _reschedule_attempt(attempt_id, now, soon=captured, answered=outcome is not None)
    return outcome


def _query(attempt: PaymentAttempt, now: datetime, *, background: bool) -> StatusReport | None:
    """What the provider says; None where that is not known. Raises ``BreakerOpen``, ``TooManyCalls``: it was not even asked."""
    adapter = registry.get(attempt.provider_code)
    if Capability.QUERY not in adapter.capabilities:
        return None
    context, payment = context_of_attempt(attempt), ref_of(attempt)
    ask = functools.partial(adapter.query_payment, context, payment, now=now)
    try:
        return calls.call(attempt.account, adapter, lambda http: ask(http=http), idempotent=True, background=background)
    except (calls.BreakerOpen, calls.TooManyCalls):
        raise
    except _NO_ANSWER as error:
        logger.warning("attempt could not be asked for: attempt=%s error=%s", attempt.public_id, type(error).__name__)
        return None


def _put_off(attempt_id: int, now: datetime) -> None:
    """A question that was not sent uses up no step of the schedule."""
    open_still = PaymentAttempt.objects.filter(pk=attempt_id, next_query_at__isnull=False)
    open_still.update(next_query_at=now + _AFTER_BREAKER)


@transaction.atomic
def _reschedule_attempt(attempt_id: int, now: datetime, *, soon: bool, answered: bool) -> None:
    """The next question. After the last one, what is not known for certain is left to a person."""
    attempt = PaymentAttempt.objects.select_for_update(no_key=True).get(pk=attempt_id)
    attempt.query_count += 1
    attempt.asked_at = now
    open_still = attempt.status in _UNSETTLED or attempt.status == PaymentAttempt.Status.SUSPECTED
    later = now + _AFTER_CAPTURE if soon else next_question_at(attempt.created_at, now)
    attempt.next_query_at = later if open_still else None
    attempt.save(update_fields=["query_count", "asked_at", "next_query_at"])
    doubtful = attempt.status in (PaymentAttempt.Status.UNKNOWN, PaymentAttempt.Status.SUSPECTED) or attempt.held
    if open_still and attempt.next_query_at is None and (doubtful or not answered):
        _transition.open_issue(
            IssueType.UNKNOWN_FATE,
            cause=attempt.public_id,
            amount=attempt.amount,
            now=now,
            payment=attempt.transaction,
            account_id=attempt.account_id,
        )


def _claim(table: str, now: datetime, batch: int) -> list[int]:
    """Ids of due rows, pushed forward by a lease so that no other worker asks about them meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET next_query_at = %s WHERE id IN (SELECT id FROM {table}"  # noqa: S608 two fixed names
            " WHERE next_query_at <= %s ORDER BY next_query_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id",
            [now + _LEASE, now, batch],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _guarded(ask: Callable[[], Any], kind: str, pk: int) -> None:
    """One broken row must not stop the others; its lease runs out and it is asked about again."""
    try:
        ask()
    except Exception:
        logger.exception("question failed: %s=%s", kind, pk)
