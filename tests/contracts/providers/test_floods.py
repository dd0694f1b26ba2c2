"""A flood of forgeries from the provider's own address, at every provider: none of its real notices is ever turned away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contracts.providers.test_paying import spoilt
from tests.factories.bench import Bench
from transactions.models import PaymentAttempt, Receipt
from webhooks.inbound.models import ProviderNotification

MOST = 3


@pytest.fixture(autouse=True)
def _few(settings: Any) -> None:
    settings.RATE_LIMIT_WEBHOOK = f"{MOST}/h"


def flood(bench: Bench, seen: Any, *, account: str | None) -> list[int]:
    """Twice as many forgeries as are allowed; the HTTP statuses of the answers."""
    forged = next(spoilt(seen))
    return [bench.give(forged, account=account).status for _ in range(2 * MOST)]


@pytest.mark.parametrize("account", ["", None], ids=["named", "nameless"])
def test_real_notices_get_through_a_flood_of_forged_ones(bench: Bench, account: str | None) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    statuses = flood(bench, seen, account=account)
    assert 429 not in statuses[:MOST]
    assert statuses[MOST:] == [429] * MOST
    assert ProviderNotification.objects.count() == MOST  # those above the limit are not even stored
    assert bench.words_of(bench.give(seen, account=account)) == bench.words.good
    assert bench.show(payment)["status"] == "completed"


def test_however_often_a_real_notice_comes_it_is_never_throttled(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    answers = [bench.words_of(bench.give(seen)) for _ in range(3 * MOST)]
    assert answers == [bench.words.good] + [bench.words.repeat] * (3 * MOST - 1)
    flood(bench, seen, account="")
    assert [bench.words_of(bench.give(seen)) for _ in range(MOST)] == [bench.words.repeat] * MOST
    assert Receipt.objects.filter(transaction__public_id=payment["transaction_id"]).count() == 1


def test_signed_notices_of_orders_that_are_not_ours_are_not_counted_either(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    PaymentAttempt.objects.filter(pk=bench.attempt(payment).pk).update(provider_reference="ELSE", provider_session_id="")
    answers = [bench.words_of(bench.give(seen)) for _ in range(2 * MOST)]
    assert answers == [bench.words.unknown_order] * (2 * MOST)


def test_above_the_limit_a_forgery_is_answered_in_the_providers_words(bench: Bench) -> None:
    payment = bench.create()
    [seen] = bench.pay(payment, "paid")
    flood(bench, seen, account="")
    reply = bench.give(replace(next(spoilt(seen))))
    assert reply.status == 429
    assert b"error_code" not in reply.body
    _status, meaning = bench.words.our_error
    assert bench.words.says(reply.status, reply.body)[1] == meaning or not meaning
