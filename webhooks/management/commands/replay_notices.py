"""``manage.py replay_notices``: apply stored notices again, from their raw bytes; safe to repeat."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from payments_site.kernel import clock
from payments_site.kernel.sealing import KeyDestroyed
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.receive import replay

UNFINISHED = (ProviderNotification.Verdict.STORED, ProviderNotification.Verdict.ERROR)


class Command(BaseCommand):
    """One notice by its id, or all of a time range; without a verdict those that were never applied."""

    help = "Apply stored provider notices again"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``whk_...`` ids, or ``--since`` / ``--until`` (ISO 8601) with ``--verdict``."""
        parser.add_argument("notice_ids", nargs="*", metavar="whk_...")
        parser.add_argument("--since", help="received at or after (ISO 8601 with offset)")
        parser.add_argument("--until", help="received before (ISO 8601 with offset)")
        parser.add_argument("--verdict", action="append", choices=ProviderNotification.Verdict.values)

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay in order of arrival and print each verdict."""
        notices = ProviderNotification.objects.select_related("account", "data_key").order_by("received_at", "id")
        if options["notice_ids"]:
            notices = notices.filter(public_id__in=options["notice_ids"])
        elif options["since"] or options["until"] or options["verdict"]:
            notices = notices.filter(verdict__in=options["verdict"] or UNFINISHED)
        else:
            raise CommandError("name notices, or a range by --since, --until or --verdict")
        for name, lookup in (("since", "received_at__gte"), ("until", "received_at__lt")):
            if options[name]:
                notices = notices.filter(**{lookup: _moment(name, options[name])})
        for notice in notices.iterator(chunk_size=200):
            self.stdout.write(f"{notice.public_id} {_replayed(notice)}")


def _replayed(notice: ProviderNotification) -> str:
    try:
        return replay(notice=notice, now=clock.now()).verdict
    except KeyDestroyed:
        return "erased: the payer's data was destroyed, the raw notice can not be read"


def _moment(name: str, text: str) -> Any:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"--{name} takes ISO 8601 with an offset, such as 2026-11-21T10:00:00+07:00")
    return moment
