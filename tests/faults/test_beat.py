"""Beat as real processes: one works, the next takes over, and what the broker could not take is sent when it is back."""

from __future__ import annotations

import contextlib
import secrets
import signal
import time
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from payments_site.devstack.valkey import EmbeddedValkey
from payments_site.kernel import clock
from payments_site.scheduling.lock import LOCK_CLASS, LOCK_ID
from tests.factories.celeries import Celeries
from tests.factories.live import stop, wait_until

TASK = "transactions.delete_idempotency_records"


@pytest.fixture
def valkey(tmp_path):
    server = EmbeddedValkey(tmp_path / "valkey")
    server.start()
    yield server
    server.destroy()


@pytest.fixture
def celeries(live, valkey, tmp_path):
    made = Celeries(live, valkey, tmp_path)
    yield made
    made.close()


@contextlib.contextmanager
def only_job(every, period="seconds", **values):
    """The one enabled job, into a queue that nobody reads; the others come back afterwards."""
    others = list(PeriodicTask.objects.filter(enabled=True).values_list("pk", flat=True))
    PeriodicTask.objects.filter(pk__in=others).update(enabled=False)
    interval, _ = IntervalSchedule.objects.get_or_create(every=every, period=period)
    queue = f"nobody-{secrets.token_hex(4)}"
    row = PeriodicTask.objects.create(name=queue, task=TASK, interval=interval, queue=queue, **values)
    yield row
    row.delete()
    PeriodicTask.objects.filter(pk__in=others).update(enabled=True)


@pytest.fixture
def every_second():
    with only_job(1) as row:
        yield row


def senders(celeries, job):
    """Which processes sent what waits, one entry a message, the oldest first."""
    return [int(headers["origin"].removeprefix("gen").partition("@")[0]) for headers in celeries.messages(job.queue)]


def holder():
    """The application name of the session that holds the lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s AND a.datname = current_database()",
            [LOCK_CLASS, LOCK_ID],
        )
        return [row[0] for row in cursor.fetchall()]


def works(celeries, beat):
    return "this beat works now" in celeries.log(beat)


def waits(celeries, beat):
    return "beat: Starting" in celeries.log(beat) and beat.poll() is None


def test_of_two_beats_one_sends_and_the_other_takes_over_when_it_is_killed(celeries, every_second):
    first = celeries.beat()
    wait_until(lambda: works(celeries, first), 60)
    second = celeries.beat()
    wait_until(lambda: waits(celeries, second), 60)
    began = len(senders(celeries, every_second))
    wait_until(lambda: len(senders(celeries, every_second)) >= began + 4)
    assert set(senders(celeries, every_second)) == {first.pid}
    assert [name.rpartition(":")[2] for name in holder()] == [str(first.pid)]

    first.kill()
    assert first.wait(10) == -signal.SIGKILL
    killed_at = time.monotonic()
    wait_until(lambda: second.pid in senders(celeries, every_second), 15)
    assert time.monotonic() - killed_at < 10
    assert [name.rpartition(":")[2] for name in holder()] == [str(second.pid)]


def test_a_beat_that_is_stopped_in_peace_hands_over_and_writes_down_what_ran(celeries, every_second):
    first = celeries.beat()
    wait_until(lambda: len(senders(celeries, every_second)) >= 2, 60)
    stop(first)
    every_second.refresh_from_db()
    # The very last message may have left while the signal came: all others are written down.
    assert len(senders(celeries, every_second)) - every_second.total_run_count in (0, 1)
    assert clock.now() - every_second.last_run_at < timedelta(seconds=20)
    assert holder() == []
    second = celeries.beat()
    wait_until(lambda: second.pid in senders(celeries, every_second), 60)


def test_a_beat_whose_connection_postgresql_ends_sends_on_and_never_two_at_once(celeries, every_second):
    beats = [celeries.beat(), celeries.beat()]
    wait_until(lambda: senders(celeries, every_second), 60)
    wait_until(lambda: all(waits(celeries, beat) for beat in beats), 60)
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY(%s)", [holder()])
        before = len(senders(celeries, every_second))
        wait_until(lambda before=before: len(senders(celeries, every_second)) >= before + 3)
        assert len(holder()) == 1
    assert [beat.poll() for beat in beats] == [None, None]
    # A second of one schedule is sent once: never more messages than seconds, but for one more at each change.
    moments = [datetime.fromisoformat(headers["sent_at"]) for headers in celeries.messages(every_second.queue)]
    seconds = max(moments) - min(moments)
    assert len(moments) <= seconds.total_seconds() + 1 + 2


def outage(celeries, job, seconds):
    """The broker dies before the job's only run is due, and comes back ``seconds`` later without anything in it."""
    beat = celeries.beat()
    wait_until(lambda: works(celeries, beat), 60)
    celeries.valkey.kill()
    wait_until(lambda: "task not sent, it stays due" in celeries.log(beat), 60)
    job.refresh_from_db()
    assert job.total_run_count == 0
    time.sleep(seconds)
    assert beat.poll() is None
    celeries.valkey.start()
    wait_until(lambda: senders(celeries, job), 15)
    wait_until(lambda: PeriodicTask.objects.get(pk=job.pk).total_run_count == 1)
    time.sleep(2.5)  # longer than its pause between tries: it does not send it again
    assert senders(celeries, job) == [beat.pid]


@pytest.mark.parametrize("seconds", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_a_run_that_falls_due_while_the_broker_is_away_is_sent_once_when_it_is_back(celeries, seconds):
    with only_job(1, "hours", last_run_at=clock.now() - timedelta(hours=1) + timedelta(seconds=8)) as job:
        outage(celeries, job, seconds)


def test_a_run_that_a_killed_beat_had_sent_and_not_written_down_is_sent_again_rather_than_left_out(celeries, tmp_path):
    (tmp_path / "once").touch()
    with only_job(1, "hours", last_run_at=clock.now() - timedelta(hours=2)) as job:
        first = celeries.beat(FAULT_POINT="beat.sent", FAULT_POINT_FILE=str(tmp_path / "once"))
        assert first.wait(60) == -signal.SIGKILL
        assert senders(celeries, job) == [first.pid]
        job.refresh_from_db()
        assert job.total_run_count == 0
        second = celeries.beat()
        wait_until(lambda: PeriodicTask.objects.get(pk=job.pk).total_run_count == 1, 60)
        assert senders(celeries, job) == [first.pid, second.pid]


def test_a_run_that_nobody_could_send_is_sent_by_the_beat_that_takes_over(celeries):
    with only_job(1, "hours", last_run_at=clock.now() - timedelta(hours=2)) as job:
        celeries.valkey.kill()
        first = celeries.beat()
        wait_until(lambda: "task not sent, it stays due" in celeries.log(first), 60)
        first.kill()
        first.wait(10)
        celeries.valkey.start()
        second = celeries.beat()
        wait_until(lambda: senders(celeries, job), 60)
        assert senders(celeries, job) == [second.pid]
