"""Endpoints that are gone or only fail are switched off with notice; what they missed comes when they are on again."""

from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from audit.models import AuditEntry, OperationalEvent
from audit.services import Actor
from payments_site.kernel import clock
from tests.factories.callbacks import enqueue, make_event, make_merchant
from webhooks.outbound import endpoints, replay
from webhooks.outbound.endpoints import Wish
from webhooks.outbound.models import CallbackDelivery, CallbackEndpoint
from webhooks.outbound.replay import catch_up

pytestmark = pytest.mark.usefixtures("outbox")

CLIENT = Actor(user_id="key_1", user_type="client")


@pytest.fixture
def merchant():
    return make_merchant()


@pytest.fixture
def endpoint(merchant, receiver):
    wish = Wish(url=receiver.url("/extra"), event_types=[])
    return endpoints.create_endpoint(tenant_id=merchant.tenant.pk, wish=wish, actor=CLIENT, now=clock.now())


def happen(merchant, **fields):
    event, _ = make_event(merchant, **fields)
    enqueue(event, "")
    return event


def switch(endpoint, on, **more):
    wish = Wish(url=endpoint.url, event_types=endpoint.event_types, is_active=on, **more)
    return endpoints.change_endpoint(endpoint=endpoint, wish=wish, actor=CLIENT, now=clock.now())


def ids_at(receiver, path="/extra"):
    return [seen.headers["webhook-id"] for seen in receiver.at(path)]


def test_the_first_failure_is_remembered_and_a_success_forgets_it(merchant, endpoint, receiver, drain):
    receiver.answer("/extra", 500, 200)
    happen(merchant)
    drain()
    endpoint.refresh_from_db()
    first = endpoint.failing_since
    assert clock.now() - first < timedelta(seconds=30)
    drain(later=timedelta(seconds=7))
    endpoint.refresh_from_db()
    assert (endpoint.failing_since, endpoint.is_active) == (None, True)


def test_five_days_of_nothing_but_failures_switch_an_endpoint_off_with_notice(merchant, endpoint, receiver, drain):
    receiver.answer("/extra", 503)
    happen(merchant)
    drain()
    for later in (timedelta(days=4, hours=23), timedelta(days=5, minutes=1)):
        endpoint.refresh_from_db()
        assert endpoint.is_active
        CallbackDelivery.objects.filter(endpoint=endpoint).update(status="pending", next_attempt_at=clock.now())
        drain(later=later)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_reason) == (False, "nothing but failures for 5 days")
    notice = OperationalEvent.objects.get(kind="callback.endpoint_disabled", subject=endpoint.public_id)
    assert (notice.severity, notice.data["tenant_id"]) == ("warning", merchant.tenant.public_id)


def test_a_success_within_the_five_days_starts_the_count_anew(merchant, endpoint, receiver, drain):
    receiver.answer("/extra", 500, 200, 500)
    happen(merchant)
    drain()
    drain(later=timedelta(days=3))
    happen(merchant)
    drain(later=timedelta(days=6))
    endpoint.refresh_from_db()
    assert endpoint.is_active
    assert endpoint.failing_since > clock.now() + timedelta(days=5)


def test_trouble_of_our_own_is_not_held_against_an_endpoint(merchant, endpoint, drain, settings):
    settings.FERNET_KEYS = ["YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyE="]
    happen(merchant)
    drain()
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_410_switches_it_off_and_switching_it_on_brings_what_it_missed(merchant, endpoint, receiver, drain):
    receiver.answer("/extra", 410, 200)
    gone = happen(merchant)
    drain()
    missed = [happen(merchant), happen(merchant)]
    happen(make_merchant())
    assert drain() == 0
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    switch(endpoint, on=True)
    drain()
    assert sorted(ids_at(receiver)[1:]) == sorted(event.public_id for event in (gone, *missed))
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failing_since, endpoint.disabled_reason) == (True, None, "")


def test_what_was_given_up_in_the_bad_days_is_sent_again_and_what_was_before_is_not(merchant, endpoint, receiver, drain):
    now, rows = clock.now(), []
    for age in (9, 2):
        happen(merchant)
        rows.append(CallbackDelivery.objects.filter(endpoint=endpoint).latest("id"))
        CallbackDelivery.objects.filter(pk=rows[-1].pk).update(
            status="dead", attempts=11, next_attempt_at=None, failed_at=now - timedelta(days=age)
        )
    CallbackEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=now - timedelta(days=5))
    switch(endpoint, on=False)
    switch(endpoint, on=True)
    drain()
    assert ids_at(receiver) == [rows[1].event.public_id]
    rows[1].refresh_from_db()
    assert (rows[1].status, rows[1].attempts, rows[1].tries_before) == ("delivered", 12, 11)


