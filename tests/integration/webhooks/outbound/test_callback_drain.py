"""The drain against a real server and a real PostgreSQL."""

import hashlib
import hmac
import json
from base64 import b64decode
from datetime import timedelta

import pytest
from aiohttp import web
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from audit.models import AuditEntry, OperationalEvent
from tenants.models import CallbackSecret
from tests.factories.callbacks import enqueue, make_delivery, make_event, make_merchant
from tests.factories.receiver import running_receiver
from transactions.models import DataKey
from webhooks.outbound.models import CallbackDelivery, CallbackEndpoint

pytestmark = pytest.mark.usefixtures("outbox")

STEPS = [5, 30, 120, 600, 1800, 7200, 21600, 43200, 86400, 86400]


def waits(delivery):
    """Seconds until the next try, from the end of the last one."""
    last = delivery.tries.latest("number")
    return (delivery.next_attempt_at - last.started_at).total_seconds() - last.duration_ms / 1000


def make_due(delivery):
    CallbackDelivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now())


def test_a_due_callback_is_delivered_with_the_frozen_bytes_and_both_signatures(receiver, drain):
    merchant = make_merchant()
    event, body = make_event(merchant)
    enqueue(event, receiver.url())
    assert drain() == 1
    [seen] = receiver.seen
    assert seen.body == body
    assert seen.headers["webhook-id"] == event.public_id
    assert seen.headers["x-callback-attempt"] == "1"
    assert seen.headers["x-callback-timestamp"] == seen.headers["webhook-timestamp"]
    assert seen.headers["user-agent"] == "SmartPost-Payment-Service/0.1.0"
    assert seen.headers["content-type"] == "application/json"
    assert Webhook(merchant.secrets[0]).verify(body, seen.headers) == json.loads(body)
    key = b64decode(merchant.secrets[0].removeprefix("whsec_"))
    assert seen.headers["x-callback-signature"] == hmac.new(key, body, hashlib.sha256).hexdigest()


def test_a_delivery_leaves_its_row_its_try_and_its_audit(receiver, drain):
    delivery = make_delivery(make_merchant(), receiver.url("/hook?token=secret"))
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.last_status, delivery.last_response) == ("delivered", 1, 200, "ok")
    assert delivery.delivered_at is not None
    [attempt] = delivery.tries.all()
    assert (attempt.number, attempt.response_status, attempt.response_body, attempt.error) == (1, 200, "ok", "")
    first, second = AuditEntry.objects.filter(entity_id=delivery.transaction.public_id).order_by("id")
    assert (first.action, second.action) == ("callback_attempt", "callback_success")
    assert {first.entity_type, second.entity_type} == {"transaction_callback"}
    assert {first.tenant_id, second.tenant_id} == {delivery.tenant.public_id}
    assert second.additional_data["response_status"] == 200
    assert second.additional_data["callback_url"] == receiver.url("/hook")


def test_a_500_is_tried_again_after_five_seconds_give_or_take_a_fifth(receiver, drain):
    receiver.answer("/hook", 500, 200, body="trouble")
    delivery = make_delivery(make_merchant(), receiver.url())
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_status, delivery.last_error) == ("pending", 500, "answered 500")
    assert 3.9 <= waits(delivery) <= 6.5
    assert drain(later=timedelta(seconds=7)) == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("delivered", 2, "")
    assert [seen.headers["x-callback-attempt"] for seen in receiver.seen] == ["1", "2"]
    assert len({seen.headers["webhook-id"] for seen in receiver.seen}) == 1
    failed = AuditEntry.objects.get(entity_id=delivery.transaction.public_id, action="callback_failed")
    assert failed.additional_data["will_retry"] is True


def test_an_endless_failure_is_dead_after_the_last_step_and_raises_an_alert(receiver, drain):
    receiver.answer("/hook", 503)
    delivery = make_delivery(make_merchant(), receiver.url())
    for step in STEPS:
        make_due(delivery)
        drain()
        delivery.refresh_from_db()
        assert step * 0.79 <= waits(delivery) <= step * 1.2 + 1.5
    make_due(delivery)
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == ("dead", 11, None)
    assert delivery.failed_at is not None
    assert sorted(delivery.tries.values_list("number", flat=True)) == list(range(1, 12))
    alert = OperationalEvent.objects.get(kind="callback.dead", subject=delivery.transaction.public_id)
    assert (alert.severity, alert.data["attempts"]) == ("error", 11)


def test_410_ends_a_delivery_to_the_payments_own_url(receiver, drain):
    receiver.answer("/hook", 410)
    merchant = make_merchant()
    delivery, later = make_delivery(merchant, receiver.url()), make_delivery(merchant, receiver.url("/other"))
    drain()
    delivery.refresh_from_db()
    later.refresh_from_db()
    assert (delivery.status, delivery.attempts, later.status) == ("dead", 1, "delivered")


def test_410_of_an_extra_endpoint_switches_it_off(receiver, drain):
    receiver.answer("/gone", 410)
    merchant = make_merchant()
    endpoint = CallbackEndpoint.objects.create(tenant=merchant.tenant, url=receiver.url("/gone"))
    own = make_delivery(merchant, receiver.url())
    drain()
    waiting = make_event(merchant)[0]
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_reason) == (False, "answered 410 Gone")
    assert enqueue(waiting, receiver.url()) == 1
    own.refresh_from_db()
    assert own.status == "delivered"
    assert OperationalEvent.objects.filter(kind="callback.endpoint_disabled", subject=endpoint.public_id).exists()


