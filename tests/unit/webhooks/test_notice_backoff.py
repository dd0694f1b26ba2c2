"""When a notice is tried again: at once soon, then ever more rarely, then no more."""

from datetime import timedelta

from payments_site.kernel import clock
from webhooks.inbound.backoff import ALERT_AT, DELAYS, LEASE, next_try


def test_each_wait_is_longer_than_the_one_before_and_all_together_are_more_than_a_day() -> None:
    now = clock.now()
    waits = [next_try(failures, now) for failures in range(1, len(DELAYS) + 1)]
    assert waits == sorted(waits)
    assert len(set(waits)) == len(waits)
    assert sum(DELAYS, timedelta()) > timedelta(days=1)


def test_the_first_try_comes_after_a_minute_and_after_the_last_there_is_none() -> None:
    now = clock.now()
    assert next_try(1, now) == now + timedelta(minutes=1)
    assert next_try(len(DELAYS), now) == now + timedelta(days=1)
    assert next_try(len(DELAYS) + 1, now) is None


def test_people_are_told_while_tries_are_left() -> None:
    assert ALERT_AT == 3 < len(DELAYS)
    assert timedelta(seconds=90) < LEASE  # a sweep ends before what it took is taken again
