"""Callbacks by the tenant's own key, through HTTP views and a real drain."""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import Tenant
from tenants.services.keys import create_api_key
from tests.factories.callbacks import Merchant, enqueue, make_event
from tests.factories.outbox import settle_everything
from tests.factories.world import make_world
from transactions import messages
from webhooks.outbound.models import CallbackDelivery
from webhooks.outbound.words import MESSAGE_TYPES

pytestmark = pytest.mark.usefixtures("outbox")


class Api:
    """A tenant and its client."""

    def __init__(self, role):
        self.role, self.client = role, APIClient()
        self.tenant = Tenant.objects.get(public_id=role.tenant_id)
        self.merchant = Merchant(self.tenant, [role.callback_secret])

    def call(self, method, path, body=None, **headers):
        send = getattr(self.client, method.lower())
        return send(f"{self.role.base}{path}", body, format="json", headers={**self.role.headers, **headers})

    def data(self, method, path, body=None, status=200):
        answer = self.call(method, path, body)
        assert answer.status_code == status, answer.content
        return answer.json()["data"]

    def happen(self, url):
        event, _ = make_event(self.merchant)
        enqueue(event, url)
        return event


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def acme(world):
    settle_everything()
    return Api(world.acme)


def test_an_endpoint_lives_from_post_to_delete(acme, receiver):
    url = receiver.url("/erp")
    made = acme.data("POST", "/callback-endpoints", {"url": url, "event_types": ["refund.failed"]}, 201)
    assert (made["url"], made["event_types"], made["is_active"]) == (url, ["refund.failed"], True)
    path = f"/callback-endpoints/{made['endpoint_id']}"
    changed = acme.data("PUT", path, {"url": url, "description": "ERP", "is_active": False})
    assert (changed["is_active"], changed["disabled_reason"]) == (False, "switched off by the tenant")
    assert changed["event_types"] == []
    assert acme.data("GET", path) == changed == acme.data("GET", "/callback-endpoints")[0]
    assert acme.data("DELETE", path)["endpoint_id"] == made["endpoint_id"]
    assert acme.call("GET", path).status_code == 404
    assert acme.data("GET", "/callback-endpoints") == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "http://169.254.169.254/latest"}, "url"),
        ({"url": "http://2130706433/"}, "url"),
        ({"url": "http://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "https://shop.example/", "event_types": ["money.gone"]}, "event_types.0"),
        ({"url": "https://shop.example/", "event_types": "all"}, "event_types"),
        ({"url": "https://shop.example/", "is_active": "yes"}, "is_active"),
    ],
)
def test_an_unfit_endpoint_is_refused_by_the_field(acme, body, field):
    answer = acme.call("POST", "/callback-endpoints", body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")
    assert field in str(answer.json()["details"])


def test_one_url_is_one_endpoint_and_twenty_are_enough(acme):
    for number in range(20):
        acme.data("POST", "/callback-endpoints", {"url": f"https://shop.example/{number}"}, 201)
    assert acme.call("POST", "/callback-endpoints", {"url": "https://shop.example/20"}).status_code == 400
    first = acme.data("GET", "/callback-endpoints")[0]
    taken = {"url": "https://shop.example/1"}
    assert acme.call("PUT", f"/callback-endpoints/{first['endpoint_id']}", taken).status_code == 400
    assert acme.call("POST", "/callback-endpoints", taken).status_code == 400


def test_the_message_types_are_those_of_the_money_room():
    assert set(MESSAGE_TYPES) == messages.CALLED_BACK


@pytest.mark.parametrize("is_active", [True, False])
def test_a_test_event_is_signed_sent_once_and_read_by_its_id(acme, receiver, drain, is_active):
    receiver.answer("/erp", 500, body="not ready")
    made = acme.data("POST", "/callback-endpoints", {"url": receiver.url("/erp"), "is_active": is_active}, 201)
    sent = acme.data("POST", f"/callback-endpoints/{made['endpoint_id']}/test", status=202)
    assert (sent["event_type"], sent["status"], sent["transaction_id"]) == ("callback.test", "pending", None)
    assert drain() == 1
    [seen] = receiver.at("/erp")
    body = Webhook(acme.role.callback_secret).verify(seen.body, seen.headers)
    assert (body["event_type"], body["event_id"], seen.headers["webhook-id"]) == ("callback.test", *2 * [sent["event_id"]])
    shown = acme.data("GET", f"/callbacks/{sent['callback_id']}")
    assert (shown["status"], shown["attempts"]) == ("failed", 1)
    [one] = shown["tries"]
    assert (one["number"], one["response"], one["error"]) == (1, {"status": 500, "body": "not ready"}, "answered 500")
    assert one["duration_ms"] >= 0


def test_tests_may_not_pile_up(acme):
    made = acme.data("POST", "/callback-endpoints", {"url": "https://shop.example/erp"}, 201)
    path = f"/callback-endpoints/{made['endpoint_id']}/test"
    assert [acme.call("POST", path).status_code for _ in range(21)] == [202] * 20 + [400]


def test_callbacks_are_listed_filtered_and_paged(acme, receiver, drain):
    receiver.answer("/bad", 500)
    good = [acme.happen(receiver.url()) for _ in range(3)]
    bad = acme.happen(receiver.url("/bad"))
    drain()
    every = acme.data("GET", "/callbacks")
    assert [one["event_id"] for one in every] == [event.public_id for event in (bad, *reversed(good))]
    first = acme.call("GET", "/callbacks?limit=2").json()
    rest = acme.call("GET", f"/callbacks?limit=2&cursor={first['pagination']['next']}").json()
    assert [*first["data"], *rest["data"]] == every
    assert rest["pagination"]["next"] is None
    for query, count in (
        ("status=delivered", 3), ("status=failed", 0), (f"event_id={bad.public_id}", 1), ("event_type=refund.failed", 0),
        (f"transaction_id={bad.transaction.public_id}", 1), ("endpoint_id=cbe_none", 0), ("date_from=2020-01-01", 4),
        ("date_to=2020-01-01T00:00:00Z", 0), (f"date_to={clock.vietnam_day(clock.now())}", 4),
    ):  # fmt: skip
        assert len(acme.data("GET", f"/callbacks?{query}")) == count, query
    for query in ("status=dead", "date_from=yesterday", "date_to=2026-13-45", "limit=0", "cursor=x", "event_id=%00"):
        assert acme.call("GET", f"/callbacks?{query}").status_code == 400, query


def dead(acme, count, *, age=timedelta(hours=1)):
    rows = []
    for _ in range(count):
        event = acme.happen("https://shop.example/hook")
        rows.append(CallbackDelivery.objects.get(event=event, endpoint=None))
    moment = clock.now() - age
    CallbackDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        status="dead", attempts=11, next_attempt_at=None, failed_at=moment, created_at=moment
    )
    return rows


