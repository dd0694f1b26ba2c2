"""Enqueue a task by name after the database transaction commits. A lost nudge costs seconds (the sweeps find the row)."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from payments_site.kernel import queues

logger = logging.getLogger(__name__)

lost_nudges = 0


def enqueue(task: str, **arguments: Any) -> None:
    """Send ``task`` to its queue once the surrounding database transaction has committed (at once if there is none).

    The queue is a convenience, the schedule is in PostgreSQL: if the broker is away the nudge is counted and dropped.
    """
    transaction.on_commit(lambda: _send(task, arguments))


def _send(task: str, arguments: dict[str, Any]) -> None:
    global lost_nudges
    queue = queues.route(task).queue
    try:
        current_app.send_task(task, kwargs=arguments, queue=queue, retry=False, ignore_result=True)
    except (OperationalError, OSError):
        lost_nudges += 1
        logger.warning("nudge lost: task=%s", task)
