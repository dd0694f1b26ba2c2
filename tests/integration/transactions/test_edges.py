"""Edges that a reader of the contract would try: deadlines not yet swept, moments as they were shown, what is left of a limit."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments_site.kernel import clock
from tenants.models import Tenant
from transactions.models import PaymentAttempt, Transaction
from transactions.personal import key_of
from transactions.providers.base import Outcome, ReturnView
from transactions.services import expire
from transactions.services.returns import _note


@pytest.mark.parametrize("amount", [2**63, 10**400, 0, -1])
def test_a_well_formed_amount_out_of_every_range_says_the_range(post, amount):
    answer = post(amount=amount)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_AMOUNT")
    details = answer.json()["details"]
    assert (details["field"], details["min_amount"], details["max_amount"]) == ("amount", 10_000, 500_000_000)


def test_a_payment_past_its_deadline_does_not_block_its_order_before_the_sweep(post):
    first = post(order_id="ORD-1", expires_in_minutes=1).json()["data"]["transaction_id"]
    Transaction.objects.filter(public_id=first).update(expires_at=clock.now())
    again = post(order_id="ORD-1", expires_in_minutes=1)
    assert (again.status_code, again["X-Idempotency-Cache"]) == (201, "MISS")
    assert again.json()["data"]["transaction_id"] != first
    old = Transaction.objects.get(public_id=first)
    assert (old.status, old.events.filter(event_type="expired").count()) == ("expired", 1)


def test_one_damaged_payment_does_not_keep_the_others_open(post):
    first, second = (post().json()["data"]["transaction_id"] for _ in range(2))
    Transaction.objects.update(expires_at=clock.now())
    damaged = Transaction.objects.select_related("data_key").get(public_id=first)
    type(damaged.data_key).objects.filter(pk=damaged.data_key_id).update(wrapped=b"not a key of ours")
    assert expire.expire_due(now=clock.now()) == 2
    statuses = Transaction.objects.filter(public_id__in=[first, second]).values_list("status", flat=True)
    assert list(statuses) == ["expired", "expired"]
    assert key_of(Transaction.objects.select_related("data_key").get(public_id=second).data_key)


def test_a_limit_that_is_used_up_says_when_it_is_free_again(post, acme):
    Tenant.objects.filter(public_id=acme.tenant_id).update(daily_amount=150_000)
    assert post().status_code == 201
    answer = post()
    assert (answer.status_code, answer.json()["error_code"]) == (429, "TENANT_LIMIT_EXCEEDED")
    tomorrow = clock.day_borders(clock.vietnam_day(timezone.now()))[1]
    assert abs(int(answer["Retry-After"]) - (tomorrow - timezone.now()).total_seconds()) < 60


def test_a_moment_that_the_api_showed_includes_its_payment(api, acme, post):
    shown = post().json()["data"]
    row = Transaction.objects.get(public_id=shown["transaction_id"])
    Transaction.objects.filter(pk=row.pk).update(created_at=row.created_at.replace(microsecond=123_456))
    moment = clock.iso(row.created_at.replace(microsecond=123_456))
    listed = api.get(f"{acme.base}/transactions", {"date_from": moment, "date_to": moment}, headers=acme.headers).json()["data"]
    assert [item["transaction_id"] for item in listed] == [shown["transaction_id"]]
    figures = api.get(f"{acme.base}/statistics", {"date_from": moment, "date_to": moment}, headers=acme.headers).json()["data"]
    assert figures["total_transactions"] == 1


@pytest.mark.parametrize(("params", "field"), [({"date_to": "0001-01-01"}, "date_to"), ({"date_from": ""}, "date_from")])
def test_statistics_name_a_date_that_can_not_be_counted_from(api, acme, params, field):
    answer = api.get(f"{acme.base}/statistics", params, headers=acme.headers)
    assert (answer.status_code, answer.json()["details"]["field"]) == (400, field)


@pytest.mark.parametrize("name", ["status", "provider_code", "sort", "direction", "limit", "date_to", "amount_from"])
def test_an_empty_filter_is_a_bad_filter(api, acme, name):
    answer = api.get(f"{acme.base}/transactions", {name: ""}, headers=acme.headers)
    assert (answer.status_code, answer.json()["details"]["field"]) == (400, name)


def test_a_cancel_judges_its_key_before_its_body(api, acme, post):
    transaction_id = post().json()["data"]["transaction_id"]
    headers = {**acme.headers, "X-Idempotency-Key": "k"}
    path = f"{acme.base}/transactions/{transaction_id}/cancel"
    assert api.post(path, {"reason": "a"}, format="json", headers=headers).status_code == 200
    other = api.post(path, {"reason": 5}, format="json", headers=headers)
    assert (other.status_code, other.json()["error_code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_the_hosted_page_keeps_what_the_client_said_of_the_payer(client, post):
    made = post(drop="provider_code", customer_ip="203.0.113.77", payment_method="qr").json()["data"]
    path = f"/pay/{made['transaction_id']}"
    assert client.post(path, {"provider_code": "vnpay"}, REMOTE_ADDR="198.51.100.1").status_code == 302
    attempt = PaymentAttempt.objects.get(transaction__public_id=made["transaction_id"])
    assert (attempt.ip_address, attempt.payment_method) == ("203.0.113.77", "qr")
    assert "vnp_BankCode=VNPAYQR" in attempt.payment_url


def test_the_hosted_page_does_not_fail_a_payment_at_a_provider_that_can_not_take_it(client, post, acme):
    Tenant.objects.filter(public_id=acme.tenant_id).update(max_amount=5_000_000_000)
    made = post(drop="provider_code", amount=2_000_000_000).json()["data"]
    answer = client.post(f"/pay/{made['transaction_id']}", {"provider_code": "vnpay"})
    assert answer.status_code == 400
    assert Transaction.objects.get(public_id=made["transaction_id"]).status == "pending"


def test_a_payers_return_never_puts_the_resolvers_question_off(post):
    transaction_id = post().json()["data"]["transaction_id"]
    attempt = PaymentAttempt.objects.get(transaction__public_id=transaction_id)
    due = attempt.created_at + timedelta(seconds=5)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(next_query_at=due)
    _note(attempt, ReturnView(reference="x", outcome=Outcome.PAID), clock.now())
    attempt.refresh_from_db()
    assert (attempt.next_query_at, attempt.return_success) == (due, True)


@pytest.mark.parametrize("path", ["/api/v1/status", "/api/v1/version"])
def test_public_routes_tell_the_rate_limit_and_are_never_refused(db, api, path, settings):
    settings.RATE_LIMIT_CLIENT = "1/m"
    for _ in range(3):
        answer = api.get(path)
        assert (answer.status_code, answer["RateLimit-Limit"]) == (200, "1")


def test_a_large_body_is_refused_at_the_root_addresses_too(api, acme):
    answer = api.post("/payment/process_payment", {"description": "x" * 1_100_000}, format="json", headers=acme.headers)
    assert (answer.status_code, answer.json()["error_code"]) == (413, "PAYLOAD_TOO_LARGE")
