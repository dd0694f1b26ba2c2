"""By reference, cancel, statistics and the feed."""

import threading

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from payments_site.kernel import clock
from tests.factories.live import wait_until
from tests.factories.world import make_world
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import Transaction, TransactionEvent
from transactions.services.expire import expire_due

BODY = {
    "amount": 100000,
    "currency": "VND",
    "description": "Hàng",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
}


def create(api, role, order_id="ORD-1", **changes):
    answer = api.post(f"{role.base}/transactions", {**BODY, "order_id": order_id, **changes}, format="json", headers=role.headers)
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]["transaction_id"]


def get(api, role, path, **params):
    return api.get(f"{role.base}/{path}", params, headers=role.headers)


def pay(api, role, transaction_id, number, **changes):
    payment = Transaction.objects.get(public_id=transaction_id)
    fields = ipn_fields(
        tmn_code=role.tmn_code, reference=payment.provider_order_id, amount=payment.amount, number=number, **changes
    )
    return api.get(f"/api/v1/webhooks/vnpay/{role.account_id}?{sign(fields, role.hash_secret)}").json()["RspCode"]


def post(api, role, path, body=None, **headers):
    return api.post(f"{role.base}/{path}", body or {}, format="json", headers={**role.headers, **headers})


@pytest.mark.parametrize("order_id", ["ORD/2026/1", "a:b.c_d-e"])
def test_a_payment_is_found_by_order_reference_and_number(api, acme, order_id):
    transaction_id = create(api, acme, order_id)
    assert pay(api, acme, transaction_id, "777001") == "00"
    payment = Transaction.objects.get(public_id=transaction_id)
    for reference in (order_id, order_id.replace("/", "%2F"), payment.provider_order_id, "777001"):
        found = get(api, acme, f"transactions/ref/{reference}")
        assert found.json()["data"]["transaction_id"] == transaction_id


def test_the_newest_payment_of_an_order_comes_with_the_ids_of_the_others(api, acme):
    first = create(api, acme)
    assert post(api, acme, f"transactions/{first}/cancel").status_code == 200
    second = create(api, acme)
    data = get(api, acme, "transactions/ref/ORD-1").json()["data"]
    assert (data["transaction_id"], data["others"]) == (second, [first])


def test_a_reference_of_nobody_or_of_another_tenant_is_not_found(api, world):
    create(api, world.acme)
    for role in (world.stranger, world.partner):
        answer = get(api, role, "transactions/ref/ORD-1")
        assert (answer.status_code, answer.json()["error_code"]) == (404, "TRANSACTION_NOT_FOUND")


def test_a_cancelled_payment_says_so_once_and_calls_back(api, acme):
    transaction_id = create(api, acme)
    first = post(api, acme, f"transactions/{transaction_id}/cancel", {"reason": "Khách đổi ý"})
    assert (first.status_code, first["X-Idempotency-Cache"], first.json()["data"]["status"]) == (200, "MISS", "cancelled")
    again = post(api, acme, f"transactions/{transaction_id}/cancel", {"reason": "Khách đổi ý"}, **{"X-Idempotency-Key": "k-1"})
    assert again.json()["error_code"] == "TRANSACTION_ALREADY_PROCESSED"
    events = TransactionEvent.objects.filter(transaction__public_id=transaction_id, message_type="transaction.cancelled")
    assert events.count() == 1
    assert events.get().deliveries.count() == 1


