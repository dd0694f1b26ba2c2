"""``manage.py cleanup_expired_transactions``: what the schedule does about deadlines, at once; safe to repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from payments_site.kernel import clock
from transactions.services.expire import expire_due
from transactions.services.idempotency import delete_expired


class Command(BaseCommand):
    """Payments past their deadline expire, with their events and callbacks; records of idempotency past theirs are deleted."""

    help = "Expire payments past their deadline and delete idempotency records past their 24 hours"

    def handle(self, *args: Any, **options: Any) -> None:
        """Batch after batch, until nothing is left."""
        self.stdout.write(f"{_until_none(expire_due)} payments expired")
        self.stdout.write(f"{_until_none(delete_expired)} idempotency records deleted")


def _until_none(step: Callable[..., int]) -> int:
    total, now = 0, clock.now()
    while done := step(now=now):
        total += done
    return total
