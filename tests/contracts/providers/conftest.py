"""The same cases for every adapter: each test here runs once for each provider of the registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from payments_site.devstack.environment import sandbox_addresses
from tests.factories.bench import Bench
from tests.factories.live import Live, _live_stack
from tests.factories.provider_words import WORDS, ProviderWords
from tests.factories.receiver import Receiver
from tests.factories.world import make_world
from transactions.availability import circuits
from transactions.providers import registry
from transactions.providers.base import Provider

__all__ = ["_live_stack"]


@pytest.fixture(params=sorted(registry.ADAPTERS))
def words(request: pytest.FixtureRequest) -> ProviderWords:
    """One provider as the contract knows it."""
    return WORDS[request.param]


@pytest.fixture
def adapter(words: ProviderWords) -> Provider:
    return registry.get(words.code)


@pytest.fixture
def receiver(_live_stack: Live) -> Receiver:
    return _live_stack.receiver


@pytest.fixture
def bench(db: None, words: ProviderWords, _live_stack: Live, receiver: Receiver, settings: Any) -> Iterator[Bench]:
    """A tenant with an account at the provider, everything rolled back afterwards; the provider is the real sandbox."""
    settings.PROVIDER_URLS = sandbox_addresses(_live_stack.sandbox)
    settings.PUBLIC_BASE_URL = receiver.url("")
    settings.PROVIDER_READ_TIMEOUT = 1
    settings.PROVIDER_RETRY_ATTEMPTS = 1
    bench = Bench(words, make_world().acme, _live_stack.sandbox, receiver)
    yield bench
    bench.control("reset")
    circuits().close(bench.account_id)
