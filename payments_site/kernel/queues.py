"""The queues and which task goes into which, how long it may take, and how soon a run that nobody took is out of date.

The one place for it: Celery's routes and time limits, the worker's command and the queue page are all made from these tables.
"""

from __future__ import annotations

from dataclasses import dataclass

# In the order in which a worker empties them: what somebody waits for comes before what can be done tonight.
QUEUES = ("webhooks", "callbacks", "reconciliation", "notifications", "reports", "cleanup")
# What no table below names. A test says that nothing of ours gets there by being forgotten.
DEFAULT_QUEUE = "cleanup"


@dataclass(frozen=True)
class Route:
    """Seconds: at ``soft`` the task is interrupted, at ``hard`` its process is killed."""

    queue: str
    soft: int
    hard: int


TASKS: dict[str, Route] = {
    "webhooks.inbound.retry_notices": Route("webhooks", soft=150, hard=180),
    "transactions.resolve_due": Route("webhooks", soft=150, hard=180),
    "webhooks.outbound.sweep_callbacks": Route("callbacks", soft=60, hard=90),
    # A million lines take a minute or two; a range of many such days is done run by run.
    "reconciliation.work_due": Route("reconciliation", soft=2700, hard=3000),
    "reconciliation.start_nightly": Route("reconciliation", soft=1500, hard=1800),
    "reconciliation.take_in_statements": Route("reconciliation", soft=1500, hard=1800),
    "transactions.raise_alerts": Route("notifications", soft=60, hard=90),
    "transactions.expire_due": Route("cleanup", soft=120, hard=150),
    "transactions.delete_idempotency_records": Route("cleanup", soft=240, hard=300),
    # Minutes over millions of rows.
    "transactions.audit_books": Route("cleanup", soft=2700, hard=3000),
    "audit.expire_approvals": Route("cleanup", soft=60, hard=90),
}
# For a task that is in no table.
SOFT_LIMIT, HARD_LIMIT = 240, 300
# A message that a worker took and never acknowledged (its machine went away) is given to another one after this time. No task
# may still be running then, or it would run twice at once.
REDELIVERED_AFTER = 3600


def route(task: str) -> Route:
    """Where ``task`` goes and how long it may take."""
    return TASKS.get(task) or Route(DEFAULT_QUEUE, SOFT_LIMIT, HARD_LIMIT)
