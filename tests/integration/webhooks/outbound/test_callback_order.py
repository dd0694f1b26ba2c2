"""Strict order: a payment's later event waits at its address for the end of the earlier one, where the tenant wants that."""

from datetime import timedelta

import pytest
from django.conf import settings

from payments_site.kernel import clock, ids, sealing
from tests.factories.callbacks import enqueue, make_event, make_merchant
from transactions.models import TransactionEvent
from webhooks.outbound.models import CallbackDelivery, CallbackPolicy

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def merchant():
    merchant = make_merchant()
    CallbackPolicy.objects.create(tenant=merchant.tenant, strict_order=True)
    return merchant


def next_event(first):
    """The same payment's next event."""
    key = sealing.unwrap(bytes(first.transaction.data_key.wrapped), settings.FERNET_KEYS)
    last = TransactionEvent.objects.filter(transaction=first.transaction).latest("sequence")
    return TransactionEvent.objects.create(
        public_id=ids.new_id(ids.EVENT), transaction=first.transaction, tenant=first.tenant, sequence=last.sequence + 1,
        event_type="refund_completed", from_status="completed", to_status="completed", message_type="refund.completed",
        body_sealed=sealing.seal(b'{"event_type":"refund.completed"}', key), created_at=clock.now(),
    )  # fmt: skip


def ids_at(receiver, path="/hook"):
    return [seen.headers["webhook-id"] for seen in receiver.at(path)]


def two_events(merchant, url):
    first, _ = make_event(merchant)
    enqueue(first, url)
    second = next_event(first)
    enqueue(second, url)
    return first, second


def test_a_later_event_waits_for_the_success_of_the_earlier_one(merchant, receiver, drain):
    receiver.answer("/hook", 500, 200)
    first, second = two_events(merchant, receiver.url())
    drain()
    drain(later=timedelta(seconds=2))
    assert ids_at(receiver) == [first.public_id]
    drain(later=timedelta(seconds=7))
    assert ids_at(receiver) == [first.public_id, first.public_id, second.public_id]


def test_a_later_event_goes_out_when_the_earlier_one_was_given_up(merchant, receiver, drain):
    receiver.answer("/hook", 500)
    CallbackPolicy.objects.filter(tenant=merchant.tenant).update(retry_delays=[60])
    first, second = two_events(merchant, receiver.url())
    drain()
    receiver.answer("/hook", 500, 200)
    drain(later=timedelta(seconds=80))
    assert ids_at(receiver) == [first.public_id, first.public_id, second.public_id]
    statuses = CallbackDelivery.objects.filter(tenant=merchant.tenant).order_by("event_id").values_list("status", flat=True)
    assert list(statuses) == ["dead", "delivered"]


def test_the_success_of_the_earlier_one_wakes_the_later_one_at_once(merchant, receiver, drain):
    first, second = two_events(merchant, receiver.url())
    drain()
    drain()
    assert ids_at(receiver) == [first.public_id, second.public_id]


def test_other_payments_and_other_addresses_do_not_wait(merchant, receiver, drain):
    receiver.answer("/hook", 500)
    first, second = two_events(merchant, receiver.url())
    enqueue(second, receiver.url("/other"))
    other, _ = make_event(merchant)
    enqueue(other, receiver.url())
    drain()
    assert sorted(ids_at(receiver)) == sorted([first.public_id, other.public_id])
    assert ids_at(receiver, "/other") == [second.public_id]


def test_without_the_wish_nobody_waits(receiver, drain):
    receiver.answer("/hook", 500)
    first, second = two_events(make_merchant(), receiver.url())
    drain()
    assert sorted(ids_at(receiver)) == sorted([first.public_id, second.public_id])


def test_a_long_line_behind_a_dead_event_does_not_hide_what_can_go(merchant, receiver, drain):
    receiver.answer("/hook", 500)
    first, _ = two_events(merchant, receiver.url())
    for _ in range(30):
        enqueue(next_event(first), receiver.url())
    drain()
    receiver.answer("/hook", 200)
    free, _ = make_event(merchant)
    enqueue(free, receiver.url())
    drain(later=timedelta(seconds=2))
    assert ids_at(receiver) == [first.public_id, free.public_id]
