"""When jobs run is for operators to say: by service, with a trace; which jobs there are is not."""

from __future__ import annotations

from datetime import time

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks

from audit.models import AuditEntry
from audit.services import SYSTEM
from payments_site.backoffice.jobs import change_job
from payments_site.kernel import clock
from tests.factories.tenants import StaffUserFactory

EXPIRE = "transactions.expire_due"


def page(name: str, *arguments: int) -> str:
    return reverse(f"admin:django_celery_beat_periodictask_{name}", args=arguments)


def job(task: str = EXPIRE) -> PeriodicTask:
    return PeriodicTask.objects.select_related("interval", "crontab").get(task=task)


@pytest.fixture
def nightly(db: None) -> PeriodicTask:
    """On Sundays at ten past three."""
    crontab = CrontabSchedule.objects.create(minute="10", hour="3", day_of_week="0", timezone="Asia/Ho_Chi_Minh")
    return PeriodicTask.objects.create(name="nightly", task=EXPIRE, crontab=crontab)


def test_an_operator_changes_the_interval_and_beat_is_told(site: Client) -> None:
    row, changed_at = job(), PeriodicTasks.last_change()
    answer = site.post(page("change", row.pk), {"enabled": "on", "every_seconds": "20"})
    assert answer.status_code == 302
    assert (job().interval.every, job().interval.period, job().enabled) == (20, "seconds", True)
    assert job().expire_seconds == 60
    assert PeriodicTasks.last_change() != changed_at
    entry = AuditEntry.objects.get(action="job.changed")
    assert (entry.user_id, entry.entity_id, entry.changed_fields) == ("boss", row.name, ["every_seconds"])
    assert (entry.old_values["every_seconds"], entry.new_values["every_seconds"]) == (15, 20)


def test_an_operator_switches_a_job_off_and_on(site: Client) -> None:
    row = job()
    for form, enabled in (({"every_seconds": "15"}, False), ({"enabled": "on", "every_seconds": "15"}, True)):
        site.post(page("change", row.pk), form)
        assert job().enabled is enabled
    assert AuditEntry.objects.filter(action="job.changed").count() == 2


def test_a_job_by_the_clock_is_given_another_time_and_keeps_its_days(site: Client, nightly: PeriodicTask) -> None:
    assert site.post(page("change", nightly.pk), {"enabled": "on", "at": "04:30"}).status_code == 302
    crontab = PeriodicTask.objects.get(pk=nightly.pk).crontab
    assert (crontab.hour, crontab.minute, crontab.day_of_week, str(crontab.timezone)) == ("4", "30", "0", "Asia/Ho_Chi_Minh")


@pytest.mark.parametrize("every", ["", "4", "0", "-15", "86401", "1.5", "soon"])
def test_an_interval_that_makes_no_sense_is_refused(site: Client, every: str) -> None:
    assert site.post(page("change", job().pk), {"enabled": "on", "every_seconds": every}).status_code == 200
    assert job().interval.every == 15


def test_nothing_is_written_where_nothing_changes(db: None) -> None:
    changed_at = PeriodicTasks.last_change()
    change_job(job_id=job().pk, changes={"enabled": True, "every_seconds": 15, "at": time(4)}, actor=SYSTEM, now=clock.now())
    assert PeriodicTasks.last_change() == changed_at
    assert not AuditEntry.objects.filter(action="job.changed").exists()


def test_who_may_only_look_changes_nothing(db: None) -> None:
    user = StaffUserFactory(username="looks")
    user.user_permissions.set(Permission.objects.filter(codename="view_periodictask"))
    client = Client()
    client.force_login(user)
    text = client.get(page("change", job().pk)).content.decode()
    assert "15 s" in text
    assert 'name="every_seconds"' not in text
    assert client.post(page("change", job().pk), {"every_seconds": "20"}).status_code == 403
    assert (job().interval.every, job().enabled) == (15, True)


def test_nobody_adds_or_deletes_a_job(site: Client) -> None:
    row = job()
    assert site.get(page("add")).status_code == 403
    assert site.post(page("delete", row.pk), {"post": "yes"}).status_code == 403
    site.post(page("changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert PeriodicTask.objects.filter(pk=row.pk).exists()


def test_a_job_that_comes_again_soon_is_dropped_when_nobody_took_it_and_a_nightly_one_is_not(db: None) -> None:
    rows = PeriodicTask.objects.exclude(name="celery.backend_cleanup").select_related("interval")
    soon = [row for row in rows if row.interval is not None]
    assert len(soon) >= 5
    for row in soon:
        every = int(row.interval.schedule.run_every.total_seconds())
        assert row.expire_seconds is None or row.expire_seconds >= max(60, every), row.name
        assert row.expire_seconds is not None or every > 3600, row.name
    assert [row.name for row in rows if row.interval is None and row.expire_seconds] == []
