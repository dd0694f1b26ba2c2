"""Without Redis no circuit is known: calls go through, each is counted, and none waits."""

from __future__ import annotations

import socket
import time

import pytest

from transactions.availability import availability, circuits
from transactions.providers.base import FateUnknown
from transactions.providers.circuits import AWAY_SECONDS, State


@pytest.fixture
def silent_redis():
    """Accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def trouble(desk, times: int) -> None:
    desk.gateway.answer(desk.path, 500)
    for _ in range(times):
        with pytest.raises(FateUnknown):
            desk.call()


def test_a_redis_that_dies_lets_every_call_through_and_is_used_again_when_it_is_back(desk, valkey):
    trouble(desk, 4)
    valkey.kill()
    before = circuits().failed_open
    try:
        trouble(desk, 20)
        assert availability([desk.account]) == {desk.account.pk: State.CLOSED}
        assert desk.requests == 24
        assert circuits().failed_open - before >= 21
    finally:
        valkey.start()
    time.sleep(AWAY_SECONDS + 0.1)
    trouble(desk, 5)
    assert availability([desk.account]) == {desk.account.pk: State.OPEN}


def test_a_redis_that_hangs_costs_one_short_wait_a_second_and_not_one_a_call(desk, settings, silent_redis):
    settings.REDIS_URL = silent_redis
    started = time.monotonic()
    assert desk.call() == "ok"
    first = time.monotonic() - started
    started = time.monotonic()
    for _ in range(20):
        assert desk.call() == "ok"
    others = time.monotonic() - started
    assert 0.15 < first < 0.6
    assert others < 0.6
    assert circuits().failed_open == 21
