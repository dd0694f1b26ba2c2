"""The drain outlives its database connections, as when PostgreSQL restarts."""

import pytest
from django.db import connection

from tests.factories.callbacks import make_delivery, make_merchant
from tests.factories.drain_process import start_drain, stop, wait_until
from tests.factories.outbox import settle_everything
from tests.factories.receiver import running_receiver
from webhooks.outbound.models import CallbackDelivery

_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def receiver(committed_db):
    settle_everything()
    with running_receiver() as running:
        yield running
    settle_everything()


def cut_every_other_connection():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(pg_terminate_backend(pid)) {_OTHERS}")
        return cursor.fetchone()[0]


def delivered(delivery):
    return CallbackDelivery.objects.filter(pk=delivery.pk, status="delivered").exists()


def test_the_drain_goes_on_after_its_connections_were_cut(receiver):
    merchant = make_merchant()
    drain = start_drain()
    before = make_delivery(merchant, receiver.url())
    wait_until(lambda: delivered(before), seconds=20, drain=drain)
    assert cut_every_other_connection() >= 1
    after = make_delivery(merchant, receiver.url())
    wait_until(lambda: delivered(after), seconds=20, drain=drain)
    code, output = stop(drain)
    assert code == 0, output
    assert "database away, trying again" in output
    assert len(receiver.seen) == 2


def test_what_was_answered_while_the_database_was_away_is_recorded_when_it_is_back(receiver):
    receiver.delay("/hook", 1.0)
    delivery = make_delivery(make_merchant(), receiver.url())
    drain = start_drain()
    wait_until(lambda: bool(receiver.seen), seconds=20, drain=drain)
    cut_every_other_connection()
    wait_until(lambda: delivered(delivery), seconds=20, drain=drain)
    assert stop(drain)[0] == 0
    assert len(receiver.seen) == 1
    assert delivery.tries.count() == 1
