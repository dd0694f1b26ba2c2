"""A client that reads a payment nobody has asked about for a while brings its question forward. The reader never waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from payments_site.kernel.queue import enqueue
from transactions.lifecycle import Status
from transactions.models import PaymentAttempt, Transaction

# VNPay answers 94 to a second querydr of the same payment within five minutes.
_OLD = timedelta(minutes=5)
_UNDECIDED = (PaymentAttempt.Status.CREATED, PaymentAttempt.Status.PENDING, PaymentAttempt.Status.UNKNOWN)


def ask_if_old(*, payment: Transaction, now: datetime) -> bool:
    """Let the resolver ask at once about an open payment whose last news is older than five minutes; whether it will.

    No provider is called here, however often a client reads.
    """
    if payment.status != Status.PENDING or payment.created_at > now - _OLD:
        return False
    due = PaymentAttempt.objects.filter(
        Q(asked_at__isnull=True) | Q(asked_at__lte=now - _OLD),
        transaction_id=payment.pk, status__in=_UNDECIDED, created_at__lte=now - _OLD, next_query_at__gt=now,
    )  # fmt: skip
    brought_forward = due.update(next_query_at=now) > 0
    if brought_forward:
        enqueue("transactions.resolve_due")
    return brought_forward
