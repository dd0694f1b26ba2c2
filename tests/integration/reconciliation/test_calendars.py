"""Business days: weekends, holidays, made-up Saturdays, and where a day of an account begins."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.calendars import add_business_days, borders, business_day, business_days_between, is_business_day
from reconciliation.models import Holiday

MIDNIGHT, ELEVEN = time(0, 0), time(23, 0)


def vietnam(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00")


@pytest.mark.parametrize(
    ("moment", "cutoff", "day"),
    [
        ("2026-11-20T23:59:59", MIDNIGHT, date(2026, 11, 20)),
        ("2026-11-21T00:00:00", MIDNIGHT, date(2026, 11, 21)),
        ("2026-11-20T22:59:59", ELEVEN, date(2026, 11, 20)),
        ("2026-11-20T23:00:00", ELEVEN, date(2026, 11, 21)),
        ("2026-12-31T23:30:00", ELEVEN, date(2027, 1, 1)),
    ],
)
def test_a_moment_belongs_to_the_business_day_of_the_cutoff(moment, cutoff, day):
    assert business_day(vietnam(moment), cutoff) == day
    assert business_day(vietnam(moment).astimezone(UTC), cutoff) == day


@given(
    moment=st.timedeltas(timedelta(0), timedelta(days=4 * 365 - 10)).map(lambda since: datetime(2025, 1, 2, tzinfo=UTC) + since),
    cutoff=st.times().map(lambda value: value.replace(microsecond=0)),
)
def test_the_borders_of_a_day_hold_exactly_its_moments(moment, cutoff):
    start, end = borders(business_day(moment, cutoff), cutoff)
    assert start <= moment < end
    assert end - start == timedelta(days=1)


@pytest.mark.django_db
def test_weekends_and_holidays_are_no_business_days_and_a_made_up_saturday_is_one():
    assert is_business_day(date(2026, 11, 20))
    assert not is_business_day(date(2026, 11, 21))
    assert not is_business_day(date(2026, 2, 17))
    assert date(2026, 8, 22).weekday() == 5
    assert is_business_day(date(2026, 8, 22))


@pytest.mark.django_db
def test_the_business_day_after_tet_is_the_monday_after_nine_days():
    assert add_business_days(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert add_business_days(date(2026, 2, 23), -1) == date(2026, 2, 13)
    assert business_days_between(date(2026, 2, 13), date(2026, 2, 23)) == 1
    assert add_business_days(date(2026, 2, 18), 0) == date(2026, 2, 18)


@pytest.mark.django_db
def test_an_operator_can_enter_a_holiday_and_take_one_back():
    Holiday.objects.create(day=date(2027, 5, 12), name_vi="Nghỉ đột xuất", name_en="Unexpected")
    assert add_business_days(date(2027, 5, 11), 1) == date(2027, 5, 13)
    Holiday.objects.filter(day=date(2027, 2, 5)).delete()
    assert is_business_day(date(2027, 2, 5))


@pytest.mark.django_db
@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_every_year_of_the_calendar_has_the_holidays_of_the_law(year):
    rows = Holiday.objects.filter(day__year=year, working=False)
    by_name = {name: rows.filter(name_en=name).count() for name in set(rows.values_list("name_en", flat=True))}
    assert by_name["Lunar New Year"] == 5
    assert {"New Year", "Hùng Kings' Day", "Reunification Day", "Labour Day", "National Day"} <= set(by_name)
    assert all(row.day.weekday() < 5 for row in rows)
    assert all(row.day.weekday() >= 5 for row in Holiday.objects.filter(day__year=year, working=True))


@pytest.mark.django_db
def test_going_forth_and_back_counts_the_same_days():
    first = date(2026, 4, 20)
    for steps in range(1, 25):
        last = add_business_days(first, steps)
        assert business_days_between(first, last) == steps
        assert is_business_day(last)