def test_what_waits_for_an_endpoint_that_was_switched_off_is_given_up_unsent(receiver, drain):
    merchant = make_merchant()
    endpoint = CallbackEndpoint.objects.create(tenant=merchant.tenant, url=receiver.url("/extra"))
    make_delivery(merchant, receiver.url())
    CallbackEndpoint.objects.filter(pk=endpoint.pk).update(is_active=False)
    drain()
    delivery = CallbackDelivery.objects.get(endpoint=endpoint)
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("dead", 0, "the endpoint is switched off")
    assert receiver.at("/extra") == []


def test_a_redirect_is_not_followed(receiver, drain):
    receiver.answer("/hook", 307, headers={"Location": receiver.url("/elsewhere")})
    delivery = make_delivery(make_merchant(), receiver.url())
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_error) == ("pending", "answered 307; redirects are not followed")
    assert receiver.at("/elsewhere") == []


def test_retry_after_is_honoured(receiver, drain):
    receiver.answer("/hook", 429, headers={"Retry-After": "90"})
    delivery = make_delivery(make_merchant(), receiver.url())
    drain()
    delivery.refresh_from_db()
    assert 89 <= waits(delivery) <= 91


def test_a_silent_receiver_costs_the_timeout_and_no_more(receiver, drain, settings):
    settings.CALLBACK_TIMEOUT_SECONDS = 0.3
    receiver.delay("/hook", 5)
    delivery = make_delivery(make_merchant(), receiver.url())
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_status, delivery.last_error) == ("pending", None, "no answer within 0.3 s")
    assert 300 <= delivery.tries.get().duration_ms < 1500


def test_a_2xx_whose_body_never_ends_is_delivered(receiver, drain, settings):
    settings.CALLBACK_TIMEOUT_SECONDS = 0.5

    async def stall(seen):
        return web.Response(body=b"half", headers={"Content-Length": "1000"})

    receiver.answers["/hook"] = stall
    delivery = make_delivery(make_merchant(), receiver.url())
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_response) == ("delivered", "half")


def test_only_two_kilobytes_of_an_answer_are_kept(receiver, drain):
    receiver.answer("/hook", 200, body="é\x00" * 100_000)
    delivery = make_delivery(make_merchant(), receiver.url())
    drain()
    delivery.refresh_from_db()
    assert delivery.status == "delivered"
    assert 1300 < len(delivery.last_response.encode()) <= 2048 + 3
    assert "\x00" not in delivery.last_response


def test_a_closed_port_is_a_failed_try(drain):
    with running_receiver() as gone:
        url = gone.url()
    delivery = make_delivery(make_merchant(), url)
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("pending", 1)
    assert delivery.last_error.startswith("the connection failed")


def test_every_live_secret_signs_and_an_expired_one_does_not(receiver, drain):
    merchant = make_merchant(expired_secrets=1, old_secrets=1)
    expired = CallbackSecret.objects.filter(tenant=merchant.tenant).earliest("id").secret
    make_delivery(merchant, receiver.url())
    drain()
    [seen] = receiver.seen
    assert len(seen.headers["webhook-signature"].split()) == 2
    for secret in merchant.secrets:
        Webhook(secret).verify(seen.body, seen.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(expired).verify(seen.body, seen.headers)


def test_a_tenant_without_secrets_is_never_called_unsigned(receiver, drain):
    merchant = make_merchant()
    CallbackSecret.objects.filter(tenant=merchant.tenant).delete()
    delivery = make_delivery(merchant, receiver.url())
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_error) == ("pending", "the tenant has no usable callback secret")
    assert receiver.seen == []


def test_a_private_address_is_refused(receiver, drain, settings):
    settings.CALLBACK_ALLOWED_HOSTS = frozenset()
    delivery = make_delivery(make_merchant(), receiver.url())
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("pending", 1)
    assert delivery.last_error == "the address belongs to a private network"
    assert receiver.seen == []


def test_http_is_refused_where_https_is_required(receiver, drain, settings):
    settings.CALLBACK_REQUIRE_HTTPS = True
    refused = make_delivery(make_merchant(), "http://shop.test/hook")
    allowed = make_delivery(make_merchant(), receiver.url())
    drain()
    refused.refresh_from_db()
    allowed.refresh_from_db()
    assert (refused.last_error, allowed.status) == ("the URL is not https", "delivered")


def test_an_erased_payer_is_not_told_about(receiver, drain):
    delivery = make_delivery(make_merchant(), receiver.url())
    DataKey.objects.filter(pk=delivery.transaction.data_key_id).update(wrapped=None, destroyed_at=timezone.now())
    drain()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("dead", 0)
    assert delivery.last_error == "the callback's content was erased with the payer's data"
    assert receiver.seen == []
    assert AuditEntry.objects.get(entity_id=delivery.transaction.public_id).action == "callback_failed"


def test_a_body_under_foreign_keys_waits_for_the_right_ones(receiver, drain, settings):
    delivery = make_delivery(make_merchant(), receiver.url())
    right, settings.FERNET_KEYS = settings.FERNET_KEYS, ["YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyE="]
    drain()
    delivery.refresh_from_db()
    assert delivery.status == "pending"
    assert delivery.last_error == "the callback's content cannot be decrypted with the present keys"
    assert receiver.seen == []
    settings.FERNET_KEYS = right
    drain(later=timedelta(seconds=7))
    delivery.refresh_from_db()
    assert delivery.status == "delivered"
