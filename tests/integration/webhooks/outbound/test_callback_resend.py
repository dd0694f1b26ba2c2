"""Sending a callback once more, by service and in the back office; and the sweep that stands in for the drain."""

import secrets
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from audit.models import AuditEntry
from audit.services import Actor
from payments_site.kernel import clock
from tenants.models import StaffUser
from tests.factories.callbacks import make_delivery, make_merchant
from webhooks.outbound.models import CallbackDelivery, CallbackEndpoint
from webhooks.outbound.resend import StillPendingError, resend
from webhooks.tasks import sweep_callbacks

pytestmark = pytest.mark.usefixtures("outbox")


def staff(*permissions):
    user = StaffUser.objects.create_user(f"staff-{secrets.token_hex(6)}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def dead_delivery(url):
    delivery = make_delivery(make_merchant(), url)
    CallbackDelivery.objects.filter(pk=delivery.pk).update(
        status="dead", attempts=11, next_attempt_at=None, failed_at=clock.now()
    )
    return CallbackDelivery.objects.get(pk=delivery.pk)


def press_send_again(client, user, delivery):
    client.force_login(user)
    data = {"action": "send_again", "_selected_action": [delivery.pk]}
    return client.post(reverse("admin:webhooks_callbackdelivery_changelist"), data, follow=True)


def test_a_dead_delivery_gets_a_new_try(receiver, drain):
    delivery = dead_delivery(receiver.url())
    resend(delivery=delivery, now=clock.now(), actor=Actor(user_id="an", user_type="staff"))
    assert drain() == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.failed_at) == ("delivered", 12, None)
    assert receiver.seen[0].headers["x-callback-attempt"] == "12"
    entry = AuditEntry.objects.get(action="callback_resend", entity_id=delivery.transaction.public_id)
    assert (entry.user_id, entry.old_values["status"], entry.new_values["status"]) == ("an", "dead", "pending")


def test_a_dead_delivery_that_fails_again_begins_its_schedule_anew(receiver, drain):
    receiver.answer("/hook", 500)
    delivery = dead_delivery(receiver.url())
    resend(delivery=delivery, now=clock.now(), actor=Actor())
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.tries_before) == ("pending", 12, 11)
    assert timedelta(seconds=3) < delivery.next_attempt_at - clock.now() < timedelta(seconds=7)


def test_a_delivered_callback_is_sent_again_with_the_same_id(receiver, drain):
    delivery = make_delivery(make_merchant(), receiver.url())
    drain()
    resend(delivery=delivery, now=clock.now(), actor=Actor())
    drain()
    assert len(receiver.seen) == 2
    assert receiver.seen[0].headers["webhook-id"] == receiver.seen[1].headers["webhook-id"]
    assert receiver.seen[0].body == receiver.seen[1].body


def test_a_pending_delivery_cannot_be_sent_again():
    delivery = make_delivery(make_merchant(), "https://shop.example/hook")
    with pytest.raises(StillPendingError):
        resend(delivery=delivery, now=clock.now(), actor=Actor())


def test_staff_with_the_permission_send_again_from_the_list(client):
    delivery = dead_delivery("https://shop.example/hook")
    user = staff("view_callbackdelivery", "change_callbackdelivery")
    assert press_send_again(client, user, delivery).status_code == 200
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("pending", 11)
    entry = AuditEntry.objects.get(action="callback_resend", entity_id=delivery.transaction.public_id)
    assert (entry.user_id, entry.user_type) == (user.username, "staff")


def test_staff_who_may_only_look_cannot_send_again(client):
    delivery = dead_delivery("https://shop.example/hook")
    press_send_again(client, staff("view_callbackdelivery"), delivery)
    delivery.refresh_from_db()
    assert delivery.status == "dead"


def test_a_delivery_page_shows_its_tries_and_offers_nothing_to_change(client, receiver, drain):
    receiver.answer("/hook", 418, body="short and stout")
    delivery = make_delivery(make_merchant(), receiver.url())
    drain()
    client.force_login(staff("view_callbackdelivery", "change_callbackdelivery", "view_callbackattempt"))
    page = client.get(reverse("admin:webhooks_callbackdelivery_change", args=[delivery.pk]))
    assert page.status_code == 200
    assert "short and stout" in page.text
    assert 'name="_save"' not in page.text
    found = client.get(reverse("admin:webhooks_callbackdelivery_changelist"), {"q": delivery.event.public_id})
    assert delivery.public_id in found.text


def test_an_endpoint_inside_our_network_is_refused_and_a_good_one_is_audited(client):
    merchant = make_merchant()
    client.force_login(staff("add_callbackendpoint", "view_callbackendpoint", "change_callbackendpoint"))
    fields = {"tenant": merchant.tenant.pk, "description": "", "event_types": ["refund.failed"], "is_active": "on"}
    client.post(reverse("admin:webhooks_callbackendpoint_add"), fields | {"url": "http://169.254.169.254/"})
    assert not CallbackEndpoint.objects.filter(tenant=merchant.tenant).exists()
    client.post(reverse("admin:webhooks_callbackendpoint_add"), fields | {"url": "https://erp.example/hook"})
    endpoint = CallbackEndpoint.objects.get(tenant=merchant.tenant)
    assert endpoint.event_types == ["refund.failed"]
    assert AuditEntry.objects.get(entity_id=endpoint.public_id).action == "callback_endpoint_created"


def test_the_sweep_delivers_what_nobody_took_for_a_minute(receiver):
    fresh = make_delivery(make_merchant(), receiver.url())
    assert sweep_callbacks() == 0
    CallbackDelivery.objects.filter(pk=fresh.pk).update(next_attempt_at=clock.now() - timedelta(seconds=61))
    assert sweep_callbacks() == 1
    fresh.refresh_from_db()
    assert fresh.status == "delivered"


def test_the_sweep_is_scheduled_every_half_minute_on_the_queue_of_callbacks():
    row = PeriodicTask.objects.get(task="webhooks.outbound.sweep_callbacks")
    assert (row.queue, row.enabled, row.interval.every, row.interval.period) == ("callbacks", True, 30, "seconds")
    assert sweep_callbacks.name == row.task
