"""Asking sooner than the schedule would about what nobody knows the fate of."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from transactions.models import PaymentAttempt, Refund

# A worker that asks just now has put its question off by five minutes: what is due that soon is left to it.
_ASKED_NOW = timedelta(minutes=5)
_UNKNOWN_ATTEMPTS = (PaymentAttempt.Status.UNKNOWN, PaymentAttempt.Status.SUSPECTED)
_UNKNOWN_REFUNDS = (Refund.Status.PROCESSING, Refund.Status.UNKNOWN)


def make_due(*, now: datetime) -> int:
    """Let every attempt and refund of unknown fate that still has a question to come be asked about at once; how many."""
    attempts = PaymentAttempt.objects.filter(status__in=_UNKNOWN_ATTEMPTS)
    refunds = Refund.objects.filter(status__in=_UNKNOWN_REFUNDS)
    return _bring_forward(attempts, now) + _bring_forward(refunds, now)


def _bring_forward(rows: QuerySet[PaymentAttempt] | QuerySet[Refund], now: datetime) -> int:
    return rows.filter(next_query_at__gt=now + _ASKED_NOW).update(next_query_at=now)