def spoken_range(since, until):
    now = clock.now()
    return {"from": clock.iso(now - since), "to": clock.iso(now - until)}


def test_a_range_of_failed_callbacks_is_sent_again_once(acme):
    old, wanted = dead(acme, 1, age=timedelta(hours=5)), dead(acme, 3)
    body = spoken_range(timedelta(hours=2), timedelta(minutes=1))
    assert acme.data("POST", "/callbacks/resend", body) == {"resent": 3, "more": False}
    assert acme.data("POST", "/callbacks/resend", body) == {"resent": 0, "more": False}
    states = dict(CallbackDelivery.objects.values_list("pk", "status"))
    assert [states[row.pk] for row in (*old, *wanted)] == ["dead", *3 * ["pending"]]


def test_a_range_of_delivered_callbacks_is_sent_again_once_even_when_it_was_delivered_again(acme, receiver, drain):
    events = [acme.happen(receiver.url()) for _ in range(2)]
    drain()
    CallbackDelivery.objects.filter(tenant=acme.tenant).update(delivered_at=clock.now() - timedelta(minutes=2))
    body = {**spoken_range(timedelta(hours=1), timedelta(minutes=1)), "status": "delivered"}
    assert acme.data("POST", "/callbacks/resend", body)["resent"] == 2
    drain()
    assert acme.data("POST", "/callbacks/resend", body)["resent"] == 0
    assert [len([seen for seen in receiver.seen if seen.headers["webhook-id"] == event.public_id]) for event in events] == [2, 2]


