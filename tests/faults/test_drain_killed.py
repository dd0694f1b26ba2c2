"""SIGKILL of the drain loses no callback and leaves nothing to repair."""

import json
import random
import signal

import pytest
from django.db import transaction
from standardwebhooks import Webhook

from tests.factories import truth
from tests.factories.callbacks import make_delivery, make_merchant
from tests.factories.drain_process import ROOT, start_drain, stop, wait_until
from tests.factories.outbox import settle_everything
from tests.factories.receiver import running_receiver
from webhooks.outbound.models import CallbackAttempt, CallbackDelivery

# A short timeout makes a short lease: what a killed drain held is due again after 3 x 2 + 10 seconds.
LEASE = 16
SETTINGS = {"CALLBACK_TIMEOUT_SECONDS": "2", "CALLBACK_CONCURRENCY": "600"}


@pytest.fixture
def receiver(committed_db):
    settle_everything()
    with running_receiver() as running:
        running.delay("/hook", 0.1)
        yield running
    settle_everything()


def killed_at(point):
    drain = start_drain(FAULT_POINT=point, **SETTINGS)
    drain.communicate(timeout=30)
    return drain.returncode


def start_after_the_lease():
    """A drain that need not wait until the leases of the dead ones have run out: its clock is ahead by as much."""
    drain = start_drain(script=str(ROOT / "tests" / "factories" / "moved_drain.py"), **SETTINGS)
    drain.stdin.write(f"{LEASE}\n".encode())
    drain.stdin.flush()
    return drain


def kill_after(receiver, more):
    """SIGKILL once the receiver has seen ``more`` requests."""
    enough = len(receiver.seen) + more
    drain = start_drain(**SETTINGS)
    wait_until(lambda: len(receiver.seen) >= enough, seconds=30, drain=drain)
    drain.kill()
    drain.communicate(timeout=10)
    return drain.returncode


@pytest.mark.parametrize(
    ("count", "start"),
    [(200, start_after_the_lease), pytest.param(500, lambda: start_drain(**SETTINGS), marks=pytest.mark.slow)],
    ids=["200-with-the-clock-moved", "500"],
)
def test_callbacks_survive_four_kills_of_the_drain(receiver, count, start):
    merchant = make_merchant()
    with transaction.atomic():
        for _ in range(count):
            make_delivery(merchant, receiver.url())
    mine = CallbackDelivery.objects.filter(tenant=merchant.tenant)
    kills = [killed_at("callback.claimed"), killed_at("callback.sent")]
    assert receiver.seen, "the second kill comes after the receiver had it"
    kills += [kill_after(receiver, random.randint(10, count // 4)) for _ in range(2)]
    assert kills == [-signal.SIGKILL] * 4
    assert mine.filter(status="pending").exists()

    drain = start()
    wait_until(lambda: not mine.filter(status="pending").exists(), seconds=60, drain=drain)
    code, output = stop(drain)
    assert code == 0, output

    assert set(mine.values_list("status", flat=True)) == {"delivered"}
    assert {seen.headers["webhook-id"] for seen in receiver.seen} == set(mine.values_list("event__public_id", flat=True))
    for seen in receiver.seen:
        verified = Webhook(merchant.secrets[0]).verify(seen.body, seen.headers)
        assert verified == json.loads(seen.body)
        assert verified["event_id"] == seen.headers["webhook-id"]
    assert CallbackAttempt.objects.filter(delivery__in=mine).count() == sum(mine.values_list("attempts", flat=True))
    truth.check(merchant.tenant.public_id, laws=truth.DELIVERIES)
