"""``manage.py process_failed_transactions``: ask the providers what became of payments and refunds; safe to repeat."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services import SYSTEM
from payments_site.kernel import clock
from transactions.models import Transaction
from transactions.services.ask_again import make_due
from transactions.services.resolve import resolve_due
from transactions.services.staff import NothingToAsk, ask_provider


class Command(BaseCommand):
    """Named payments at once; otherwise what the schedule would ask about now, or also what it would ask about later."""

    help = "Ask providers about payments and refunds whose fate is not known"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``txn_...`` ids, or ``--all`` and ``--limit``."""
        parser.add_argument("transaction_ids", nargs="*", metavar="txn_...")
        parser.add_argument("--all", action="store_true", help="also what is of unknown fate and would be asked about later")
        parser.add_argument("--limit", type=int, default=1000, help="at most so many questions, roughly (1000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is known of named payments afterwards, or how many questions were asked."""
        if options["transaction_ids"]:
            self._ask_about(options["transaction_ids"])
            return
        if options["all"]:
            self.stdout.write(f"{make_due(now=clock.now())} brought forward")
        asked = 0
        while asked < options["limit"] and (done := resolve_due(now=clock.now())):
            asked += done
        self.stdout.write(f"{asked} questions asked")

    def _ask_about(self, ids: list[str]) -> None:
        found = {row.public_id: row for row in Transaction.objects.filter(public_id__in=ids).select_related("tenant")}
        if unknown := [public_id for public_id in ids if public_id not in found]:
            raise CommandError(f"no such payment: {', '.join(unknown)}")
        for payment in found.values():
            try:
                ask_provider(payment=payment, actor=SYSTEM, now=clock.now())
            except NothingToAsk:
                self.stdout.write(f"{payment.public_id} {payment.status}: nothing to ask")
                continue
            payment.refresh_from_db()
            self.stdout.write(f"{payment.public_id} {payment.status}")
