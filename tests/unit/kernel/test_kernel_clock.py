"""Vietnam's days, and times as providers and the API write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_site.kernel import clock

MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 21, 16, 59, 59, 999_999, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 17, 0, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2024, 2, 28, 17, 0, 0, tzinfo=UTC), date(2024, 2, 29)),
    ],
)
def test_the_day_changes_at_midnight_in_vietnam(moment, day):
    assert clock.vietnam_day(moment) == day


@given(MOMENTS)
def test_every_moment_lies_within_the_borders_of_its_day_and_of_no_other(moment):
    start, end = clock.day_borders(clock.vietnam_day(moment))
    assert start <= moment < end
    assert end - start == timedelta(days=1)
    assert clock.day_borders(clock.vietnam_day(end))[0] == end


@given(MOMENTS)
def test_the_compact_form_reads_back_to_the_second(moment):
    assert clock.from_compact(clock.compact(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026112115000",
        "202611211500000",
        "20261321150000",
        "20260230000000",
        "2026112115000x",
        "２０２６１１２１１５００００",
        " 2026112115000",
    ],
)
def test_what_is_no_compact_time_is_none(text):
    assert clock.from_compact(text) is None


def test_the_api_writes_times_with_vietnams_offset_and_milliseconds():
    assert clock.iso(datetime(2026, 11, 21, 8, 0, 0, 123_456, tzinfo=UTC)) == "2026-11-21T15:00:00.123+07:00"
    assert clock.iso(None) is None


def test_the_present_is_aware_and_in_utc():
    assert clock.now().utcoffset() == timedelta(0)
