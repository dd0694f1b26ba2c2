"""``manage.py drain_callbacks``: the process that delivers callbacks to tenants."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from payments_site.kernel import clock
from webhooks.outbound.drain import Until
from webhooks.outbound.running import run_drain


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT, then finishes what is in flight. Any number of them may run at once."""

    help = "Deliver due callbacks to tenants, hundreds at once, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--once`` and ``--exit-when-idle`` are for tests and maintenance."""
        end = parser.add_mutually_exclusive_group()
        end.add_argument("--once", action="store_true", help="exit as soon as nothing is due")
        end.add_argument("--exit-when-idle", action="store_true", help="exit when nothing is pending, not even for later")

    def handle(self, *args: Any, **options: Any) -> None:
        """One domain call."""
        until = Until.STOPPED
        if options["once"]:
            until = Until.NOTHING_DUE
        elif options["exit_when_idle"]:
            until = Until.NOTHING_PENDING
        recorded = run_drain(until=until, now=clock.now)
        self.stdout.write(f"{recorded} tries recorded")
