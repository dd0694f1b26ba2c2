"""SIGKILL of the Celery worker and of beat: what they began is finished once by the next of them, whatever the broker forgot."""

import contextlib
import json
import os
import signal
import sys
from datetime import UTC, datetime

import pytest
from celery import Celery
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from payments_site.devstack.valkey import EmbeddedValkey
from payments_site.kernel.faults import FAULT_POINTS
from payments_site.settings.celery import broker_url
from tests.factories import truth
from tests.factories.live import call, stop, wait_until
from tests.factories.outbox import settle_everything
from transactions.models import PaymentAttempt, Receipt, Refund, Transaction, TransactionEvent

RESOLVE = sorted(point for point in FAULT_POINTS if point.startswith("resolve."))
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "payments_site")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
EXPIRE, ASK = "transactions.expire_due", "transactions.resolve_due"


@pytest.fixture(scope="module")
def valkey(tmp_path_factory):
    """A broker of these tests' own: the queues of the shared one are read by nobody, or by another test's worker."""
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.destroy()


class Celeries:
    """Workers and beats of this test, on the live stack's database."""

    def __init__(self, live, valkey, place):
        self.live, self.valkey, self.place = live, valkey, place
        self.started = []

    def ask_for(self, task, queue):
        """Put a task in a queue, as beat does."""
        with Celery(broker=broker_url(self.valkey.url)) as app:
            app.send_task(task, queue=queue, ignore_result=True)

    def start(self, *command, **environment):
        log = self.place / f"celery-{len(self.started)}.log"
        process = self.live.spawn([*CELERY, *command], log, REDIS_URL=self.valkey.url, **environment)
        process.log = log
        self.started.append(process)
        return process

    def worker(self, queue, *, pool="solo", **environment):
        """A worker of one queue. The solo pool works in the worker's own process, which a fault point so kills as a whole."""
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "info", "-c", "1", "-P", pool)
        return self.start("worker", "-Q", queue, *quiet, **environment)

    def killed_at(self, point, task):
        """A worker is given the task and killed at the point."""
        queue, once = f"doomed-{point}", self.place / "once"
        once.touch()
        self.ask_for(task, queue)
        process = self.worker(queue, FAULT_POINT=point, FAULT_POINT_FILE=str(once))
        wait_until(lambda: process.poll() is not None, 60)
        assert process.returncode == -signal.SIGKILL, process.log.read_text()
        assert not once.exists()

    def beat(self):
        return self.start("beat", "-l", "info", "--pidfile=")

    def close(self):
        for process in reversed(self.started):
            stop(process)


@pytest.fixture(scope="module")
def healthy(_live_stack, valkey, django_db_blocker, tmp_path_factory):
    """The worker that nobody kills, on the production queues' names."""
    with django_db_blocker.unblock():
        celeries = Celeries(_live_stack, valkey, tmp_path_factory.mktemp("healthy"))
        celeries.worker("cleanup,webhooks")
    yield celeries
    celeries.close()


@pytest.fixture
def celeries(live, valkey, healthy, tmp_path):
    settle_everything()
    made = Celeries(live, valkey, tmp_path)
    yield made
    made.close()
    settle_everything()


def stored(*payments):
    return Transaction.objects.filter(public_id__in=[payment["transaction_id"] for payment in payments]).order_by("id")


def overdue(*payments):
    """Let them be the first that expire, whatever other tests left behind."""
    assert stored(*payments).update(expires_at=LONG_AGO) == len(payments)


def due(model, payment):
    """Let its attempt or refund be the first that is asked about."""
    assert model.objects.filter(transaction__in=stored(payment)).update(next_query_at=LONG_AGO) == 1


def statuses(*payments):
    return list(stored(*payments).values_list("status", flat=True))


def told(payment, event_type):
    return TransactionEvent.objects.filter(transaction__public_id=payment["transaction_id"], event_type=event_type).count()


