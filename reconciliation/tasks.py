"""Periodic work of the reconciliation room; schedules are rows made by migration."""

from __future__ import annotations

from celery import shared_task

from payments_site.kernel import clock
from reconciliation.services import folder, intake, nightly, resolve, runs


@shared_task(name="reconciliation.work_due")
def work_due() -> int:
    """Work on runs that wait, and on those whose process died; how many were done."""
    return runs.take_up_dead(now=clock.now())


@shared_task(name="reconciliation.start_nightly")
def start_nightly() -> int:
    """Queue the runs of accounts whose time has come, and open what was said to be late and did not come; how many runs."""
    now = clock.now()
    resolve.reopen_overdue(now=now)
    return len(nightly.start_due(now=now))


@shared_task(name="reconciliation.take_in_statements")
def take_in_statements() -> int:
    """Files of the watched folder, and statements whose reader died; how many."""
    now = clock.now()
    return intake.read_waiting(now=now) + len(folder.scan(now=now))
