"""When a failed callback is tried again, and what an answer means. Pure: chance and time are passed in."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# After the first try, the second, ...; a failure after the last one makes the delivery dead.
DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
JITTER = 0.2
# Bounds of a tenant's own schedule.
MOST_STEPS = 20
LONGEST_STEP = timedelta(hours=24)
LONGEST_SCHEDULE = timedelta(days=7)
LONGEST_RETRY_AFTER = timedelta(hours=24)

GONE = 410


class Verdict(enum.Enum):
    """What an answer, or its absence, means for the delivery."""

    DELIVERED = "delivered"
    RETRY = "retry"
    GONE = "gone"  # the receiver wants no more of it
    WITHDRAWN = "withdrawn"  # never sent and never will be


def judge(status: int) -> Verdict:
    """2xx is delivered, 410 is gone for good, all else (redirects too: they are not followed) is tried again."""
    if 200 <= status < 300:
        return Verdict.DELIVERED
    return Verdict.GONE if status == GONE else Verdict.RETRY


def next_delay(
    attempts: int, chance: float, retry_after: timedelta | None = None, delays: Sequence[timedelta] = DELAYS
) -> timedelta | None:
    """How long to wait after ``attempts`` tries have failed; ``None`` when the schedule ``delays`` is exhausted.

    ``chance`` in [0, 1) spreads the step by 20 % either way. The receiver's ``retry_after`` may lengthen the wait, to 24 hours
    at the most, and never shortens it.
    """
    if attempts > len(delays):
        return None
    delay = delays[max(attempts, 1) - 1] * (1 - JITTER + 2 * JITTER * chance)
    return delay if retry_after is None else max(delay, min(retry_after, LONGEST_RETRY_AFTER))


def policy_fault(steps: object) -> str | None:
    """Why ``steps`` is no schedule of a tenant's own (a list of seconds; empty: the usual one); None if it is one."""
    if not isinstance(steps, list) or len(steps) > MOST_STEPS:
        return f"a list of at most {MOST_STEPS} waits in seconds is expected"
    longest = int(LONGEST_STEP.total_seconds())
    if any(isinstance(step, bool) or not isinstance(step, int) or not 1 <= step <= longest for step in steps):
        return f"whole seconds from 1 to {longest} are expected"
    if sum(steps) > LONGEST_SCHEDULE.total_seconds():
        return f"no more than {LONGEST_SCHEDULE.days} days in all"
    return None


def schedule_of(steps: Sequence[int] | None) -> tuple[timedelta, ...]:
    """The waits of a tenant that asked for ``steps``; none: the contract's."""
    return tuple(timedelta(seconds=step) for step in steps) if steps else DELAYS


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """A ``Retry-After`` header, in seconds or as an HTTP date (RFC 9110, 10.2.3); ``None`` if absent, past or unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return wait if wait > timedelta(0) else None
