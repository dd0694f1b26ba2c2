"""The cap on calls under way."""

from __future__ import annotations

import threading
import time

import pytest

from tests.factories.live import at_once
from transactions.services._slots import NoSlot, Slots


def test_no_more_than_the_limit_are_ever_inside_at_once() -> None:
    slots, lock = Slots(), threading.Lock()
    inside, most, refused = 0, 0, 0

    def job() -> None:
        nonlocal inside, most, refused
        for _ in range(50):
            try:
                with slots.taken("a", limit=3):
                    with lock:
                        inside += 1
                        most = max(most, inside)
                    time.sleep(0.001)
                    with lock:
                        inside -= 1
            except NoSlot:
                with lock:
                    refused += 1

    at_once([job] * 8)
    assert (most, refused > 0, slots.under_way("a")) == (3, True, 0)


def test_names_do_not_share_places() -> None:
    slots = Slots()
    with slots.taken("a", limit=1), slots.taken("b", limit=1):
        assert (slots.under_way("a"), slots.under_way("b")) == (1, 1)
        with pytest.raises(NoSlot), slots.taken("a", limit=1):
            pytest.fail("there was no place")


def test_who_waits_gets_the_place_that_becomes_free() -> None:
    slots, taken = Slots(), threading.Event()

    def hold() -> None:
        with slots.taken("a", limit=1):
            taken.set()
            time.sleep(0.2)

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(5)
    started = time.monotonic()
    with slots.taken("a", limit=1, wait_seconds=5):
        assert 0.1 < time.monotonic() - started < 2
    holder.join()


def test_who_waits_in_vain_is_told() -> None:
    slots = Slots()
    with slots.taken("a", limit=1):
        started = time.monotonic()
        with pytest.raises(NoSlot), slots.taken("a", limit=1, wait_seconds=1):
            pytest.fail("there was no place")
        assert 0.9 < time.monotonic() - started < 2


def test_a_place_is_given_back_when_the_block_fails_and_no_name_is_remembered() -> None:
    slots = Slots()
    with pytest.raises(ZeroDivisionError), slots.taken("a", limit=1):
        raise ZeroDivisionError
    with slots.taken("a", limit=1):
        assert slots.under_way("a") == 1
    assert not slots._taken
