"""``manage.py reconcile``: hold the books of an account against its statements, for one day or several, at once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services import Actor
from payments_site.kernel import clock
from reconciliation.calendars import business_day
from reconciliation.matching.scope import rules_of
from reconciliation.models import Reconciliation
from reconciliation.services.fetching import fetch
from reconciliation.services.runs import MAX_RANGE, ReconciliationInProgress, start_range, work
from tenants.models import ProviderAccount

_ACTOR = Actor(user_id="command_line")


class Command(BaseCommand):
    """What was matched before stays; a day that was done before says what has changed since."""

    help = "Reconcile an account for a day, by default the last one that is over, or for each day of a range"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which account and which days."""
        parser.add_argument("--account", required=True, metavar="acc_...", help="the account at the provider")
        parser.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="one business day")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="YYYY-MM-DD", help="first day of a range")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last day of the range")
        parser.add_argument("--fetch", action="store_true", help="fetch the provider's files first, where it offers any")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a day."""
        now = clock.now()
        account = ProviderAccount.objects.select_related("provider", "tenant").filter(public_id=options["account"]).first()
        if account is None:
            raise CommandError(f"no such account: {options['account']}")
        first, last = _days(account, options)
        if options["fetch"]:
            for step in range((last - first).days + 1):
                fetch(account=account, day=first + timedelta(days=step), actor=_ACTOR, now=now)
        try:
            started = start_range(account=account, first=first, last=last, cause="command", actor=_ACTOR, now=now)
        except ReconciliationInProgress as error:
            raise CommandError(f"{error.code}: {error.details}", returncode=2) from error
        for run in started:
            work(run_id=run.pk, now=now)
            self.stdout.write(_line(Reconciliation.objects.get(pk=run.pk)))


def _days(account: ProviderAccount, options: dict[str, Any]) -> tuple[date, date]:
    first = options["day"] or options["first"]
    if first is None:
        first = business_day(clock.now(), rules_of(account).cutoff) - timedelta(days=1)
    last = options["day"] or options["last"] or first
    if not 0 <= (last - first).days < MAX_RANGE:
        raise CommandError(f"--from comes before --to, at most {MAX_RANGE} days")
    return first, last


def _line(run: Reconciliation) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(run.counts["by_type"].items()))
    return (
        f"{run.day} {run.public_id} {run.state}: {run.lines} lines, {run.records} records, {run.matched} matched, "
        f"{run.items_open} open{f' ({kinds})' if kinds else ''}, {len(run.changes)} changes"
    )
