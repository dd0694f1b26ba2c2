"""The queue page: what waits, who works, what failed; and what it says when Redis is away or silent."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import Celery
from celery.signals import task_failure
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from audit.models import OperationalEvent
from payments_site.backoffice.failures import record_failure
from payments_site.backoffice.queues_page import ADVICE, QUEUE_NAMES
from payments_site.devstack.ports import free_ports
from payments_site.devstack.valkey import EmbeddedValkey
from payments_site.kernel import clock
from payments_site.kernel.queues import QUEUES
from payments_site.scheduling import pulse, state
from payments_site.scheduling.lock import BeatLock, session_name
from payments_site.scheduling.state import Trouble
from payments_site.settings.celery import broker_url
from tests.factories.tenants import StaffUserFactory, staff_client
from transactions.tasks import raise_alerts

PAGE = reverse("admin:django_celery_beat_periodictask_queues")
SOON = timedelta(minutes=10)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    valkey = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    yield valkey
    valkey.destroy()


@pytest.fixture
def valkey(db: None, server: EmbeddedValkey, settings: Any) -> EmbeddedValkey:
    """An empty broker of the test's own."""
    settings.REDIS_URL = server.start()
    with pulse.patient_redis() as client:
        client.flushall()
    return server


@pytest.fixture
def beat(db: None) -> Iterator[BeatLock]:
    """A beat that works, as far as PostgreSQL knows."""
    lock = BeatLock()
    assert lock.hold()
    yield lock
    lock.release()


@pytest.fixture
def english(site: Client) -> Client:
    site.cookies["django_language"] = "en"
    return site


def send(valkey: EmbeddedValkey, task: str, queue: str) -> None:
    with Celery(broker=broker_url(valkey.url)) as app:
        app.send_task(task, queue=queue, ignore_result=True)


def worker(*queues: str, name: str = "w@host", seen_at: datetime | None = None) -> None:
    second = int((seen_at or clock.now()).timestamp())
    with pulse.patient_redis() as client:
        client.zadd(pulse.WORKERS, {json.dumps({"name": name, "queues": queues}): second})


def troubles(now: datetime | None = None) -> list[Trouble]:
    now = now or clock.now()
    return state.troubles(state.broker(now), state.beats(now), now)


def test_what_waits_is_counted_with_the_age_of_the_oldest(valkey: EmbeddedValkey) -> None:
    before = clock.now()
    for _ in range(3):
        send(valkey, "webhooks.outbound.sweep_callbacks", "callbacks")
    found = state.broker(clock.now())
    assert found is not None
    assert [(one.queue, one.messages) for one in found.waiting] == [(name, 3 * (name == "callbacks")) for name in QUEUES]
    [oldest] = [one.oldest_at for one in found.waiting if one.oldest_at]
    assert before - timedelta(milliseconds=1) <= oldest <= clock.now()


def test_a_message_that_says_nothing_of_its_age_is_still_counted(valkey: EmbeddedValkey) -> None:
    with pulse.patient_redis() as client:
        client.lpush("cleanup", json.dumps({"headers": {}, "body": ""}))
    found = state.broker(clock.now())
    assert found is not None
    assert [(one.messages, one.oldest_at) for one in found.waiting if one.queue == "cleanup"] == [(1, None)]


def test_all_is_well_with_a_beat_and_a_worker_of_every_queue(valkey: EmbeddedValkey, beat: BeatLock) -> None:
    worker(*QUEUES)
    assert troubles() == []


def test_each_trouble_is_named(valkey: EmbeddedValkey, beat: BeatLock) -> None:
    assert troubles() == [Trouble.NO_WORKER]
    worker("webhooks", name="a@host")
    assert troubles() == [Trouble.UNSERVED_QUEUE]
    worker(*QUEUES, name="b@host")
    send(valkey, "transactions.raise_alerts", "notifications")
    assert troubles() == []
    assert troubles(clock.now() + state.STUCK_AFTER - timedelta(seconds=2)) == [Trouble.BEAT_SILENT, Trouble.NO_WORKER]
    assert troubles(clock.now() + SOON) == [Trouble.BEAT_SILENT, Trouble.NO_WORKER, Trouble.STUCK_QUEUE]
    beat.release()
    assert troubles() == [Trouble.NO_BEAT]


def test_a_beat_that_sends_what_is_due_is_not_silent(valkey: EmbeddedValkey, beat: BeatLock) -> None:
    later = clock.now() + SOON
    assert state.beats(later).silent
    PeriodicTask.objects.filter(interval__isnull=False).update(last_run_at=later - timedelta(seconds=5))
    assert not state.beats(later).silent
    PeriodicTask.objects.filter(task="transactions.expire_due").update(last_run_at=later - timedelta(minutes=3))
    assert state.beats(later).silent
    PeriodicTask.objects.filter(task="transactions.expire_due").update(enabled=False)
    assert not state.beats(later).silent


@pytest.fixture
def second_beat(beat: BeatLock) -> Iterator[BeatLock]:
    lock = BeatLock()
    yield lock
    lock.release()


def test_one_lock_is_held_by_one_and_the_others_are_seen_to_stand_by(beat: BeatLock, second_beat: BeatLock) -> None:
    assert not second_beat.hold()
    assert beat.hold()
    assert state.beats(clock.now()).standing_by == 1
    beat.release()
    assert second_beat.hold()
    second_beat.release()
    assert state.beats(clock.now()).working == ""


