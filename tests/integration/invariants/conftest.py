"""Books in which everything has happened once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.factories.books import Books
from tests.factories.world import World
from transactions.models import PaymentAttempt
from transactions.providers.base import Outcome
from webhooks.outbound.models import CallbackEndpoint

NOBODY_LISTENS = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _no_provider_answers(settings: Any) -> None:
    settings.PROVIDER_URLS = {name: f"{NOBODY_LISTENS}/{name.lower()}" for name in settings.PROVIDER_URLS}
    settings.PROVIDER_RETRY_ATTEMPTS = 1


def open_books(world: World) -> Books:
    """acme, with an endpoint that hears of refunds only."""
    books = Books(world.acme)
    CallbackEndpoint.objects.create(
        tenant=books.tenant, url="https://shop.example/refunds", event_types=["refund.completed", "refund.processing"]
    )
    books.now += timedelta(minutes=1)
    return books


@pytest.fixture
def books(world: World) -> Books:
    """Paid by one and by several, too much, too little, late, twice, refunded in every way, suspected, unknown, nobody's."""
    books = open_books(world)
    books.order("vnpay", key="pending")
    paid = books.paid("vnpay")
    books.end(books.refund(paid, 30_000, key="r1", url="https://shop.example/refund-hook"), Outcome.PAID)
    books.refund(paid, 20_000)
    books.end(books.refund(paid, 10_000), Outcome.FAILED)
    several = books.order("vietqr")
    for amount in (60_000, 40_000, 25_000):
        books.tell(several.attempts.get(), amount=amount)
    books.end(books.refund(several, 50_000), Outcome.PAID)
    too_little = books.order("vietqr")
    books.tell(too_little.attempts.get(), amount=40_000)
    books.expire(too_little)
    books.tell(too_little.attempts.get(), amount=10_000)
    late = books.order("vnpay")
    books.expire(late)
    books.tell(late.attempts.get())
    books.tell(books.attempt(late, "napas"))
    books.end(books.refund(books.paid("napas"), 100_000), Outcome.PAID)
    books.tell(books.order("vnpay").attempts.get(), Outcome.SUSPECTED)
    books.cancel(books.order("napas"))
    unknown = books.order("vnpay").attempts.get()
    PaymentAttempt.objects.filter(pk=unknown.pk).update(status="unknown", next_query_at=books.now)
    books.nobodys()
    books.paid("vnpay")
    return books
