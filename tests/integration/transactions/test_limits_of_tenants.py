"""Daily and monthly amounts: what is open or paid counts, what failed, expired or was cancelled is given back."""

from datetime import timedelta

import pytest
from django.db.models import Sum

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import Tenant
from tenants.services.limits import set_limits
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import PaymentAttempt, Transaction
from transactions.models.transaction import DailyVolume
from transactions.services.expire import expire_due


@pytest.fixture
def limit(acme):
    """Set acme's limits."""
    return lambda **changes: set_limits(tenant_id=acme.tenant_id, changes=changes, actor=SYSTEM, now=clock.now())


@pytest.fixture
def told(api, acme):
    """VNPay tells the outcome of a payment."""

    def tell(answer, **changes):
        data = answer.json()["data"]
        reference = PaymentAttempt.objects.get(transaction__public_id=data["transaction_id"]).provider_reference
        fields = ipn_fields(tmn_code=acme.tmn_code, reference=reference, amount=data["amount"], **changes)
        return api.get(f"/api/v1/webhooks/vnpay/{acme.account_id}?{sign(fields, acme.hash_secret)}").json()["RspCode"]

    return tell


def counted():
    return DailyVolume.objects.aggregate(total=Sum("amount"))["total"] or 0


def refused(answer, name):
    body = answer.json()
    assert (answer.status_code, body["error_code"], body["details"]["limit"]) == (429, "TENANT_LIMIT_EXCEEDED", name)


def test_limits_of_one_payment_are_the_tenants(post, limit):
    limit(min_amount=50_000, max_amount=60_000)
    for amount in (49_999, 60_001):
        details = post(amount=amount).json()["details"]
        assert (details["min_amount"], details["max_amount"]) == (50_000, 60_000)
    assert [post(amount=amount).status_code for amount in (50_000, 60_000)] == [201, 201]


def test_the_providers_own_smallest_amount_counts_too(post, limit):
    limit(min_amount=1)
    assert post(amount=4_999).json()["details"]["min_amount"] == 5_000
    assert post(amount=4_999, provider_code=None).status_code == 201


@pytest.mark.parametrize("name", ["daily_amount", "monthly_amount"])
def test_the_amount_of_a_day_or_month_is_kept_to_the_dong(post, limit, name):
    limit(**{name: 250_000})
    assert [post(amount=100_000).status_code for _ in range(2)] == [201, 201]
    refused(post(amount=50_001), name)
    assert counted() == 200_000
    assert post(amount=50_000).status_code == 201
    refused(post(amount=10_000), name)
    assert Transaction.objects.count() == 3


def test_a_refused_create_leaves_its_key_free(post, limit):
    limit(daily_amount=100_000)
    refused(post(key="k-1", order_id="ORD-1", amount=100_001), "daily_amount")
    assert post(key="k-1", order_id="ORD-1", amount=100_000).status_code == 201


def test_a_failure_gives_the_amount_back(post, limit, told):
    limit(daily_amount=100_000)
    assert told(post(), vnp_ResponseCode="51", vnp_TransactionStatus="02", number="0") == "00"
    assert counted() == 0
    assert post().status_code == 201


def test_expiry_gives_the_amount_back_once(post, limit):
    limit(daily_amount=100_000)
    post(expires_in_minutes=1)
    later = clock.now() + timedelta(minutes=2)
    assert [expire_due(now=later) for _ in range(2)] == [1, 0]
    assert counted() == 0
    assert post().status_code == 201


def test_a_paid_payment_goes_on_counting(post, limit, told):
    limit(daily_amount=100_000)
    assert told(post()) == "00"
    refused(post(amount=10_000), "daily_amount")


def test_money_that_comes_late_counts_again_whatever_the_limit_says(post, limit, told):
    limit(daily_amount=100_000)
    first = post()
    told(first, vnp_ResponseCode="51", vnp_TransactionStatus="02", number="0")
    second = post()
    assert told(first, number="900001") == "00"
    assert counted() == 200_000
    assert told(second, number="900002") == "00"
    assert counted() == 200_000
    refused(post(amount=10_000), "daily_amount")


def test_an_underpaid_day_of_one_tenant_is_nothing_to_another(post, api, world, limit):
    limit(daily_amount=100_000)
    post()
    body = {"order_id": "O-1", "amount": 100_000, "currency": "VND", "description": "d", "return_url": "https://a.example/"}
    assert api.post(f"{world.partner.base}/transactions", body, format="json", headers=world.partner.headers).status_code == 201


def test_the_month_counts_its_earlier_days_and_not_the_month_before(post, limit, acme):
    today = clock.vietnam_day(clock.now())
    tenant = Tenant.objects.get(public_id=acme.tenant_id)
    DailyVolume.objects.create(tenant=tenant, day=today.replace(day=1) - timedelta(days=1), amount=900_000)
    limit(monthly_amount=200_000)
    assert post(amount=150_000).status_code == 201
    if today.day > 1:
        DailyVolume.objects.create(tenant=tenant, day=today.replace(day=1), amount=40_000)
        refused(post(amount=10_001), "monthly_amount")
        assert post(amount=10_000).status_code == 201
