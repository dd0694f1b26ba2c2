"""``manage.py retry_failed_callbacks``: send again what was given up; safe to repeat, the receiver can tell a repeat."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from audit.services import SYSTEM
from payments_site.kernel import clock
from webhooks.outbound.models import CallbackDelivery
from webhooks.outbound.resend import resend_selection


class Command(BaseCommand):
    """Every dead delivery, or those of a tenant, of a time range, or named ones. The drain delivers them."""

    help = "Make callbacks that were given up due again"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``cb_...`` ids, or ``--tenant``, ``--since`` and ``--until`` (ISO 8601), or ``--all``."""
        parser.add_argument("delivery_ids", nargs="*", metavar="cb_...")
        parser.add_argument("--tenant", help="tnt_...")
        parser.add_argument("--since", help="given up at or after (ISO 8601 with offset)")
        parser.add_argument("--until", help="given up before (ISO 8601 with offset)")
        parser.add_argument("--all", action="store_true", help="everything that was given up")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many are due again."""
        if not any(options[name] for name in ("delivery_ids", "tenant", "since", "until", "all")):
            raise CommandError("name deliveries, or --tenant, --since, --until or --all")
        wanted, resent = _wanted(options), 0
        while done := resend_selection(deliveries=wanted, now=clock.now(), actor=SYSTEM):
            resent += done
        self.stdout.write(f"{resent} callbacks are due again")


def _wanted(options: dict[str, Any]) -> QuerySet[CallbackDelivery]:
    # What is given up again while this runs is for the next time, or it would never end.
    rows = CallbackDelivery.objects.filter(status=CallbackDelivery.Status.DEAD, failed_at__lt=clock.now())
    if options["delivery_ids"]:
        rows = rows.filter(public_id__in=options["delivery_ids"])
    if options["tenant"]:
        rows = rows.filter(tenant__public_id=options["tenant"])
    for name, lookup in (("since", "failed_at__gte"), ("until", "failed_at__lt")):
        if options[name]:
            rows = rows.filter(**{lookup: _moment(name, options[name])})
    return rows


def _moment(name: str, text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"--{name} takes ISO 8601 with an offset, such as 2026-11-21T10:00:00+07:00")
    return moment
