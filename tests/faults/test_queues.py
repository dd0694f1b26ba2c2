"""Workers as real processes: what is urgent comes first, what hangs is cut off, and who is there shows itself."""

from __future__ import annotations

import re
import signal
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from audit.models import OperationalEvent
from payments_site.devstack.valkey import EmbeddedValkey
from payments_site.kernel import clock
from payments_site.kernel.queues import QUEUES
from payments_site.scheduling import state
from payments_site.scheduling.pulse import GONE_AFTER
from tests.factories import truth
from tests.factories.celeries import Celeries
from tests.factories.live import stop, wait_until
from tests.factories.outbox import settle_everything
from transactions.models import Transaction

EXPIRE, ASK = "transactions.expire_due", "transactions.resolve_due"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def valkey(tmp_path):
    server = EmbeddedValkey(tmp_path / "valkey")
    server.start()
    yield server
    server.destroy()


@pytest.fixture
def celeries(live, valkey, tmp_path, settings):
    settle_everything()
    settings.REDIS_URL = valkey.url
    made = Celeries(live, valkey, tmp_path)
    yield made
    made.close()
    settle_everything()


def overdue(shop):
    """A payment that the next sweep expires."""
    payment = shop.create()
    row = Transaction.objects.filter(public_id=payment["transaction_id"])
    row.update(expires_at=LONG_AGO)
    return row


def expired(row):
    return row.values_list("status", flat=True).get() == "expired"


def here():
    """The queues of every worker that shows itself."""
    found = state.broker(clock.now())
    return {worker.name: worker.queues for worker in found.workers if not worker.gone} if found else {}


def test_the_urgent_queues_are_emptied_first_and_the_other_end_first_by_the_other_worker(celeries):
    order = re.compile(r"Task (\S+)\[\S+\] received")
    for queues, first in ((QUEUES, ASK), (QUEUES[::-1], EXPIRE)):
        for task, queue in ((EXPIRE, "cleanup"), (ASK, "webhooks")) * 3:
            celeries.send(task, queue)
        worker = celeries.worker(",".join(queues))
        wait_until(lambda worker=worker: len(order.findall(celeries.log(worker))) == 6, 60)
        assert order.findall(celeries.log(worker)) == [first] * 3 + [EXPIRE if first == ASK else ASK] * 3
        stop(worker)


def test_a_task_that_hangs_is_killed_and_told_of_and_the_next_one_is_done(celeries):
    shop = celeries.live.shop()
    began = clock.now()
    celeries.worker("cleanup", DJANGO_SETTINGS_MODULE="tests.factories.short_limits_settings")
    payment = overdue(shop)
    with transaction.atomic():
        payment.select_for_update().get()  # the sweep waits for it, longer than it may
        celeries.send(EXPIRE, "cleanup")
        told = OperationalEvent.objects.filter(kind="task.failed", subject=EXPIRE, created_at__gte=began)
        wait_until(told.exists, 20)
        assert told.get().data == {"error": "TimeLimitExceeded", "queue": "cleanup"}
        assert celeries.messages("cleanup") == []
    celeries.send(EXPIRE, "cleanup")
    wait_until(lambda: expired(payment))
    truth.check(shop.role.tenant_id)


def test_a_worker_shows_itself_is_missed_when_killed_and_not_when_stopped(celeries):
    killed, stopped = celeries.worker("webhooks,callbacks"), celeries.worker("cleanup")
    wait_until(lambda: here() == {"w0@test": ("webhooks", "callbacks"), "w1@test": ("cleanup",)}, 60)
    stop(stopped)
    assert set(here()) == {"w0@test"}
    killed.kill()
    assert killed.wait(10) == -signal.SIGKILL
    later = state.broker(clock.now() + timedelta(seconds=GONE_AFTER + 1))
    assert [(worker.name, worker.gone) for worker in later.workers] == [("w0@test", True)]
