"""Jobs that run by themselves: which there are comes with the code, by migration; when they run is for operators to say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from audit import services as audit
from audit.services import Actor

# Seconds between two runs of a job that comes again and again.
SHORTEST, LONGEST = 5, 86_400


def seconds_between(job: PeriodicTask) -> int | None:
    """Of a job that runs at intervals; None of one that runs by the clock."""
    return int(job.interval.schedule.run_every.total_seconds()) if job.interval is not None else None


def time_of_day(job: PeriodicTask) -> time | None:
    """When a job runs that does so once on its days; None of every other."""
    crontab = job.crontab
    if crontab is None or not (str(crontab.minute).isdigit() and str(crontab.hour).isdigit()):
        return None
    return time(int(crontab.hour), int(crontab.minute))


@transaction.atomic
def change_job(*, job_id: int, changes: Mapping[str, Any], actor: Actor, now: datetime) -> PeriodicTask:
    """Switch a job on or off (``enabled``) or change when it runs (``every_seconds`` or ``at``, of the kind that it has).

    Beat takes it up within seconds. Raises ``PeriodicTask.DoesNotExist``.
    """
    locked = PeriodicTask.objects.select_for_update(of=("self",)).select_related("interval", "crontab")
    job = locked.get(pk=job_id)
    old = facts(job)
    job.enabled = changes.get("enabled", job.enabled)
    if changes.get("every_seconds") and job.interval is not None:
        job.interval = _interval(changes["every_seconds"])
        if job.expire_seconds is not None:
            job.expire_seconds = max(60, 2 * changes["every_seconds"])
    if changes.get("at") is not None and time_of_day(job) is not None:
        job.crontab = _crontab(job.crontab, changes["at"])
    new = facts(job)
    if new != old:
        job.save()
        audit.record(actor=actor, action="job.changed", entity_type="job", entity_id=job.name, now=now, old=old, new=new)
    return job


def facts(job: PeriodicTask) -> dict[str, Any]:
    """What can be changed of a job."""
    at = time_of_day(job)
    return {"enabled": job.enabled, "every_seconds": seconds_between(job), "at": at.isoformat("minutes") if at else None}


def _interval(seconds: int) -> IntervalSchedule:
    wanted = {"every": seconds, "period": IntervalSchedule.SECONDS}
    return IntervalSchedule.objects.filter(**wanted).first() or IntervalSchedule.objects.create(**wanted)


def _crontab(crontab: CrontabSchedule, at: time) -> CrontabSchedule:
    days = ("day_of_week", "day_of_month", "month_of_year", "timezone")
    wanted = {"minute": str(at.minute), "hour": str(at.hour), **{name: getattr(crontab, name) for name in days}}
    return CrontabSchedule.objects.filter(**wanted).first() or CrontabSchedule.objects.create(**wanted)
