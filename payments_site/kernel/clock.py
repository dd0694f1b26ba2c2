"""The clock, read at the edge and passed inwards; and the borders of Vietnam's business days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present moment, aware, in UTC. Only interfaces (views, tasks, commands) call it."""
    return datetime.now(UTC)


def vietnam_day(moment: datetime) -> date:
    """The calendar day in Vietnam on which ``moment`` falls."""
    return moment.astimezone(VIETNAM).date()


def day_borders(day: date) -> tuple[datetime, datetime]:
    """First moment of the Vietnam day and first moment of the next one (half-open)."""
    start = datetime.combine(day, time.min, tzinfo=VIETNAM)
    return start, start + timedelta(days=1)


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 with ``+07:00``, as every answer of the API writes times."""
    return None if moment is None else moment.astimezone(VIETNAM).isoformat(timespec="milliseconds")


def compact(moment: datetime) -> str:
    """``yyyyMMddHHmmss`` in Vietnam's time: the form of VNPay and its peers."""
    return moment.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")


def from_compact(text: str) -> datetime | None:
    """The moment behind a ``yyyyMMddHHmmss`` of Vietnam's time; ``None`` if it is not one."""
    if len(text) != 14 or not text.isascii() or not text.isdigit():
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)
    except ValueError:
        return None
