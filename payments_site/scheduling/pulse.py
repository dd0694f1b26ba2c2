"""Signs of life in Redis, for the queue page: when a message was put in its queue, and which workers are there.

They are for looking at only: nothing is decided by them, and a Redis that forgets them has them again within seconds.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from celery import current_app
from celery.signals import before_task_publish, heartbeat_sent, worker_shutting_down
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from payments_site.kernel import clock

logger = logging.getLogger(__name__)

WORKERS = "smartpost:workers"  # a sorted set: JSON of name and queues, by the second it was last seen
SENT_AT = "sent_at"  # a header of every message
# Seconds: how long anybody waits for Redis, how often a worker shows itself, and after how long without it counts as gone.
PATIENCE = 0.2
EVERY = 5
GONE_AFTER = 20
FORGOTTEN_AFTER = 3600

_next_beat: list[float] = [0.0]


def patient_redis() -> Redis:
    """A client that gives up after ``PATIENCE`` and does not try again."""
    return Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
    )


@before_task_publish.connect
def stamp(headers: dict[str, Any], **_: Any) -> None:
    """Write on each message when it was sent: the age of the oldest one is what tells a stuck queue from a busy one."""
    headers[SENT_AT] = clock.iso(clock.now())


@heartbeat_sent.connect
def show_worker(sender: Any, **_: Any) -> None:
    """Every few seconds, in the worker's own process."""
    if time.monotonic() < _next_beat[0]:
        return
    _next_beat[0] = time.monotonic() + EVERY
    second = int(clock.now().timestamp())
    try:
        with patient_redis() as client:
            client.zadd(WORKERS, {_card(sender.eventer.hostname): second})
            client.zremrangebyscore(WORKERS, 0, second - FORGOTTEN_AFTER)
    except (RedisError, OSError) as error:
        logger.debug("the worker could not show itself: %s", type(error).__name__)


@worker_shutting_down.connect
def hide_worker(sender: Any, **_: Any) -> None:
    """A worker that leaves in peace is not missed."""
    _next_beat[0] = time.monotonic() + FORGOTTEN_AFTER
    try:
        with patient_redis() as client:
            client.zrem(WORKERS, _card(sender))
    except (RedisError, OSError) as error:
        logger.debug("the worker could not say that it leaves: %s", type(error).__name__)


def _card(name: str) -> str:
    return json.dumps({"name": name, "queues": list(current_app.amqp.queues.consume_from)})
