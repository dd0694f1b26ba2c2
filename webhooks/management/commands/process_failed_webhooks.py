"""``manage.py process_failed_webhooks``: apply now what could not be applied; the schedule does the same by itself."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit.services import SYSTEM
from payments_site.kernel import clock
from webhooks.inbound.replaying import MOST, in_range, replay_many
from webhooks.inbound.retry import retry_due


class Command(BaseCommand):
    """Safe to repeat: a notice that was applied in the meantime is a repeat."""

    help = "Apply stored notices that failed by our own fault, or were never judged"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--all`` does not wait for the schedule, and takes up what it has given up."""
        parser.add_argument("--all", action="store_true", help="also what is not due yet, and what was given up")
        parser.add_argument("--limit", type=int, default=1_000, help="at most so many (1000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a notice, then how many."""
        tried = self._everything(options["limit"]) if options["all"] else self._due(options["limit"])
        self.stdout.write(f"{tried} notices tried")

    def _due(self, limit: int) -> int:
        done = retry_due(now=clock.now(), most=limit)
        for notice_id, outcome in done.items():
            self.stdout.write(f"{notice_id} {outcome}")
        return len(done)

    def _everything(self, limit: int) -> int:
        after: int | None = 0
        tried = 0
        while after is not None and tried < limit:
            most = min(MOST, limit - tried)
            batch = replay_many(notices=in_range(), actor=SYSTEM, now=clock.now(), most=most, after=after)
            for one in batch.outcomes:
                self.stdout.write(f"{one.notice_id} {one.before} -> {one.outcome}")
            tried, after = tried + len(batch.outcomes), batch.following
        return tried
