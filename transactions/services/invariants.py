"""The nightly audit of the books: the laws are asked, and each that does not hold is an alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from audit.models import OperationalEvent
from audit.services import raise_event
from transactions import invariants
from transactions.invariants import Broken

CHECKED, BROKEN = "invariants.checked", "invariants.broken"
_ROWS_TOLD = 20


def audit_books(*, now: datetime, since: datetime | None = None) -> Sequence[Broken]:
    """Ask every law, of what happened since then or of everything; what does not hold.

    One operational event for the run, and one of severity error for each broken law with its first rows.
    """
    broken = invariants.check(now=now, since=since)
    for one in broken:
        told = [f"{row.row}: {row.found} instead of {row.expected}" for row in one.rows[:_ROWS_TOLD]]
        raise_event(
            kind=BROKEN, severity=OperationalEvent.Severity.ERROR, subject=one.law.name, now=now, says=one.law.says,
            rows=told, count=len(one.rows), more=one.more,
        )  # fmt: skip
    raise_event(
        kind=CHECKED, now=now, subject="since" if since is not None else "all", laws=len(invariants.LAWS), broken=len(broken),
        since=since.isoformat() if since is not None else None,
    )  # fmt: skip
    return broken
