"""Money that a provider holds for us: taken for a payment that is open, given free for every other."""

from __future__ import annotations

from typing import Any

import pytest

from payments_site.kernel import clock
from tenants.models import ProviderAccount
from tests.factories.bench import Bench
from tests.factories.provider_words import MOMO, ProviderWords
from transactions.models import Transaction
from transactions.services import resolve
from transactions.services.expire import expire_one


@pytest.fixture
def words() -> ProviderWords:
    return MOMO


@pytest.fixture
def held(bench: Bench) -> dict[str, Any]:
    """A payment whose money is held and which nobody has captured yet."""
    account = ProviderAccount.objects.get(public_id=bench.account_id)
    account.options = {"auto_capture": False}
    account.save(update_fields=["options"])
    payment = bench.create()
    for seen in bench.pay(payment, "paid"):
        bench.give(seen)
    assert bench.at_provider(payment)["state"] == "held"
    return payment


def test_held_money_of_an_open_payment_is_taken(bench: Bench, held: dict[str, Any]) -> None:
    bench.ask(held)
    bench.ask(held)
    assert bench.show(held)["status"] == "completed"


def test_held_money_of_a_cancelled_payment_is_given_free(bench: Bench, held: dict[str, Any]) -> None:
    bench.cancel(held)
    bench.ask(held)
    assert bench.at_provider(held)["state"] == "cancelled"


def test_held_money_of_a_payment_that_was_paid_in_another_way_is_given_free(bench: Bench, held: dict[str, Any]) -> None:
    Transaction.objects.filter(public_id=held["transaction_id"]).update(status="completed")
    bench.ask(held)
    assert bench.at_provider(held)["state"] == "cancelled"


def test_held_money_is_not_taken_for_a_payment_that_ends_while_the_provider_is_asked(
    bench: Bench, held: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle = resolve.settle

    def and_then_it_ends(**facts: Any) -> Any:
        result = settle(**facts)
        payment = Transaction.objects.get(public_id=held["transaction_id"])
        Transaction.objects.filter(pk=payment.pk).update(expires_at=clock.now())
        assert expire_one(payment.pk, clock.now())
        return result

    monkeypatch.setattr(resolve, "settle", and_then_it_ends)
    bench.ask(held)
    assert bench.at_provider(held)["state"] == "held"
