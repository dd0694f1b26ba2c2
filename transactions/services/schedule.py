"""When the resolver asks a provider about something whose fate is not known. Pure but for the setting."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

_HOURLY_FOR = timedelta(days=1)
_DAILY_FOR = timedelta(days=6)


def first_question_at(created_at: datetime) -> datetime:
    """The first question about something made at ``created_at``."""
    return created_at + timedelta(seconds=settings.RESOLVER_FIRST_DELAYS[0])


def next_question_at(created_at: datetime, now: datetime) -> datetime | None:
    """The next question after ``now``: the first delays, then hourly for a day, then daily for five; None afterwards."""
    for delay in settings.RESOLVER_FIRST_DELAYS:
        if created_at + timedelta(seconds=delay) > now:
            return created_at + timedelta(seconds=delay)
    age = now - created_at
    if age < _HOURLY_FOR:
        return now + timedelta(hours=1)
    if age < _DAILY_FOR:
        return now + timedelta(days=1)
    return None
