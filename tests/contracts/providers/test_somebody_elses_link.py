"""payOS: an order code of ours that somebody else's link has (a second installation on the same channel) is nobody's payment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories.bench import Bench
from tests.factories.provider_words import PAYOS, ProviderWords
from transactions.models import PaymentAttempt


@pytest.fixture
def words() -> ProviderWords:
    return PAYOS


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
