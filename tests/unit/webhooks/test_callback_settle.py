"""What a result makes of its delivery, with and without the lease."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from webhooks.outbound.parcel import Parcel, Result
from webhooks.outbound.schedule import Verdict
from webhooks.outbound.settle import DeliveryState, settle

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LEASE = NOW + timedelta(seconds=60)
STATE = DeliveryState(1, "pending", 0, LEASE, None, "", "", None, None)
PARCEL = Parcel(1, LEASE, 1, "https://shop.example/hook", None, "evt_1", "txn_1", "tnt_1", b"{}", ("whsec_AAAA",))


def result(verdict, **fields):
    return Result(PARCEL, verdict, NOW, 12, **fields)


def settled(state, outcome):
    return settle(state, outcome, now=NOW, chance=0.5)


def test_a_delivery_is_final():
    after = settled(STATE, result(Verdict.DELIVERED, status=200, body="ok"))
    assert after == DeliveryState(1, "delivered", 1, None, 200, "ok", "", NOW, None)


def test_a_failure_goes_to_the_next_step():
    after = settled(replace(STATE, attempts=1), result(Verdict.RETRY, status=500, body="no", error="answered 500"))
    assert after == DeliveryState(1, "pending", 2, NOW + timedelta(seconds=30), 500, "no", "answered 500", None, None)


def test_the_last_failure_is_dead():
    after = settled(replace(STATE, attempts=10), result(Verdict.RETRY, error="answered 500"))
    assert (after.status, after.attempts, after.next_attempt_at, after.failed_at) == ("dead", 11, None, NOW)


def test_gone_is_dead_at_once():
    after = settled(STATE, result(Verdict.GONE, status=410))
    assert (after.status, after.attempts, after.next_attempt_at) == ("dead", 1, None)


def test_what_was_withdrawn_counts_no_try():
    after = settled(STATE, result(Verdict.WITHDRAWN, error="erased"))
    assert (after.status, after.attempts, after.last_error) == ("dead", 0, "erased")


def test_a_failure_without_the_lease_counts_its_try_and_changes_nothing_else():
    taken = replace(STATE, next_attempt_at=LEASE + timedelta(seconds=30))
    assert settled(taken, result(Verdict.RETRY, status=500)) == replace(taken, attempts=1)


def test_a_failure_after_another_drain_delivered_changes_nothing_but_the_count():
    delivered = DeliveryState(1, "delivered", 1, None, 200, "ok", "", NOW, None)
    assert settled(delivered, result(Verdict.GONE, status=410)) == replace(delivered, attempts=2)


@pytest.mark.parametrize(
    "state", [replace(STATE, next_attempt_at=NOW), replace(STATE, status="dead", next_attempt_at=None, failed_at=NOW)]
)
def test_a_2xx_delivers_even_without_the_lease(state):
    after = settled(state, result(Verdict.DELIVERED, status=204))
    assert (after.status, after.next_attempt_at, after.delivered_at, after.failed_at) == ("delivered", None, NOW, None)


def test_a_second_2xx_keeps_the_first_moment():
    first = DeliveryState(1, "delivered", 1, None, 200, "ok", "", NOW - timedelta(seconds=5), None)
    assert settled(first, result(Verdict.DELIVERED, status=200)) == replace(first, attempts=2)


def test_what_was_sent_again_begins_its_schedule_anew():
    again = replace(STATE, attempts=11, tries_before=11)
    after = settled(again, result(Verdict.RETRY, status=500))
    assert (after.status, after.attempts, after.next_attempt_at) == ("pending", 12, NOW + timedelta(seconds=5))
    last = settled(replace(again, attempts=21), result(Verdict.RETRY, status=500))
    assert (last.status, last.attempts) == ("dead", 22)


def test_a_tenants_own_schedule_is_followed_to_its_end():
    own = replace(PARCEL, delays=(timedelta(minutes=1),))
    once = settle(STATE, Result(own, Verdict.RETRY, NOW, 1, status=500), now=NOW, chance=0.5)
    assert once.next_attempt_at == NOW + timedelta(minutes=1)
    twice = settle(replace(STATE, attempts=1), Result(own, Verdict.RETRY, NOW, 1, status=500), now=NOW, chance=0.5)
    assert twice.status == "dead"


def test_a_test_that_fails_is_over():
    test = replace(PARCEL, delays=(), is_test=True)
    after = settle(STATE, Result(test, Verdict.RETRY, NOW, 1, status=500), now=NOW, chance=0.5)
    assert (after.status, after.attempts) == ("dead", 1)
