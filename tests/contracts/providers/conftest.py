"""The same cases for every adapter: each test here runs once for each provider of the registry, and for one that is not there.

AcmePay (``tests/factories/acmepay``) is the seventh: it stands in the registry for the time of its tests; nothing else knows it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from payments_site.devstack.environment import sandbox_addresses
from tenants.services.configuration import make_missing_providers
from tests.factories.acmepay import lines as acmepay
from tests.factories.bench import Bench
from tests.factories.in_order import disorder
from tests.factories.live import Live, _live_stack, wait_until
from tests.factories.provider_words import WORDS, ProviderWords
from tests.factories.receiver import Receiver
from tests.factories.world import make_world
from transactions.availability import circuits
from transactions.providers import registry
from transactions.providers.base import Provider

__all__ = ["_live_stack"]

# Where most happens to money, the books have to be in order after every test.
MONEY_MOVES = ("test_refunding", "test_transfers")


@pytest.fixture(params=[*sorted(registry.ADAPTERS), "acmepay"])
def words(request: pytest.FixtureRequest) -> Iterator[ProviderWords]:
    """One provider as the contract knows it."""
    if request.param != "acmepay":
        yield WORDS[request.param]
        return
    with acmepay.in_place():
        yield acmepay.WORDS


@pytest.fixture
def adapter(words: ProviderWords) -> Provider:
    return registry.get(words.code)


@pytest.fixture
def receiver(_live_stack: Live) -> Receiver:
    return _live_stack.receiver


@pytest.fixture(scope="session")
def seventh_sandbox(_live_stack: Live) -> str:
    """A sandbox with one provider more, in a process of its own."""
    log = _live_stack.place / "seventh.log"
    command = [sys.executable, "-m", "tests.factories.acmepay.sandbox"]
    _live_stack.spawn(command, log, SANDBOX_PORT="0", SANDBOX_VNPAY_IPN_INTERVAL="0.5")
    return str(wait_until(lambda: re.search(r"listening on (http://\S+)\n", log.read_text()))[1])


@pytest.fixture
def bench(
    db: None, words: ProviderWords, _live_stack: Live, receiver: Receiver, settings: Any, request: pytest.FixtureRequest
) -> Iterator[Bench]:
    """A tenant with an account at the provider, everything rolled back afterwards; the provider is the real sandbox."""
    sandbox = _live_stack.sandbox
    settings.PROVIDER_URLS = sandbox_addresses(sandbox)
    if words is acmepay.WORDS:
        sandbox = request.getfixturevalue("seventh_sandbox")
        settings.PROVIDER_URLS |= acmepay.addresses(sandbox)
        make_missing_providers()  # as every migration does
    settings.PUBLIC_BASE_URL = receiver.url("")
    settings.PROVIDER_READ_TIMEOUT = 1
    settings.PROVIDER_RETRY_ATTEMPTS = 1
    bench = Bench(words, make_world().acme, sandbox, receiver)
    yield bench
    if request.module.__name__.endswith(MONEY_MOVES):
        assert disorder([bench.role.tenant_id]) == {}
    bench.control("reset")
    circuits().close(bench.account_id)
