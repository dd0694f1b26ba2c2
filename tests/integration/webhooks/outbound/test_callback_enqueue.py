"""An event in the outbox: one row for every address that hears of it, and what GET says of them."""

import pytest
from django.db import connection, transaction

from tests.factories.callbacks import enqueue, make_delivery, make_event, make_merchant
from webhooks.outbound.enqueue import OutsideTransactionError, enqueue_callbacks
from webhooks.outbound.models import CallbackDelivery, CallbackEndpoint
from webhooks.outbound.selectors import callback_summaries, callback_summary

URL = "https://shop.example/hook"
NONE = {
    "callback_status": "none",
    "callback_attempts": 0,
    "callback_delivered_at": None,
    "callback_failed_at": None,
    "callback_response": None,
    "callback_error": None,
}


def addresses(event):
    return list(CallbackDelivery.objects.filter(event=event).order_by("id").values_list("url", "endpoint_id"))


def endpoint(merchant, url, **fields):
    return CallbackEndpoint.objects.create(tenant=merchant.tenant, url=url, **fields)


@pytest.mark.django_db
def test_an_event_goes_to_its_own_url_the_notification_url_and_the_endpoints_that_want_it():
    merchant = make_merchant()
    everything = endpoint(merchant, "https://erp.example/all")
    wanted = endpoint(merchant, "https://erp.example/paid", event_types=["transaction.completed", "refund.completed"])
    endpoint(merchant, "https://erp.example/failed", event_types=["transaction.failed"])
    endpoint(merchant, "https://erp.example/off", is_active=False)
    endpoint(make_merchant(), "https://stranger.example/all")
    event, _ = make_event(merchant)
    assert enqueue(event, URL, extra_url="https://shop.example/refunds") == 4
    assert addresses(event) == [
        (URL, None),
        ("https://shop.example/refunds", None),
        ("https://erp.example/all", everything.pk),
        ("https://erp.example/paid", wanted.pk),
    ]


@pytest.mark.django_db
def test_the_same_url_is_called_once():
    merchant = make_merchant()
    endpoint(merchant, URL)
    event, _ = make_event(merchant)
    assert enqueue(event, URL, extra_url=URL) == 1
    assert addresses(event) == [(URL, None)]


@pytest.mark.django_db
def test_without_any_url_an_event_is_for_the_feed_only():
    event, _ = make_event(make_merchant())
    assert enqueue(event, "") == 0
    assert addresses(event) == []


@pytest.mark.django_db
def test_a_created_payment_is_never_delivered():
    event, _ = make_event(make_merchant(), message_type="transaction.created")
    assert enqueue(event, URL) == 0


@pytest.mark.django_db
def test_enqueueing_costs_two_statements(django_assert_num_queries):
    event, _ = make_event(make_merchant())
    with transaction.atomic(), django_assert_num_queries(2):
        enqueue_callbacks(
            event_id=event.pk, transaction_id=event.transaction_id, tenant_id=event.tenant_id,
            message_type="transaction.completed", default_url=URL, now=event.created_at,
        )  # fmt: skip


@pytest.mark.usefixtures("committed_db")
def test_enqueueing_outside_a_database_transaction_is_refused():
    event, _ = make_event(make_merchant())
    assert not connection.in_atomic_block
    with pytest.raises(OutsideTransactionError):
        enqueue_callbacks(
            event_id=event.pk, transaction_id=event.transaction_id, tenant_id=event.tenant_id,
            message_type="transaction.completed", default_url=URL, now=event.created_at,
        )  # fmt: skip


@pytest.mark.django_db
def test_a_payment_without_callbacks_says_so():
    event, _ = make_event(make_merchant())
    assert callback_summary(event.transaction_id) == NONE


@pytest.mark.django_db
def test_the_summary_tells_what_became_of_the_newest_delivery_to_the_payments_own_url():
    merchant = make_merchant()
    delivery = make_delivery(merchant, URL)
    CallbackDelivery.objects.filter(pk=delivery.pk).update(
        status="dead", next_attempt_at=None, attempts=11, failed_at=delivery.created_at, last_status=500,
        last_response="oops", last_error="answered 500",
    )  # fmt: skip
    summary = callback_summary(delivery.transaction_id)
    assert summary["callback_failed_at"].endswith("+07:00")
    assert summary | {"callback_failed_at": None} == NONE | {
        "callback_status": "failed",
        "callback_attempts": 11,
        "callback_response": {"status": 500, "body": "oops"},
        "callback_error": "answered 500",
    }


@pytest.mark.django_db
def test_summaries_of_a_list_take_one_query_and_leave_nobody_out(django_assert_num_queries):
    merchant = make_merchant()
    pending = make_delivery(merchant, URL)
    silent, _ = make_event(merchant)
    with django_assert_num_queries(1):
        summaries = callback_summaries([pending.transaction_id, silent.transaction_id])
    assert summaries[pending.transaction_id]["callback_status"] == "pending"
    assert summaries[silent.transaction_id] == NONE
    assert callback_summaries([]) == {}