def test_one_and_a_selection_are_sent_again_and_asking_twice_does_nothing_more(acme):
    one, two, other = dead(acme, 3)
    assert acme.data("POST", f"/callbacks/{one.public_id}/resend")["status"] == "pending"
    assert acme.data("POST", f"/callbacks/{one.public_id}/resend")["status"] == "pending"
    body = {"callback_ids": [one.public_id, two.public_id, "cb_none"]}
    assert acme.data("POST", "/callbacks/resend", body)["resent"] == 1
    other.refresh_from_db()
    assert other.status == "dead"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"from": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"},
        {"from": "2099-01-01T00:00:00Z", "to": "2099-01-02T00:00:00Z"},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "status": "pending"},
        {"callback_ids": []},
        {"callback_ids": ["x"] * 201},
    ],
)
def test_an_unbounded_range_is_refused(acme, body):
    assert acme.call("POST", "/callbacks/resend", body).status_code == 400


def test_nobody_sends_anothers_callbacks_again(world, acme):
    [row] = dead(acme, 1)
    stranger = Api(world.stranger)
    assert stranger.data("POST", "/callbacks/resend", {"callback_ids": [row.public_id]})["resent"] == 0
    assert stranger.data("POST", "/callbacks/resend", spoken_range(timedelta(hours=2), timedelta(0)))["resent"] == 0
    assert stranger.call("POST", f"/callbacks/{row.public_id}/resend").status_code == 404
    row.refresh_from_db()
    assert row.status == "dead"


def test_a_policy_is_kept_bounded_and_followed(acme, receiver, drain):
    assert acme.data("GET", "/callback-policy")["retry_delays"][:3] == [5, 30, 120]
    assert acme.data("PUT", "/callback-policy", {"retry_delays": [600]}) == {"retry_delays": [600], "strict_order": False}
    assert acme.data("PUT", "/callback-policy", {"strict_order": True}) == {"retry_delays": [600], "strict_order": True}
    for bad in ([0], [86_401], [1] * 21, [86_400] * 8, ["5"], "5"):
        assert acme.call("PUT", "/callback-policy", {"retry_delays": bad}).status_code == 400
    receiver.answer("/hook", 500)
    acme.happen(receiver.url())
    drain()
    [shown] = acme.data("GET", "/callbacks")
    row = CallbackDelivery.objects.get(public_id=shown["callback_id"])
    assert 470 < (row.next_attempt_at - clock.now()).total_seconds() < 725
    drain(later=timedelta(seconds=730))
    assert acme.data("GET", f"/callbacks/{shown['callback_id']}")["status"] == "failed"
    assert acme.data("PUT", "/callback-policy", {"retry_delays": []})["retry_delays"][-1] == 86_400


def test_a_rotated_secret_signs_for_a_day_beside_the_new_one(acme, receiver, drain):
    new = acme.data("POST", "/callback-secrets", status=201)["callback_secret"]
    acme.happen(receiver.url())
    drain()
    [seen] = receiver.seen
    for secret in (new, acme.role.callback_secret):
        Webhook(secret).verify(seen.body, seen.headers)
    acme.happen(receiver.url())
    drain(later=timedelta(hours=24, seconds=1))
    late = receiver.seen[1]
    moment = datetime.fromtimestamp(int(late.headers["webhook-timestamp"]), tz=UTC)
    assert late.headers["webhook-signature"] == Webhook(new).sign(late.headers["webhook-id"], moment, late.body.decode())


def test_ten_secrets_are_enough(acme):
    codes = [acme.call("POST", "/callback-secrets").status_code for _ in range(10)]
    assert codes == [201] * 9 + [400]


def test_a_key_that_may_only_read_changes_nothing(acme):
    key = create_api_key(
        tenant_id=acme.role.tenant_id, name="reader", scopes=["read", "pay"], actor=SYSTEM, now=clock.now()
    ).plaintext
    assert acme.call("GET", "/callback-endpoints", **{"X-Api-Key": key}).status_code == 200
    for method, path in (
        ("POST", "/callback-endpoints"),
        ("POST", "/callback-secrets"),
        ("PUT", "/callback-policy"),
        ("POST", "/callbacks/resend"),
    ):
        assert acme.call(method, path, {}, **{"X-Api-Key": key}).status_code == 403, path
