"""A slow or dead receiver delays nobody else; stopping waits for nobody for ever."""

import time

import pytest
from django.utils import timezone

from tests.factories.callbacks import make_delivery, make_merchant
from tests.factories.receiver import running_receiver
from webhooks.outbound.models import CallbackDelivery

pytestmark = pytest.mark.usefixtures("outbox")


def test_a_long_queue_of_a_dead_host_does_not_hold_up_a_healthy_one(receiver, drain_for, settings):
    settings.CALLBACK_CONCURRENCY = 40
    merchant = make_merchant()
    with running_receiver() as dead:
        dead.delay("/hook", 30)
        queued = [make_delivery(merchant, dead.url()).pk for _ in range(100)]
        healthy = [make_delivery(merchant, receiver.url()).pk for _ in range(100)]
        begun = time.time()
        drain_for(4, grace=0.1)
        assert 0 < len(dead.seen) <= 16
    rows = CallbackDelivery.objects.filter(pk__in=healthy)
    assert {row.status for row in rows} == {"delivered"}
    assert max(row.delivered_at.timestamp() for row in rows) - begun < 4
    assert not CallbackDelivery.objects.filter(pk__in=queued, attempts__gt=0).exists()


def test_stopping_finishes_what_is_nearly_done_and_gives_the_rest_back(receiver, drain_for):
    merchant = make_merchant()
    receiver.delay("/soon", 0.8)
    receiver.delay("/never", 30)
    soon, never = make_delivery(merchant, receiver.url("/soon")), make_delivery(merchant, receiver.url("/never"))
    assert drain_for(0.4, grace=1.0) == 1
    soon.refresh_from_db()
    never.refresh_from_db()
    assert (soon.status, never.status, never.attempts) == ("delivered", "pending", 0)
    assert never.next_attempt_at <= timezone.now()
