"""A provider that hangs on every call: creates at other accounts, of the same provider too, are as quick as before."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator

import pytest

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.services.accounts import create_account
from tests.factories.live import Answer, Live, Shop, Web, call, wait_until
from tests.factories.receiver import Receiver, running_receiver
from tests.factories.world import Role

LINKS = "/v2/payment-requests"
HANGS_SECONDS = 30
MOST_CALLS = 8  # half of the 16 threads that the live stack's gunicorn has
CLIENTS = 16
CREATES = 40


def payos_credentials() -> dict[str, str]:
    return {"client_id": secrets.token_hex(8), "api_key": secrets.token_hex(8), "checksum_key": secrets.token_hex(16)}


def payos_account(role: Role, credentials: dict[str, str], api_url: str = "") -> str:
    account = create_account(
        provider_code="payos", environment="sandbox", credentials=credentials, tenant_id=role.tenant_id, api_url=api_url,
        actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    return str(account.public_id)


@pytest.fixture
def threads() -> Iterator[list[threading.Thread]]:
    """Joined when the provider's server is gone, on which they wait."""
    started: list[threading.Thread] = []
    yield started
    for thread in started:
        thread.join(HANGS_SECONDS)
        assert not thread.is_alive()


@pytest.fixture
def hanging(threads: list[threading.Thread]) -> Iterator[Receiver]:
    """A provider's server that accepts every request and is silent for 30 seconds."""
    with running_receiver() as receiver:
        receiver.delay(LINKS, HANGS_SECONDS)
        yield receiver


class Clients:
    """Clients of the tenant whose provider hangs, who try again all the time."""

    def __init__(self, shop: Shop, web: Web) -> None:
        self.shop, self.web = shop, web
        self.stopped = threading.Event()
        self.refused: list[tuple[Answer, float]] = []

    def start(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._try) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def _try(self) -> None:
        while not self.stopped.is_set():
            started = time.monotonic()
            answer = self.shop.post(web=self.web, provider_code="payos")
            if not self.stopped.is_set():
                self.refused.append((answer, time.monotonic() - started))
            self.stopped.wait(0.5)


def slowest_of_most(shop: Shop, other: Role, web: Web) -> float:
    """The 95th percentile of creates at VNPay and at another account of the provider that hangs, in seconds."""
    took = []
    for number in range(CREATES):
        body = {"order_id": f"ORD-{secrets.token_hex(6)}", "amount": 100_000, "currency": "VND", "description": "Trà sữa"}
        body |= {"provider_code": "payos" if number % 2 else "vnpay", "return_url": "https://shop.example/done"}
        started = time.monotonic()
        answer = call("POST", f"{web.base}{other.base}/transactions", body, other.headers)
        took.append(time.monotonic() - started)
        assert answer.status == 201, answer.text
    return sorted(took)[CREATES * 95 // 100]


def test_creates_at_other_accounts_are_not_slowed(live: Live, hanging: Receiver, threads: list[threading.Thread]) -> None:
    shop = live.shop()
    other = shop.world.partner
    credentials = payos_credentials()
    payos_account(other, credentials)
    answer = call("POST", f"{live.sandbox}/_control/payos/accounts", {**credentials, "name": "B", "notify_url": ""})
    assert answer.status < 300, answer.text
    payos_account(shop.role, payos_credentials(), api_url=hanging.url(""))
    web = live.start_web("hanging", PROVIDER_MAX_CALLS=str(MOST_CALLS))
    slowest_of_most(shop, other, web)  # connections, statements and templates of a new process
    before = slowest_of_most(shop, other, web)
    clients = Clients(shop, web)
    threads.extend(clients.start())
    try:
        wait_until(lambda: len(hanging.at(LINKS)) == MOST_CALLS)
        during = slowest_of_most(shop, other, web)
        wait_until(lambda: len(clients.refused) >= CLIENTS)
    finally:
        clients.stopped.set()
    assert len(hanging.at(LINKS)) == MOST_CALLS
    assert {answer.json["error_code"] for answer, _ in clients.refused} == {"PROVIDER_CONNECTION_ERROR"}
    assert max(seconds for _, seconds in clients.refused) < HANGS_SECONDS / 10
    assert during < max(5 * before, 0.5), (before, during)
    print(f"95 % of creates took at most {before:.3f} s before and {during:.3f} s during")
