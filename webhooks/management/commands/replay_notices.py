"""``manage.py replay_notices``: apply stored notices again, from their raw bytes; safe to repeat."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from audit.services import SYSTEM
from payments_site.kernel import clock
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.replaying import ERASED, MOST, SEALED, in_range, replay_many

_WORDS = {
    ERASED: "erased: the payer's data was destroyed, the raw notice can not be read",
    SEALED: "sealed: none of the present keys opens the raw notice",
}


class Command(BaseCommand):
    """One notice by its id, or all of a time range; without a verdict those that were never applied."""

    help = "Apply stored provider notices again"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``whk_...`` ids, or ``--since`` / ``--until`` (ISO 8601) with ``--verdict``."""
        parser.add_argument("notice_ids", nargs="*", metavar="whk_...")
        parser.add_argument("--since", help="received at or after (ISO 8601 with offset)")
        parser.add_argument("--until", help="received before (ISO 8601 with offset)")
        parser.add_argument("--verdict", action="append", choices=ProviderNotification.Verdict.values)
        parser.add_argument("--limit", type=int, default=10_000, help="at most so many (10000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay in order of arrival and print each verdict."""
        notices, after, left = _chosen(options), 0, int(options["limit"])
        while left > 0:
            batch = replay_many(notices=notices, actor=SYSTEM, now=clock.now(), most=min(MOST, left), after=after)
            for one in batch.outcomes:
                self.stdout.write(f"{one.notice_id} {_WORDS.get(one.outcome, one.outcome)}")
            if batch.following is None:
                return
            left, after = left - len(batch.outcomes), batch.following
        self.stderr.write(f"stopped at --limit {options['limit']}; there are more")


def _chosen(options: dict[str, Any]) -> QuerySet[ProviderNotification]:
    if options["notice_ids"]:
        return ProviderNotification.objects.filter(public_id__in=options["notice_ids"])
    if not (options["since"] or options["until"] or options["verdict"]):
        raise CommandError("name notices, or a range by --since, --until or --verdict")
    since, until = (_moment(name, options[name]) for name in ("since", "until"))
    return in_range(since=since, until=until, verdicts=options["verdict"] or ())


def _moment(name: str, text: str | None) -> datetime | None:
    if not text:
        return None
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"--{name} takes ISO 8601 with an offset, such as 2026-11-21T10:00:00+07:00")
    return moment