def called_back(shop, path):
    """(transaction, event type) of every event that the merchant was told of, each once however often it was sent."""
    shop.live.drain()
    bodies = {seen.headers["webhook-id"]: json.loads(seen.body) for seen in shop.live.receiver.at(path)}
    return sorted((body["data"]["transaction_id"], body["event_type"]) for body in bodies.values())


def at_provider(shop, reference):
    return call("GET", f"{shop.live.sandbox}/_control/vnpay/payments/{reference}").json["refunds"]


def test_payments_that_a_killed_worker_was_expiring_expire_once(celeries):
    shop = celeries.live.shop(callback_path="/expired")
    payments = [shop.create() for _ in range(3)]
    overdue(*payments)
    celeries.killed_at("expire.done", EXPIRE)
    assert sorted(statuses(*payments)) == ["expired", "pending", "pending"]
    celeries.ask_for(EXPIRE, "cleanup")
    wait_until(lambda: statuses(*payments) == ["expired"] * 3)
    assert [told(payment, "expired") for payment in payments] == [1, 1, 1]
    assert called_back(shop, "/expired") == sorted((one["transaction_id"], "transaction.expired") for one in payments)
    truth.check(shop.role.tenant_id)


def test_a_task_whose_pool_process_is_killed_is_given_to_the_next_one(celeries):
    shop = celeries.live.shop(callback_path="/pool")
    payments = [shop.create() for _ in range(2)]
    overdue(*payments)
    once = celeries.place / "once"
    once.touch()
    celeries.ask_for(EXPIRE, "pool")
    worker = celeries.worker("pool", pool="prefork", FAULT_POINT="expire.done", FAULT_POINT_FILE=str(once))
    wait_until(lambda: statuses(*payments) == ["expired"] * 2, 60)
    assert not once.exists()
    assert worker.poll() is None
    assert called_back(shop, "/pool") == sorted((one["transaction_id"], "transaction.expired") for one in payments)
    truth.check(shop.role.tenant_id)


@pytest.mark.parametrize("point", RESOLVE)
def test_a_payment_that_a_killed_worker_was_asking_about_is_paid_once(celeries, point):
    shop = celeries.live.shop(callback_path=f"/{point}")
    payment = shop.create()
    shop.pay(payment, "silent")
    due(PaymentAttempt, payment)
    celeries.killed_at(point, ASK)
    assert statuses(payment) == (["completed"] if point == "resolve.settled" else ["pending"])
    [asked_again_at] = PaymentAttempt.objects.filter(transaction__in=stored(payment)).values_list("next_query_at", flat=True)
    if point != "resolve.settled":
        assert asked_again_at is not None
        due(PaymentAttempt, payment)  # the dead worker's lease runs out
    celeries.ask_for(ASK, "webhooks")
    wait_until(lambda: statuses(payment) == ["completed"])
    assert told(payment, "paid") == 1
    assert Receipt.objects.filter(transaction__in=stored(payment)).count() == 1
    assert called_back(shop, f"/{point}") == [(payment["transaction_id"], "transaction.completed")]
    truth.check(shop.role.tenant_id)


def cut_off(request):
    """A request whose web process dies before it answers."""
    with contextlib.suppress(OSError):
        request()
        raise AssertionError("it was answered")


@pytest.fixture
def refund_nobody_sent(celeries):
    """A shop, its payment and the payment's reference at the provider; the web died once the refund was reserved."""
    live = celeries.live
    shop = live.shop(callback_path="/refunds")
    payment = shop.create()
    reference = shop.pay(payment)["txn_ref"]
    once = celeries.place / "web-once"
    once.touch()
    web = live.start_web("doomed-refund", FAULT_POINT="refund.reserved", FAULT_POINT_FILE=str(once))
    path = f"{shop.role.base}/transactions/{payment['transaction_id']}/refund"
    body = {"refund_amount": 40_000, "reason": "Trả hàng", "internal_refund_id": "R-1"}
    cut_off(lambda: web.call("POST", path, body, shop.role.headers))
    assert not once.exists()
    with contextlib.suppress(ProcessLookupError):
        os.kill(web.process.pid, signal.SIGKILL)
    assert at_provider(shop, reference) == []
    return shop, payment, reference