def test_a_repeated_cancel_under_one_key_gets_the_first_answer(api, acme):
    transaction_id = create(api, acme)
    key = {"X-Idempotency-Key": "cancel-1"}
    first = post(api, acme, f"transactions/{transaction_id}/cancel", **key)
    again = post(api, acme, f"transactions/{transaction_id}/cancel", **key)
    assert (again.status_code, again["X-Idempotency-Cache"]) == (200, "HIT")
    assert again.json()["data"] == first.json()["data"]
    other = post(api, acme, f"transactions/{transaction_id}/cancel", {"reason": "khác"}, **key)
    assert (other.status_code, other.json()["error_code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_an_expired_payment_can_not_be_cancelled(api, acme):
    transaction_id = create(api, acme)
    Transaction.objects.filter(public_id=transaction_id).update(expires_at=clock.now())
    assert post(api, acme, f"transactions/{transaction_id}/cancel").json()["error_code"] == "TRANSACTION_EXPIRED"
    expire_due(now=clock.now())
    assert post(api, acme, f"transactions/{transaction_id}/cancel").json()["error_code"] == "TRANSACTION_EXPIRED"


def test_money_that_comes_after_a_cancel_is_a_late_success(api, acme):
    transaction_id = create(api, acme)
    post(api, acme, f"transactions/{transaction_id}/cancel")
    assert pay(api, acme, transaction_id, "777002") == "00"
    payment = Transaction.objects.get(public_id=transaction_id)
    assert (payment.status, payment.late, payment.issues.count()) == ("completed", True, 1)


def test_statistics_count_by_status_provider_and_day(api, acme):
    paid, failed = create(api, acme, "A"), create(api, acme, "B", amount=50000)
    create(api, acme, "C", amount=70000)
    pay(api, acme, paid, "777003")
    pay(api, acme, failed, "0", vnp_ResponseCode="51", vnp_TransactionStatus="02")
    day = clock.vietnam_day(clock.now()).isoformat()
    data = get(api, acme, "statistics", date_from=day, date_to=day).json()["data"]
    expected = {
        "total_transactions": 3, "completed_count": 1, "failed_count": 1, "pending_count": 1, "total_amount": 100000,
        "total_fees": 0, "average_amount": 100000, "success_rate": 33.33,
    }  # fmt: skip
    assert {name: data[name] for name in expected} == expected
    assert [(line["provider_code"], line["total_transactions"]) for line in data["by_provider"]] == [("vnpay", 3)]
    assert [(line["date"], line["completed_count"]) for line in data["by_day"]] == [(day, 1)]
    empty = get(api, acme, "statistics", date_from="2020-01-01", date_to="2020-01-02").json()["data"]
    assert (empty["total_transactions"], empty["average_amount"], empty["success_rate"]) == (0, 0, 0)


@pytest.mark.parametrize("params", [{"date_from": "x"}, {"date_from": "2020-01-01", "date_to": "2022-01-01"}])
def test_statistics_refuse_a_bad_range(api, acme, params):
    assert get(api, acme, "statistics", **params).json()["error_code"] == "VALIDATION_ERROR"


def feed(api, role, after=None, at_least=0):
    """All events. The feed waits for every older database transaction, those of the other test workers too."""
    if at_least:
        wait_until(lambda: len(feed(api, role, after)) >= at_least, 90)
    events, limit = [], 100
    for _ in range(limit):
        page = get(api, role, "events", **({"after": after} if after else {})).json()["data"]
        if not page:
            return events
        events += page
        after = page[-1]["event_id"]
    raise AssertionError("the feed does not end")


def test_the_feed_tells_every_event_from_the_start(api, committed_db):
    role = make_world().acme
    first = create(api, role, "F-1")
    pay(api, role, first, "777004")
    events = feed(api, role, at_least=2)
    assert [event["event_type"] for event in events] == ["transaction.created", "transaction.completed"]
    assert events[1]["data"]["status"] == "completed"
    assert feed(api, role, after=events[0]["event_id"]) == events[1:]
    unknown = get(api, role, "events", after="evt_unknown")
    assert (unknown.status_code, unknown.json()["error_code"]) == (404, "NOT_FOUND")


def test_a_poller_never_misses_an_event_that_commits_late(api, committed_db):
    """One writer opens its database transaction first and commits last; a poller meanwhile reads what came after it start."""
    role = make_world().acme
    slow, fast = create(api, role, "SLOW"), create(api, role, "FAST")
    start = feed(api, role, at_least=2)[-1]["event_id"]
    written, go_on = threading.Event(), threading.Event()

    def slow_writer():
        try:
            with transaction.atomic():
                pay(APIClient(), role, slow, "777005")
                written.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert written.wait(20)
    pay(api, role, fast, "777006")
    early = feed(api, role, after=start)
    go_on.set()
    writer.join(20)
    late = feed(api, role, after=early[-1]["event_id"] if early else start, at_least=2 - len(early))
    seen = [event["data"]["transaction_id"] for event in early + late]
    assert sorted(seen) == sorted([slow, fast])


def test_strangers_feed_is_empty_and_acmes_events_are_unknown_to_it(api, committed_db):
    world = make_world()
    create(api, world.acme, "X-1")
    event = feed(api, world.acme, at_least=1)[0]["event_id"]
    assert feed(api, world.stranger) == []
    assert get(api, world.stranger, "events", after=event).status_code == 404
