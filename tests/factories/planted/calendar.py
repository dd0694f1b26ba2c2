"""The days of a story: two weeks around Tết 2026, when banks rest from Saturday 14 to Sunday 22 February."""

from __future__ import annotations

from datetime import date, timedelta

FIRST, LAST = date(2026, 2, 10), date(2026, 2, 25)
# 29 of the twelfth month to the 4th of the first; the days beside them are weekends.
HOLIDAYS = tuple(date(2026, 2, 16) + timedelta(days=step) for step in range(5))
_SATURDAY = 5


def story_days() -> list[date]:
    return [FIRST + timedelta(days=step) for step in range((LAST - FIRST).days + 1)]


def works(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in HOLIDAYS


def next_business_day(day: date) -> date:
    day += timedelta(days=1)
    while not works(day):
        day += timedelta(days=1)
    return day


def is_late_at_the_end(day: date) -> bool:
    """Whether what is missing of ``day`` may still come when the last day of the story has been reconciled."""
    return next_business_day(day) > LAST
