"""The schedule's part of the intake; its row in django-celery-beat is made by migration 0007."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from payments_site.kernel import clock
from webhooks.inbound.retry import retry_due

_TIME = timedelta(seconds=90)


@shared_task(name="webhooks.inbound.retry_notices")
def retry_notices() -> int:
    """Apply what is due, batch after batch, for at most a minute and a half; how many were tried."""
    total, began = 0, clock.now()
    while clock.now() - began < _TIME:
        done = len(retry_due(now=clock.now()))
        total += done
        if done == 0:
            break
    return total
