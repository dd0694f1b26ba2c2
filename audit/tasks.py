"""Periodic work of the audit room."""

from __future__ import annotations

from celery import shared_task

from audit import approvals
from payments_site.kernel import clock


@shared_task(name="audit.expire_approvals")
def expire_approvals() -> int:
    """Expire approval requests that nobody decided on in time."""
    return approvals.expire_due(now=clock.now())
