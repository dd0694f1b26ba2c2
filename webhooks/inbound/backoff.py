"""When a notice that failed by our own fault is tried again from its stored row. Pure: the table is the promise."""

from __future__ import annotations

from datetime import datetime, timedelta

# After the first failure, after the second, and so on; then it is left to a person.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480, 720, 1440))
# From this failure on somebody is told that it does not go away by itself.
ALERT_AT = 3
# A notice that was stored and never judged (the process died in between) is taken up after so long; so is one that a retry
# took and never gave back.
LEASE = timedelta(minutes=2)


def next_try(failures: int, now: datetime) -> datetime | None:
    """The moment after ``failures`` failures in a row; None once the table is used up. ``failures`` is at least 1."""
    return now + DELAYS[failures - 1] if failures <= len(DELAYS) else None
