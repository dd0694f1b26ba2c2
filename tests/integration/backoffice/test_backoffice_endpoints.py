"""Endpoints and policies of callbacks in the back office."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from payments_site.kernel import clock
from tests.factories.callbacks import enqueue, make_event, make_merchant
from tests.integration.transactions.admin.people import act, do, page, staff_with
from webhooks.outbound.models import CallbackDelivery, CallbackEndpoint, CallbackPolicy

pytestmark = pytest.mark.django_db
RIGHTS = ("view_callbackendpoint", "change_callbackendpoint", "change_callbackdelivery", "view_callbackdelivery")


@pytest.fixture
def endpoint() -> CallbackEndpoint:
    return CallbackEndpoint.objects.create(tenant=make_merchant().tenant, url="https://erp.example/hook")


def save(client: Client, endpoint: CallbackEndpoint, **fields: str) -> None:
    answer = client.post(page(endpoint), {"url": endpoint.url, "description": "", "event_types": []} | fields)
    assert answer.status_code == 302, answer.content.decode()


def test_switching_off_and_on_brings_what_was_missed(endpoint: CallbackEndpoint) -> None:
    client = staff_with(*RIGHTS)
    save(client, endpoint)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_reason) == (False, "switched off by staff")
    event, _ = make_event(merchant_of(endpoint))
    enqueue(event, "")
    assert not CallbackDelivery.objects.filter(endpoint=endpoint).exists()
    save(client, endpoint, is_active="on")
    assert CallbackDelivery.objects.get(endpoint=endpoint).event == event
    actions = AuditEntry.objects.filter(entity_id=endpoint.public_id).values_list("action", flat=True)
    assert list(actions) == ["callback_endpoint_changed"] * 2


def merchant_of(endpoint: CallbackEndpoint) -> object:
    return type("Merchant", (), {"tenant": endpoint.tenant})()


def test_a_test_event_is_sent_from_the_page(endpoint: CallbackEndpoint) -> None:
    words = do(staff_with(*RIGHTS), endpoint, "test")
    delivery = CallbackDelivery.objects.get(endpoint=endpoint)
    assert delivery.public_id in words
    assert delivery.message_type == "callback.test"
    assert "callback.test" in staff_with(*RIGHTS, "view_payer").get(page(delivery)).content.decode()


def test_a_time_range_is_sent_again_from_the_page_by_who_may(endpoint: CallbackEndpoint) -> None:
    event, _ = make_event(merchant_of(endpoint))
    enqueue(event, "")
    CallbackDelivery.objects.filter(endpoint=endpoint).update(status="dead", next_attempt_at=None, failed_at=clock.now())
    now = timezone.localtime(clock.now())
    since, until = now - timedelta(hours=1), now
    CallbackDelivery.objects.filter(endpoint=endpoint).update(created_at=now - timedelta(minutes=30))
    values = {"status": "dead"} | {
        f"{name}_{position}": text
        for name, moment in (("since", since), ("until", until))
        for position, text in enumerate((moment.strftime("%d/%m/%Y"), moment.strftime("%H:%M:%S")))
    }
    assert staff_with(*RIGHTS[:2]).post(act(endpoint, "resend"), values).status_code == 403
    do(staff_with(*RIGHTS), endpoint, "resend", **values)
    assert CallbackDelivery.objects.get(endpoint=endpoint).status == "pending"


def test_what_its_tenant_deleted_stays_as_it_was(endpoint: CallbackEndpoint) -> None:
    CallbackEndpoint.objects.filter(pk=endpoint.pk).update(deleted_at=clock.now(), is_active=False)
    client = staff_with(*RIGHTS)
    assert 'name="_save"' not in client.get(page(endpoint)).content.decode()
    assert client.post(page(endpoint), {"url": endpoint.url, "is_active": "on"}).status_code == 403


def test_unknown_types_are_refused(endpoint: CallbackEndpoint) -> None:
    data = {"url": endpoint.url, "description": "", "event_types": ["money.gone"], "is_active": "on"}
    answer = staff_with(*RIGHTS).post(page(endpoint), data)
    assert answer.status_code == 200
    endpoint.refresh_from_db()
    assert endpoint.event_types == []


def test_a_policy_is_kept_within_bounds_and_audited(endpoint: CallbackEndpoint) -> None:
    client = staff_with("view_callbackpolicy", "add_callbackpolicy", "change_callbackpolicy")
    add = reverse("admin:webhooks_callbackpolicy_add")
    fields = {"tenant": str(endpoint.tenant_id), "strict_order": "on"}
    assert client.post(add, fields | {"retry_delays": "0"}).status_code == 200
    assert client.post(add, fields | {"retry_delays": "60, 600"}).status_code == 302
    policy = CallbackPolicy.objects.get(tenant=endpoint.tenant)
    assert 'value="60, 600"' in client.get(page(policy)).content.decode()
    assert (policy.retry_delays, policy.strict_order) == ([60, 600], True)
    client.post(page(policy), {"retry_delays": ""})
    policy.refresh_from_db()
    assert (policy.retry_delays, policy.strict_order) == ([], False)
    assert AuditEntry.objects.filter(action="callback_policy_changed", tenant_id=endpoint.tenant.public_id).count() == 2
