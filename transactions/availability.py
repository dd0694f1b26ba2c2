"""Which provider accounts can be reached just now, as the circuit breakers of all processes have seen it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tenants.models import ProviderAccount
from transactions.providers.circuits import Circuit, Circuits, State, Thresholds

HEALTH: Final = {
    State.CLOSED: "healthy",
    State.HALF_OPEN: "degraded",
    State.PROBING: "degraded",
    State.OPEN: "down",
}


def circuits() -> Circuits:
    """This process's door to the circuits."""
    limits = Thresholds(settings.BREAKER_FAILURES, settings.BREAKER_WINDOW_SECONDS, settings.BREAKER_OPEN_SECONDS)
    return _circuits(settings.REDIS_URL, limits)


@functools.lru_cache(maxsize=8)
def _circuits(url: str, limits: Thresholds) -> Circuits:
    # Without a retry of its own: a Redis that is away costs its time limit once.
    return Circuits(Redis.from_url(url, retry=Retry(NoBackoff(), 0), **settings.BREAKER_REDIS_TIMEOUTS), limits)


def circuits_of(accounts: Iterable[ProviderAccount]) -> dict[int, Circuit]:
    """{account's number: its circuit}, in one round trip; closed where Redis is away."""
    names = {account.pk: account.public_id for account in accounts}
    found = circuits().look(list(names.values()))
    return {pk: found[name] for pk, name in names.items()}


def availability(accounts: Iterable[ProviderAccount]) -> dict[int, State]:
    """{account's number: state}, in one round trip. CLOSED and HALF_OPEN are worth a call, OPEN and PROBING would refuse it."""
    return {pk: circuit.state for pk, circuit in circuits_of(accounts).items()}
