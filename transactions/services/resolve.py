"""Asking providers about payments and refunds whose fate is not known, until it is. The schedule is in PostgreSQL.

Nothing is failed without the provider's word; what stays unknown to the end becomes a MoneyIssue.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import connection, transaction

from audit.services import SYSTEM, Actor
from payments_site.kernel.faults import fault_point
from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from transactions.lifecycle import IssueType
from transactions.models import PaymentAttempt, Receipt, Refund
from transactions.providers import registry
from transactions.providers.base import (
    Capability,
    FateUnknown,
    Outcome,
    ProviderRefused,
    RefundReport,
    StatusReport,
)
from transactions.providers.optional import QueriesRefunds
from transactions.services import _transition, calls
from transactions.services._refunds import apply_report
from transactions.services.accounts import context_of_attempt
from transactions.services.holds import capture, ref_of, withdraw
from transactions.services.portal_refund import take_in_portal_refunds
from transactions.services.refund import context_of_refund, order_of, send
from transactions.services.schedule import next_question_at
from transactions.services.settle import Settlement, Source, settle

logger = logging.getLogger(__name__)

# A question that takes longer than this was asked by a worker that died: it is asked again.
_LEASE = timedelta(minutes=5)
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
    for attempt_id in attempts:
        _guarded(lambda pk=attempt_id: ask_about_attempt(attempt_id=pk, actor=SYSTEM, now=now), "attempt", attempt_id)  # type: ignore[misc]
    for refund_id in refunds:
        _guarded(lambda pk=refund_id: ask_about_refund(refund_id=pk, actor=SYSTEM, now=now), "refund", refund_id)  # type: ignore[misc]
    return len(attempts) + len(refunds)


def ask_about_attempt(*, attempt_id: int, actor: Actor, now: datetime) -> Settlement | None:
    """Ask the provider about one attempt and settle what it says; None where it could not say.

    Used by the schedule and by staff ("ask the provider now").
    """
    attempt = PaymentAttempt.objects.select_related("account__provider", "transaction").get(pk=attempt_id)
    withdraw(attempt=attempt, now=now)
    report = _query(attempt, now)
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
    _reschedule_attempt(attempt_id, now, soon=captured)
    return outcome


def ask_about_refund(*, refund_id: int, actor: Actor, now: datetime) -> Refund:
    """Ask the provider what became of a refund; one that was written but never sent is sent, no other is sent anew."""
    refund = send(refund_id=refund_id, actor=actor, now=now)
    if refund.status not in (Refund.Status.PROCESSING, Refund.Status.UNKNOWN) or refund.updated_at == now:
        return refund
    refund = Refund.objects.select_related("receipt__attempt", "receipt__account__provider", "transaction").get(pk=refund_id)
    adapter = registry.get(refund.receipt.account.provider.code)
    report: RefundReport | None = None
    if Capability.QUERY_REFUND in adapter.capabilities:
        context = context_of_refund(refund)
        try:
            query = functools.partial(cast(QueriesRefunds, adapter).query_refund, context, order_of(refund, now))
            report = calls.call(refund.receipt.account, adapter, query, idempotent=True)
        except _NO_ANSWER as error:
            logger.warning("refund could not be asked for: refund=%s error=%s", refund.public_id, type(error).__name__)
    if report is not None and _is_anothers(refund, report):
        report = RefundReport(Outcome.PENDING)
    refund = apply_report(refund_id=refund_id, report=report, actor=actor, now=now)
    if refund.next_query_at is None and refund.status in (Refund.Status.PROCESSING, Refund.Status.UNKNOWN):
        _give_up_refund(refund, now)
    return refund


def _is_anothers(refund: Refund, report: RefundReport) -> bool:
    """Where the provider does not say which refund it shows, a number that another refund has is not ours."""
    if report.refund_no is None or report.refund_no == refund.provider_refund_id:
        return False
    if refund.provider_refund_id is not None:
        return True
    return Refund.objects.filter(receipt=refund.receipt, provider_refund_id=report.refund_no).exclude(pk=refund.pk).exists()


def _query(attempt: PaymentAttempt, now: datetime) -> StatusReport | None:
    adapter = registry.get(attempt.provider_code)
    if Capability.QUERY not in adapter.capabilities:
        return None
    context, payment = context_of_attempt(attempt.account, attempt.credentials_version), ref_of(attempt)
    ask = functools.partial(adapter.query_payment, context, payment, now=now)
    try:
        return calls.call(attempt.account, adapter, lambda http: ask(http=http), idempotent=True)
    except _NO_ANSWER as error:
        logger.warning("attempt could not be asked for: attempt=%s error=%s", attempt.public_id, type(error).__name__)
        return None


@transaction.atomic
def _reschedule_attempt(attempt_id: int, now: datetime, *, soon: bool = False) -> None:
    attempt = PaymentAttempt.objects.select_for_update(no_key=True).get(pk=attempt_id)
    attempt.query_count += 1
    attempt.asked_at = now
    open_still = attempt.status in _UNSETTLED or attempt.status == PaymentAttempt.Status.SUSPECTED
    later = now + _AFTER_CAPTURE if soon else next_question_at(attempt.created_at, now)
    attempt.next_query_at = later if open_still else None
    attempt.save(update_fields=["query_count", "asked_at", "next_query_at"])
    if attempt.next_query_at is None and attempt.status in (PaymentAttempt.Status.UNKNOWN, PaymentAttempt.Status.SUSPECTED):
        _transition.open_issue(
            IssueType.UNKNOWN_FATE,
            cause=attempt.public_id,
            amount=attempt.amount,
            now=now,
            payment=attempt.transaction,
            account_id=attempt.account_id,
        )


def _give_up_refund(refund: Refund, now: datetime) -> None:
    _transition.open_issue(
        IssueType.UNKNOWN_FATE,
        cause=refund.public_id,
        amount=refund.amount,
        now=now,
        payment=refund.transaction,
        refund=refund,
        account_id=refund.receipt.account_id,
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