def test_what_waited_when_it_was_switched_off_is_given_up_and_comes_again(merchant, endpoint, receiver, drain):
    event = happen(merchant)
    switch(endpoint, on=False)
    drain()
    assert CallbackDelivery.objects.get(event=event).last_error == "the endpoint is switched off"
    switch(endpoint, on=True)
    drain()
    assert ids_at(receiver) == [event.public_id]


def test_a_tenant_may_do_without_what_was_missed(merchant, endpoint, receiver, drain):
    switch(endpoint, on=False)
    happen(merchant)
    switch(endpoint, on=True, replay=False)
    new = happen(merchant)
    drain()
    assert ids_at(receiver) == [new.public_id]


def test_only_the_types_that_it_wants_are_brought(merchant, endpoint, receiver, drain):
    CallbackEndpoint.objects.filter(pk=endpoint.pk).update(event_types=["refund.completed"])
    endpoint.refresh_from_db()
    switch(endpoint, on=False)
    happen(merchant, message_type="transaction.completed")
    happen(merchant, message_type="transaction.created")
    wanted = happen(merchant, message_type="refund.completed")
    switch(endpoint, on=True)
    drain()
    assert ids_at(receiver) == [wanted.public_id]


def test_a_payment_that_commits_after_the_switch_is_found_by_a_later_look(merchant, endpoint, receiver, drain):
    switch(endpoint, on=False)
    event, _ = make_event(merchant)
    connections["late"] = connection.copy("late")
    try:
        with transaction.atomic(using="late"), connections["late"].cursor() as late:
            # A writer of this very moment, which still finds the endpoint off.
            late.execute("SELECT pg_current_xact_id()")
            late.execute("UPDATE transactions_transaction SET updated_at = now() WHERE id = %s", [event.transaction_id])
            switch(endpoint, on=True)
            for _ in range(3):
                catch_up(now=clock.now())
            endpoint.refresh_from_db()
            assert endpoint.missed_since is not None, "somebody may still be writing"
        for _ in range(2):
            catch_up(now=clock.now())
    finally:
        connections["late"].close()
        del connections["late"]
    endpoint.refresh_from_db()
    drain()
    assert ids_at(receiver) == [event.public_id]


def test_a_long_absence_is_made_up_batch_by_batch(merchant, endpoint, receiver, drain, monkeypatch):
    monkeypatch.setattr(replay, "BATCH", 2)
    switch(endpoint, on=False)
    missed = [happen(merchant).public_id for _ in range(7)]
    switch(endpoint, on=True)
    assert CallbackDelivery.objects.filter(endpoint=endpoint).count() == 2
    for _ in range(6):
        catch_up(now=clock.now())
    drain()
    assert sorted(ids_at(receiver)) == sorted(missed)
    assert len(ids_at(receiver)) == 7


def test_switching_is_audited(endpoint):
    switch(endpoint, on=False)
    entry = AuditEntry.objects.filter(entity_id=endpoint.public_id).latest("id")
    assert (entry.action, entry.user_id) == ("callback_endpoint_changed", "key_1")
    assert (entry.old_values["is_active"], entry.new_values["is_active"]) == (True, False)
    assert entry.new_values["disabled_reason"] == "switched off by the tenant"


def test_what_waits_follows_an_endpoint_to_its_new_url(merchant, endpoint, receiver, drain):
    receiver.answer("/extra", 500)
    event = happen(merchant)
    drain()
    wish = Wish(url=receiver.url("/new"), event_types=[])
    endpoints.change_endpoint(endpoint=endpoint, wish=wish, actor=CLIENT, now=clock.now())
    drain(later=timedelta(seconds=7))
    assert ids_at(receiver, "/new") == [event.public_id]


def test_a_deleted_endpoint_hears_nothing_and_may_come_back_without_what_it_missed(merchant, endpoint, receiver, drain):
    endpoints.delete_endpoint(endpoint=endpoint, actor=CLIENT, now=clock.now())
    happen(merchant)
    assert endpoints.endpoints_of(tenant_id=merchant.tenant.pk) == []
    wish = Wish(url=endpoint.url, event_types=[])
    again = endpoints.create_endpoint(tenant_id=merchant.tenant.pk, wish=wish, actor=CLIENT, now=clock.now())
    assert again.pk == endpoint.pk
    new = happen(merchant)
    catch_up(now=clock.now())
    drain()
    assert ids_at(receiver) == [new.public_id]
