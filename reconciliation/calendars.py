"""Which business day a moment belongs to, and what the next days are on which banks and providers work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from payments_site.kernel.clock import VIETNAM, day_borders
from reconciliation.models import Holiday

_DAY = timedelta(days=1)
_SATURDAY = 5
# How many days are looked up at once: longer than any holiday, so that one question is nearly always enough.
_AHEAD = 40


def shift_of(cutoff: time) -> timedelta:
    """How much earlier than the calendar day the business day begins; nothing for 00:00."""
    since_midnight = timedelta(hours=cutoff.hour, minutes=cutoff.minute, seconds=cutoff.second)
    return _DAY - since_midnight if since_midnight else timedelta(0)


def business_day(moment: datetime, cutoff: time = time(0, 0)) -> date:
    """The business day of ``moment``: from ``cutoff`` on, Vietnam's time, it is the next one (00:00: the calendar day)."""
    return (moment.astimezone(VIETNAM) + shift_of(cutoff)).date()


def borders(day: date, cutoff: time = time(0, 0)) -> tuple[datetime, datetime]:
    """First moment of the business day and first moment of the next one (half-open)."""
    start, end = day_borders(day)
    return start - shift_of(cutoff), end - shift_of(cutoff)


def is_business_day(day: date) -> bool:
    """Whether banks and providers settle on ``day``: neither a weekend nor a holiday, or a weekend day made up for one."""
    return _works(day, _exceptions(day, day))


def add_business_days(day: date, n: int) -> date:
    """The ``n``-th business day after ``day`` (before it, if negative); ``day`` itself, worked on or not, for 0."""
    if n == 0:
        return day
    days = _business_days(day, 1 if n > 0 else -1)
    for _ in range(abs(n) - 1):
        next(days)
    return next(days)


def business_days_between(first: date, last: date) -> int:
    """How many business days there are after ``first`` up to and with ``last``; 0 if ``last`` is not later."""
    exceptions = _exceptions(first, last)
    return sum(_works(first + _DAY * step, exceptions) for step in range(1, (last - first).days + 1))


def _business_days(day: date, direction: int) -> Iterator[date]:
    while True:
        ahead = day + _DAY * _AHEAD * direction
        exceptions = _exceptions(min(day, ahead), max(day, ahead))
        while day != ahead:
            day += _DAY * direction
            if _works(day, exceptions):
                yield day


def _exceptions(first: date, last: date) -> dict[date, bool]:
    return dict(Holiday.objects.filter(day__range=(first, last)).values_list("day", "working"))


def _works(day: date, exceptions: dict[date, bool]) -> bool:
    return exceptions.get(day, day.weekday() < _SATURDAY)
