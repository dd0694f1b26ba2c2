"""Celery's part of the outbox: only a net. The drain process does the work; the schedule is a row made by migration 0003."""

from __future__ import annotations

from celery import shared_task

from payments_site.kernel import clock
from webhooks.outbound import running


@shared_task(name="webhooks.outbound.sweep_callbacks")
def sweep_callbacks() -> int:
    """Deliver what has been due for a minute, if the drain process is down; how many tries were made."""
    return running.sweep(now=clock.now)
