"""Two requests of one payer for the same order at once: what the second is told takes nothing from the first."""

from __future__ import annotations

import pytest

from audit.services import SYSTEM
from payments_site.kernel import clock
from tests.factories.bench import Bench
from tests.factories.provider_words import ZALOPAY, ProviderWords
from transactions.models import PaymentAttempt
from transactions.providers import registry
from transactions.services.accounts import Route
from transactions.services.attempts import ProviderTrouble, initiate


@pytest.fixture
def words() -> ProviderWords:
    return ZALOPAY


def test_a_refusal_of_the_second_leaves_the_order_of_the_first(bench: Bench) -> None:
    made = bench.create()
    row = bench.attempt(made)
    attempt = PaymentAttempt.objects.select_related("account__provider", "transaction__data_key", "transaction__tenant").get(
        pk=row.pk
    )
    attempt.account.options = {"max_amount": 50_000}  # somebody narrowed the contract in between
    route = Route(attempt.account, registry.get(attempt.provider_code), attempt.credentials_version)
    with pytest.raises(ProviderTrouble) as refused:
        initiate(attempt.transaction, attempt, route, actor=SYSTEM, now=clock.now(), alone=False)
    assert not refused.value.fate_known  # nobody may be sent elsewhere: the first one's order can be paid
    row.refresh_from_db()
    assert row.status == "pending"
    assert row.next_query_at is not None
