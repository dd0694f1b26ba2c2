"""Celery: the broker is Redis; every schedule that matters is in PostgreSQL, so losing the broker loses nothing."""

from __future__ import annotations

from payments_site.kernel import queues
from payments_site.settings.base import REDIS_URL


def broker_url(redis_url: str) -> str:
    """kombu's spelling of a Redis URL: ``unix:///path?db=0`` is ``redis+socket:///path?virtual_host=0``."""
    if not redis_url.startswith("unix://"):
        return redis_url
    return "redis+socket://" + redis_url.removeprefix("unix://").replace("db=", "virtual_host=")


CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
# There are no results, so nothing has to clean them up.
CELERY_RESULT_EXPIRES = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Asia/Ho_Chi_Minh"

# Where tasks go, and how long each may take: payments_site.kernel.queues.
CELERY_TASK_DEFAULT_QUEUE = queues.DEFAULT_QUEUE
CELERY_TASK_ROUTES = {task: {"queue": route.queue} for task, route in queues.TASKS.items()}
CELERY_TASK_ANNOTATIONS = {
    task: {"soft_time_limit": route.soft, "time_limit": route.hard} for task, route in queues.TASKS.items()
}
CELERY_TASK_SOFT_TIME_LIMIT = queues.SOFT_LIMIT
CELERY_TASK_TIME_LIMIT = queues.HARD_LIMIT

# A message is acknowledged when its work is done: whoever dies before gives it to the next worker.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# A worker takes no more than it works on, so that a long task holds up nobody's message.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
# KiB of resident memory after which a child is replaced once its task is done.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000
# A broker that is away for a day is no reason to give up; nor is one that is away at the start.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# What runs when the broker goes away is finished: every task may run twice, and none is worth cutting off.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False

CELERY_BEAT_SCHEDULER = "payments_site.scheduling.scheduler:OneBeatScheduler"
# When a job last ran is written down with every run, so that the beat that takes over knows it.
CELERY_BEAT_SYNC_EVERY = 1

# A web request that wants to nudge the queue gives up after a fifth of a second.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.2,
    "socket_timeout": 5,
    "retry_on_timeout": False,
    "max_retries": 0,
    "visibility_timeout": queues.REDELIVERED_AFTER,
    # The queues are emptied in the order of the table, not in turn.
    "queue_order_strategy": "priority",
}
