"""The two alerts of the VNPay design."""

from datetime import timedelta

import pytest

from audit.models import OperationalEvent
from audit.services import SYSTEM
from payments_site.kernel import clock
from tests.payloads.vnpay_sign import ipn_fields, sign
from transactions.models import PaymentAttempt, Transaction
from transactions.providers.base import Outcome, StatusReport
from transactions.services.alerts import raise_alerts
from transactions.services.settle import Source, settle

BODY = {
    "amount": 100000,
    "currency": "VND",
    "description": "Hàng",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
}


@pytest.fixture
def attempts(api, acme):
    """Three attempts of three payments."""
    for number in range(3):
        body = {**BODY, "order_id": f"O-{number}"}
        assert api.post(f"{acme.base}/transactions", body, format="json", headers=acme.headers).status_code == 201
    return list(PaymentAttempt.objects.order_by("id"))


def path(acme, attempt, suffix="", **changes):
    fields = ipn_fields(
        tmn_code=acme.tmn_code, reference=attempt.provider_reference, amount=100000, number=str(7000 + attempt.pk), **changes
    )
    return f"/api/v1/webhooks/vnpay/{acme.account_id}{suffix}?{sign(fields, acme.hash_secret)}"


def kinds():
    return list(OperationalEvent.objects.order_by("id").values_list("kind", "subject"))


def test_failures_in_numbers_are_told_once_an_hour_and_payers_own_do_not_count(api, acme, attempts, settings):
    settings.ALERT_FAILED_PAYMENTS_PER_HOUR = 2
    now = clock.now()
    api.get(path(acme, attempts[0], vnp_ResponseCode="51", vnp_TransactionStatus="02"))
    api.get(path(acme, attempts[1], vnp_ResponseCode="24", vnp_TransactionStatus="02"))
    assert raise_alerts(now=now) == 0
    api.get(path(acme, attempts[2], vnp_ResponseCode="65", vnp_TransactionStatus="02"))
    assert raise_alerts(now=now) == 1
    assert raise_alerts(now=now) == 0
    assert kinds() == [("alert.failed_payments", "vnpay")]


def test_a_return_that_says_paid_without_a_notice_is_told_once_after_five_minutes(api, acme, attempts):
    assert api.get(path(acme, attempts[0], "/return")).status_code == 302
    now = clock.now()
    assert raise_alerts(now=now + timedelta(minutes=4)) == 0
    assert raise_alerts(now=now + timedelta(minutes=6)) == 1
    assert raise_alerts(now=now + timedelta(minutes=7)) == 0
    assert kinds() == [("alert.success_without_notice", attempts[0].public_id)]


def test_a_query_that_says_paid_without_a_notice_is_told(acme, attempts):
    now = clock.now()
    report = StatusReport(outcome=Outcome.PAID, reference=attempts[0].provider_reference, amount=100000, transaction_no="55")
    settle(attempt_id=attempts[0].pk, report=report, source=Source("query", SYSTEM), now=now)
    assert raise_alerts(now=now + timedelta(minutes=6)) == 1
    assert Transaction.objects.get(attempts=attempts[0]).status == "completed"


def test_a_notice_in_time_is_no_alert(api, acme, attempts):
    api.get(path(acme, attempts[0], "/return"))
    api.get(path(acme, attempts[0]))
    assert raise_alerts(now=clock.now() + timedelta(minutes=6)) == 0


def test_a_code_nobody_knows_is_told_once_a_day_and_fails_nothing(api, acme, attempts):
    attempt = attempts[0]
    answers = [api.get(path(acme, attempt, vnp_ResponseCode="77", vnp_TransactionStatus="00")).json() for _ in range(2)]
    assert [answer["RspCode"] for answer in answers] == ["00", "00"]
    attempt.refresh_from_db()
    assert attempt.status == "pending"
    [told] = OperationalEvent.objects.filter(kind="alert.unknown_code")
    assert (told.subject, told.data["attempt_id"]) == ("vnpay:77:00", attempt.public_id)