def test_the_page_shows_queues_workers_and_failures(valkey: EmbeddedValkey, beat: BeatLock, english: Client) -> None:
    worker(*QUEUES, name="urgent@host")
    worker("cleanup", name="lost@host", seen_at=clock.now() - timedelta(minutes=2))
    worker("cleanup", name="forgotten@host", seen_at=clock.now() - timedelta(hours=2))
    send(valkey, "webhooks.outbound.sweep_callbacks", "callbacks")
    record_failure(task="transactions.resolve_due", error="OperationalError", now=clock.now())
    text = english.get(PAGE).content.decode()
    for words in (
        *QUEUES,
        "urgent@host",
        "lost@host",
        "transactions.resolve_due",
        "OperationalError",
        "Beat and workers are there",
    ):
        assert words in text
    assert "forgotten@host" not in text
    assert not any(str(advice) in text for advice in ADVICE.values())


def test_without_redis_the_page_says_so_at_once_and_shows_what_postgresql_knows(
    valkey: EmbeddedValkey, beat: BeatLock, english: Client
) -> None:
    record_failure(task="transactions.resolve_due", error="TimeoutError", now=clock.now())
    english.get(PAGE)
    valkey.kill()
    answer = english.get(PAGE)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Redis does not answer, so nobody knows what waits. Nothing is lost" in text
    assert "TimeoutError" in text
    assert "Workers of the last hour" not in text


def test_a_redis_that_accepts_and_never_answers_holds_the_page_up_for_a_moment_only(
    db: None, settings: Any, english: Client
) -> None:
    [port] = free_ports(1)
    english.get(PAGE)
    with socket.create_server(("127.0.0.1", port)):
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        began = time.monotonic()
        assert state.broker(clock.now()) is None
        assert time.monotonic() - began < 5 * pulse.PATIENCE
        assert english.get(PAGE).status_code == 200


@pytest.mark.parametrize(("right", "status"), [("view_periodictask", 200), ("view_crontabschedule", 403)])
def test_whoever_may_see_the_jobs_sees_the_page_and_its_entry_in_the_sidebar(
    valkey: EmbeddedValkey, right: str, status: int
) -> None:
    user = StaffUserFactory(username=f"u-{right}")
    user.user_permissions.set(Permission.objects.filter(codename=right))
    client = Client()
    client.force_login(user)
    assert client.get(PAGE).status_code == status
    assert (PAGE in client.get(reverse("admin:index")).content.decode()) == (status == 200)


def test_a_stranger_is_sent_to_the_login() -> None:
    assert Client().get(PAGE).headers["location"].startswith(reverse("admin:login"))


HEALTH = "/api/v1/admin/system/health"


def health(right: str = "view_periodictask") -> Any:
    user = StaffUserFactory(username=f"h-{right}")
    user.user_permissions.set(Permission.objects.filter(codename=right))
    return staff_client(user).get(HEALTH)


def test_health_tells_what_waits_who_works_and_what_is_wrong(valkey: EmbeddedValkey, beat: BeatLock) -> None:
    worker(*QUEUES, name="urgent@host")
    worker("cleanup", name="lost@host", seen_at=clock.now() - timedelta(minutes=2))
    send(valkey, "webhooks.outbound.sweep_callbacks", "callbacks")
    data = health().json()["data"]
    assert (data["status"], data["troubles"], data["in_hand"]) == ("ok", [], 0)
    assert data["beat"]["working"] == session_name()
    assert {one["queue"]: one["waiting"] for one in data["queues"]} == {name: int(name == "callbacks") for name in QUEUES}
    assert [one["queue"] for one in data["queues"] if one["oldest_seconds"] is not None] == ["callbacks"]
    assert [(one["name"], tuple(one["queues"])) for one in data["workers"]] == [("urgent@host", QUEUES)]


def test_health_without_redis_is_degraded_and_knows_no_queue(valkey: EmbeddedValkey, beat: BeatLock) -> None:
    valkey.kill()
    answer = health()
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["status"], data["troubles"]) == ("degraded", ["redis_away"])
    assert (data["queues"], data["workers"], data["in_hand"]) == (None, None, None)
    assert data["beat"]["working"] == session_name()


def test_health_is_for_whoever_may_see_the_jobs(db: None) -> None:
    assert health("view_crontabschedule").status_code == 403
    assert Client().get(HEALTH).status_code == 401


def test_a_failure_is_written_down_once_a_minute_for_each_task(db: None) -> None:
    now = clock.now()
    for seconds in (0, 30, 59, 61):
        record_failure(task="transactions.expire_due", error="ValueError", now=now + timedelta(seconds=seconds))
    record_failure(task="transactions.resolve_due", error="ValueError", now=now)
    rows = OperationalEvent.objects.filter(kind="task.failed").order_by("id")
    assert [row.subject for row in rows] == ["transactions.expire_due"] * 2 + ["transactions.resolve_due"]
    assert {row.severity for row in rows} == {"error"}


def test_a_failing_task_of_ours_is_written_down_without_the_words_of_its_error(db: None) -> None:
    task_failure.send(sender=raise_alerts, exception=ValueError("anh@example.com"))
    [row] = OperationalEvent.objects.filter(kind="task.failed")
    assert (row.subject, row.data) == ("transactions.raise_alerts", {"error": "ValueError", "queue": "notifications"})
    assert "example.com" not in json.dumps(row.data)


def test_every_queue_and_every_trouble_has_words() -> None:
    assert set(QUEUE_NAMES) == set(QUEUES)
    assert set(ADVICE) == set(Trouble)
