"""A task that failed is written down for people, at most once a minute for each task: schedules repeat what fails."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from celery.signals import task_failure
from django.db import DatabaseError, connection

from audit.models import OperationalEvent
from audit.services import raise_event
from payments_site.kernel import clock
from payments_site.kernel.queues import TASKS, route

logger = logging.getLogger(__name__)

KIND = "task.failed"
APART = timedelta(minutes=1)


def watch() -> None:
    """Be told of every failure in this process: exceptions, time limits, children that died."""
    task_failure.connect(_failed, dispatch_uid="smartpost.task_failed")


def record_failure(*, task: str, error: str, now: datetime) -> OperationalEvent | None:
    """An event naming the task and the exception's kind (its words may hold a payer's data); None within the minute."""
    newest = OperationalEvent.objects.filter(kind=KIND, subject=task).order_by("-id").first()
    if newest is not None and now - newest.created_at < APART:
        return None
    severity = OperationalEvent.Severity.ERROR
    return raise_event(kind=KIND, now=now, severity=severity, subject=task, error=error, queue=route(task).queue)


def recent(now: datetime, limit: int) -> list[OperationalEvent]:
    """Of the last 24 hours, the newest first."""
    newest = OperationalEvent.objects.filter(kind=KIND).order_by("-id")[:limit]
    return [event for event in newest if now - event.created_at < timedelta(days=1)]


def _failed(sender: Any = None, exception: BaseException | None = None, **_: Any) -> None:
    name = str(getattr(sender, "name", ""))
    if name not in TASKS:
        return
    try:
        record_failure(task=name, error=type(exception).__name__, now=clock.now())
    except DatabaseError:
        logger.exception("a failure could not be written down: task=%s", name)
    finally:
        _close()


def _close() -> None:
    # A worker's first process forks its children: one that is born later must not inherit an open connection.
    if not connection.in_atomic_block:
        connection.close()
