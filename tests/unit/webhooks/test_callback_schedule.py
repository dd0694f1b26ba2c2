"""When a failed callback is tried again, and what an answer means."""

from datetime import UTC, datetime, timedelta

import pytest

from webhooks.outbound.schedule import DELAYS, Verdict, judge, next_delay, policy_fault, read_retry_after, schedule_of

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
STEPS = [5, 30, 120, 600, 1800, 7200, 21600, 43200, 86400, 86400]


def test_the_steps_are_those_of_the_contract():
    assert [next_delay(attempts, 0.5) for attempts in range(1, 11)] == [timedelta(seconds=step) for step in STEPS]


def test_the_eleventh_failure_exhausts_the_schedule():
    assert len(DELAYS) + 1 == 11
    assert next_delay(11, 0.5) is None
    assert next_delay(12, 0.5, timedelta(seconds=5)) is None


@pytest.mark.parametrize(("attempts", "seconds"), list(enumerate(STEPS, start=1)))
def test_chance_spreads_a_step_by_a_fifth_either_way(attempts, seconds):
    step = timedelta(seconds=seconds)
    assert next_delay(attempts, 0.0) == step * 0.8
    longest = next_delay(attempts, 0.999999)
    assert step * 1.19 < longest < step * 1.2


def test_retry_after_lengthens_a_step_but_never_shortens_it():
    assert next_delay(1, 0.5, timedelta(seconds=90)) == timedelta(seconds=90)
    assert next_delay(4, 0.5, timedelta(seconds=90)) == timedelta(minutes=10)


def test_retry_after_counts_for_a_day_at_the_most():
    assert next_delay(1, 0.5, timedelta(days=30)) == timedelta(hours=24)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(seconds=120)),
        (" 7 ", timedelta(seconds=7)),
        ("0", timedelta(0)),
        ("99999999999999999999", timedelta(hours=24)),
        ("Sun, 01 Mar 2026 08:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 01 Mar 2026 07:05:00 GMT", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value, expected):
    assert read_retry_after(value, NOW) == expected


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status):
    assert judge(status) is Verdict.DELIVERED


def test_410_is_gone():
    assert judge(410) is Verdict.GONE


@pytest.mark.parametrize(
    "status", [100, 199, 300, 301, 302, 304, 307, 308, 400, 401, 404, 408, 409, 422, 429, 500, 502, 503, 599]
)
def test_everything_else_is_tried_again(status):
    assert judge(status) is Verdict.RETRY


def test_a_tenant_may_have_a_schedule_of_its_own():
    own = schedule_of([60, 3600])
    assert [next_delay(attempts, 0.5, None, own) for attempts in (1, 2, 3)] == [timedelta(minutes=1), timedelta(hours=1), None]
    assert schedule_of([]) == schedule_of(None) == DELAYS


def test_a_test_is_tried_once():
    assert next_delay(1, 0.5, timedelta(seconds=9), ()) is None


@pytest.mark.parametrize("steps", [[], [1], [5, 30, 86_400], [86_400] * 7, [1] * 20])
def test_schedules_within_the_bounds(steps):
    assert policy_fault(steps) is None


@pytest.mark.parametrize("steps", [None, "5", {}, [0], [-1], [86_401], [True], ["5"], [5.5], [1] * 21, [86_400] * 8])
def test_schedules_out_of_bounds(steps):
    assert policy_fault(steps) is not None
