"""payOS: an order code of ours that somebody else's link has (a second installation on the same channel) is nobody's payment."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.factories.bench import Bench
from tests.factories.provider_words import PAYOS, ProviderWords
from tests.payloads import payos_sign
from transactions.models import MoneyIssue, PaymentAttempt, Receipt


@pytest.fixture
def words() -> ProviderWords:
    return PAYOS


def test_money_of_another_link_with_a_given_up_order_code_pays_nothing_of_ours(bench: Bench) -> None:
    payment = bench.create()
    attempt = bench.attempt(payment)
    # As a create leaves it that was answered 231 for somebody else's order.
    PaymentAttempt.objects.filter(pk=attempt.pk).update(
        status="failed", response_code="231", provider_session_id="", payment_url="", next_query_at=None
    )
    data = payos_sign.transfer(order_code=int(attempt.provider_reference), amount=100_000, paymentLinkId="f" * 32)
    body = json.dumps(payos_sign.answer(data, bench.credentials["checksum_key"])).encode()
    answer = bench.client.generic("POST", f"/api/v1/webhooks/payos/{bench.account_id}", body, "application/json")
    assert answer.status_code == 200
    assert bench.show(payment)["received_amount"] == 0
    assert Receipt.objects.get(account__public_id=bench.account_id).transaction_id is None
    assert MoneyIssue.objects.get(account__public_id=bench.account_id).issue_type == "unidentified_money"


def test_a_question_about_a_create_that_was_never_answered_believes_no_older_link(bench: Bench) -> None:
    payment = bench.create()
    bench.pay(payment, "paid", notice="none")
    attempt = bench.attempt(payment)
    # The link there is an hour older than our attempt, whose create got no answer.
    later = attempt.created_at + timedelta(hours=1)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(status="unknown", provider_session_id="", created_at=later)
    bench.ask(payment)
    assert bench.show(payment)["received_amount"] == 0


def test_order_codes_that_are_counted_up_lead_nobody_to_a_payment(bench: Bench) -> None:
    code = bench.reference(bench.create())
    path = f"/api/v1/webhooks/payos/{bench.account_id}/return"
    for link in ("", "&id=", "&id=" + "f" * 32):
        assert bench.client.get(f"{path}?code=00&cancel=true&status=CANCELLED&orderCode={code}{link}").status_code == 400
