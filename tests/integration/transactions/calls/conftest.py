"""A Valkey that no other test empties, a provider's server on loopback, and an adapter that does as it is told."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from payments_site.devstack.valkey import EmbeddedValkey
from payments_site.kernel.http import HttpClient
from tenants.models import ProviderAccount
from tests.factories.receiver import Receiver, running_receiver
from tests.factories.world import Role
from transactions.providers.base import AnswerUnreadable, FateUnknown, ProviderRefused
from transactions.services import calls

_names = itertools.count()


@pytest.fixture(scope="package")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    """A server of these tests' own."""
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.destroy()


@pytest.fixture
def redis_url(settings: Any, valkey: EmbeddedValkey) -> str:
    """The circuits of the test live there."""
    settings.REDIS_URL = valkey.start()
    return str(settings.REDIS_URL)


@pytest.fixture
def name() -> str:
    """A circuit that no other test knows."""
    return f"acc_{next(_names)}_{time.time_ns()}"


@pytest.fixture
def gateway() -> Iterator[Receiver]:
    """The provider's server."""
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def account(acme: Role, redis_url: str) -> ProviderAccount:
    """acme's account."""
    return ProviderAccount.objects.select_related("tenant", "provider").get(public_id=acme.account_id)


@dataclass
class Adapter:
    """As much of an adapter as a call looks at."""

    code: str = "vnpay"
    read_timeout: int = 30
    payers_own_codes: frozenset[str] = frozenset()


@dataclass
class Desk:
    """Calls to one account, each of which reads the answer as adapters do: 200 is fine, 4xx a refusal, 5xx unknown."""

    account: ProviderAccount
    gateway: Receiver
    path: str
    adapter: Adapter

    def send(self, http: HttpClient) -> str:
        answer = http.request("POST", self.gateway.url(self.path), body=b"{}")
        if answer.status >= 500:
            raise FateUnknown(f"HTTP {answer.status}")
        if answer.status >= 400:
            raise ProviderRefused("no")
        if answer.body == b"<garbage>":
            raise AnswerUnreadable("not JSON")
        return answer.body.decode()

    def call(self, what: Callable[[HttpClient], Any] | None = None, **options: Any) -> Any:
        adapter: Any = self.adapter
        return calls.call(self.account, adapter, what or self.send, **options)

    @property
    def requests(self) -> int:
        """How many requests came to the provider."""
        return len(self.gateway.at(self.path))


@pytest.fixture
def desk(account: ProviderAccount, gateway: Receiver) -> Desk:
    """Calls to acme's account."""
    return Desk(account, gateway, "/api", Adapter())


@pytest.fixture
def in_threads() -> Iterator[Callable[[Callable[[], Any]], threading.Thread]]:
    """Start something in a thread; all have ended when the test ends."""
    started: list[threading.Thread] = []

    def start(job: Callable[[], Any]) -> threading.Thread:
        thread = threading.Thread(target=job)
        thread.start()
        started.append(thread)
        return thread

    yield start
    for thread in started:
        thread.join(40)
        assert not thread.is_alive()
