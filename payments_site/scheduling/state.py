"""How the queues, the workers and beat are just now: read for the queue page and for health, in one short look each."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
from django_celery_beat.models import PeriodicTask
from redis.exceptions import RedisError

from payments_site.kernel.queues import QUEUES
from payments_site.scheduling.lock import LOCK_CLASS, LOCK_ID
from payments_site.scheduling.pulse import FORGOTTEN_AFTER, GONE_AFTER, SENT_AT, WORKERS, patient_redis

logger = logging.getLogger(__name__)

_IN_HAND = "unacked"  # kombu's hash of the messages that a worker took and has not acknowledged
STUCK_AFTER = timedelta(minutes=5)
# What a job may be late by before beat counts as silent, besides one whole interval.
_LATE = timedelta(seconds=60)

_BEATS = """
SELECT application_name, backend_start, EXISTS (
    SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s AND l.granted)
FROM pg_stat_activity a WHERE application_name LIKE 'beat@%%' AND datname = current_database() ORDER BY backend_start
"""


class Trouble(StrEnum):
    """What somebody should look at."""

    REDIS_AWAY = "redis_away"
    NO_BEAT = "no_beat"
    BEAT_SILENT = "beat_silent"
    NO_WORKER = "no_worker"
    UNSERVED_QUEUE = "unserved_queue"
    STUCK_QUEUE = "stuck_queue"


@dataclass(frozen=True)
class Waiting:
    """One queue; ``oldest_at`` is when the first of its messages was sent."""

    queue: str
    messages: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class Worker:
    """A worker that showed itself within the hour."""

    name: str
    queues: tuple[str, ...]
    seen_at: datetime
    gone: bool


@dataclass(frozen=True)
class Broker:
    """What Redis knows: everything in it is gone when it is."""

    waiting: list[Waiting]
    in_hand: int
    workers: list[Worker]


@dataclass(frozen=True)
class Beats:
    """``working`` is the one that holds the lock, as ``beat@host:pid``."""

    working: str
    since: datetime | None
    standing_by: int
    last_run_at: datetime | None
    silent: bool


def broker(now: datetime) -> Broker | None:
    """What waits and who works; ``None`` where Redis does not answer within a fifth of a second."""
    try:
        with patient_redis() as client:
            pipeline = client.pipeline(transaction=False)
            for queue in QUEUES:
                pipeline.llen(queue)
                pipeline.lindex(queue, -1)
            pipeline.hlen(_IN_HAND)
            pipeline.zrange(WORKERS, 0, -1, withscores=True)
            *found, in_hand, workers = pipeline.execute()
    except (RedisError, OSError) as error:
        logger.warning("the queues could not be read: %s", type(error).__name__)
        return None
    waiting = [Waiting(queue, found[2 * at], _sent_at(found[2 * at + 1])) for at, queue in enumerate(QUEUES)]
    return Broker(waiting, in_hand, sorted(_workers(workers, now), key=lambda worker: worker.name))


def beats(now: datetime) -> Beats:
    """Which beat works and which stand by, asked of PostgreSQL, where their lock is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction it would show what it showed before
        cursor.execute(_BEATS, [LOCK_CLASS, LOCK_ID])
        rows = cursor.fetchall()
    working = [(name, since) for name, since, holds in rows if holds]
    name, since = working[0] if working else ("", None)
    jobs = list(PeriodicTask.objects.filter(enabled=True).select_related("interval"))
    last = max((job.last_run_at for job in jobs if job.last_run_at), default=None)
    return Beats(name, since, len(rows) - len(working), last, silent=any(_is_late(job, since, now) for job in jobs))


def troubles(found: Broker | None, beat: Beats, now: datetime) -> list[Trouble]:
    """What is wrong, the gravest first; nothing while all is well."""
    return list(_troubles(found, beat, now))


def _troubles(found: Broker | None, beat: Beats, now: datetime) -> Iterator[Trouble]:
    if found is None:
        yield Trouble.REDIS_AWAY
    if not beat.working:
        yield Trouble.NO_BEAT
    elif beat.silent:
        yield Trouble.BEAT_SILENT
    if found is None:
        return
    served = {queue for worker in found.workers if not worker.gone for queue in worker.queues}
    if not served:
        yield Trouble.NO_WORKER
    elif set(QUEUES) - served:
        yield Trouble.UNSERVED_QUEUE
    if any(one.oldest_at and now - one.oldest_at > STUCK_AFTER for one in found.waiting):
        yield Trouble.STUCK_QUEUE


def _is_late(job: PeriodicTask, beat_since: datetime | None, now: datetime) -> bool:
    """Whether a beat that has been there all the while should have sent it."""
    if job.interval is None or beat_since is None:
        return False
    expected = max(job.last_run_at or beat_since, beat_since) + 2 * job.interval.schedule.run_every + _LATE
    return bool(expected < now)


def _sent_at(message: bytes | None) -> datetime | None:
    if message is None:
        return None
    text = json.loads(message).get("headers", {}).get(SENT_AT)
    return datetime.fromisoformat(text) if text else None


def _workers(members: list[tuple[bytes, Any]], now: datetime) -> Iterator[Worker]:
    newest: dict[str, Worker] = {}
    for member, second in members:  # the longest unseen first
        card, seen_at = json.loads(member), datetime.fromtimestamp(int(second), UTC)
        if now - seen_at < timedelta(seconds=FORGOTTEN_AFTER):
            gone = now - seen_at > timedelta(seconds=GONE_AFTER)
            newest[card["name"]] = Worker(card["name"], tuple(card["queues"]), seen_at, gone)
    yield from newest.values()