def refund_of(payment):
    return Refund.objects.get(transaction__in=stored(payment))


def finish(celeries, shop, payment, reference):
    """The bank gets the refund; the worker asks until it knows."""
    [refund] = at_provider(shop, reference)
    shop.control(f"refunds/{reference}", status="06")

    due(Refund, payment)
    celeries.ask_for(ASK, "webhooks")
    wait_until(lambda: refund_of(payment).status == "completed")
    [again] = at_provider(shop, reference)
    assert (again["amount"], again["request_id"]) == (40_000, refund["request_id"])
    assert refund_of(payment).provider_reference == refund["request_id"]
    assert statuses(payment) == ["partially_refunded"]
    assert (told(payment, "refund_initiated"), told(payment, "refund_completed")) == (1, 1)
    types = [event_type for about, event_type in called_back(shop, "/refunds") if about == payment["transaction_id"]]
    assert types == ["refund.completed", "refund.processing", "transaction.completed"]
    truth.check(shop.role.tenant_id)


def test_a_refund_that_the_web_only_reserved_is_sent_once_by_the_worker(celeries, refund_nobody_sent):
    shop, payment, reference = refund_nobody_sent
    assert refund_of(payment).status == "requested"
    due(Refund, payment)
    celeries.ask_for(ASK, "webhooks")
    wait_until(lambda: at_provider(shop, reference))
    # The worker has recorded the answer, or its schedule would overwrite the one that ``finish`` sets.
    wait_until(lambda: refund_of(payment).provider_refund_id, 60)
    finish(celeries, shop, payment, reference)


def test_a_refund_whose_worker_was_killed_after_the_providers_answer_is_not_sent_again(celeries, refund_nobody_sent):
    shop, payment, reference = refund_nobody_sent
    due(Refund, payment)
    celeries.killed_at("refund.provider_answered", ASK)
    assert refund_of(payment).status == "processing"
    assert len(at_provider(shop, reference)) == 1
    finish(celeries, shop, payment, reference)


def test_a_refund_whose_worker_was_killed_before_it_asked_is_asked_about_and_never_sent(celeries, refund_nobody_sent):
    shop, payment, reference = refund_nobody_sent
    due(Refund, payment)
    celeries.killed_at("refund.claimed", ASK)
    assert (refund_of(payment).status, at_provider(shop, reference)) == ("processing", [])
    asked = refund_of(payment).query_count
    due(Refund, payment)
    celeries.ask_for(ASK, "webhooks")
    wait_until(lambda: refund_of(payment).query_count > asked)
    assert at_provider(shop, reference) == []
    assert refund_of(payment).status in ("processing", "unknown")
    assert told(payment, "refund_initiated") == 1
    truth.check(shop.role.tenant_id)


@pytest.fixture
def every_second(celeries):
    """The sweep of expiry as its row schedules it, but every second."""
    row = PeriodicTask.objects.get(task=EXPIRE)
    second, _ = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
    PeriodicTask.objects.filter(pk=row.pk).update(interval=second, last_run_at=None)
    yield
    PeriodicTask.objects.filter(pk=row.pk).update(interval=row.interval, last_run_at=row.last_run_at)


def test_a_beat_that_was_killed_goes_on_with_the_schedule_even_if_the_broker_forgot_everything(
    celeries, every_second, valkey, live
):
    shop = live.shop(callback_path="/beat")
    first, second = shop.create(), shop.create()
    beat = celeries.beat()
    overdue(first)
    wait_until(lambda: statuses(first) == ["expired"], 60)
    beat.kill()
    assert beat.wait(10) == -signal.SIGKILL
    valkey.kill()
    valkey.start()
    overdue(second)
    celeries.beat()
    wait_until(lambda: statuses(second) == ["expired"], 60)
    assert (told(first, "expired"), told(second, "expired")) == (1, 1)
    assert called_back(shop, "/beat") == sorted((one["transaction_id"], "transaction.expired") for one in (first, second))
    truth.check(shop.role.tenant_id)
