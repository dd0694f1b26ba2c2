"""Periodic work of the money room; schedules are rows made by migration 0003."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from payments_site.kernel import clock
from transactions.services import alerts, expire, idempotency, invariants, resolve

_RESOLVER_TIME = timedelta(seconds=90)
# The nightly audit looks at two days, so that one night that was left out loses nothing.
_AUDITED = timedelta(hours=48)


@shared_task(name="transactions.expire_due")
def expire_due() -> int:
    """Expire payments past their deadline, batch after batch."""
    total = 0
    while True:
        done = expire.expire_due(now=clock.now())
        total += done
        if done == 0:
            return total


@shared_task(name="transactions.delete_idempotency_records")
def delete_idempotency_records() -> int:
    """Delete idempotency records past their 24 hours, in batches that hold no lock for long."""
    total = 0
    while True:
        done = idempotency.delete_expired(now=clock.now())
        total += done
        if done == 0:
            return total


@shared_task(name="transactions.resolve_due")
def resolve_due() -> int:
    """Ask providers about payments and refunds that are due on the resolver's schedule, for at most a minute and a half."""
    total, began = 0, clock.now()
    while clock.now() - began < _RESOLVER_TIME:
        done = resolve.resolve_due(now=clock.now())
        total += done
        if done == 0:
            break
    return total


@shared_task(name="transactions.raise_alerts")
def raise_alerts() -> int:
    """Look for failures in numbers and for success without a notice."""
    return alerts.raise_alerts(now=clock.now())


@shared_task(name="transactions.audit_books")
def audit_books(everything: bool = False) -> int:
    """Ask the laws of the last two days, or of everything; how many do not hold."""
    now = clock.now()
    return len(invariants.audit_books(now=now, since=None if everything else now - _AUDITED))
