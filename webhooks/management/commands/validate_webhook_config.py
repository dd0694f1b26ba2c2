"""``manage.py validate_webhook_config``: would the notices of every account arrive, and would they be believed?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments_site.kernel import clock
from tenants.models import ProviderAccount
from webhooks.inbound.checks import Finding, Level, check_account


class Command(BaseCommand):
    """Reads only; ends with 1 where something loses notices."""

    help = "Check address, credentials, allow-list and last notices of each provider account"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``acc_...`` ids, or none for every active account."""
        parser.add_argument("account_ids", nargs="*", metavar="acc_...")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a finding. Raises ``CommandError`` where there was an error among them."""
        accounts = ProviderAccount.objects.select_related("provider").order_by("provider__position", "id")
        wanted = options["account_ids"]
        accounts = accounts.filter(public_id__in=wanted) if wanted else accounts.filter(is_active=True)
        missing = sorted(set(wanted) - set(accounts.values_list("public_id", flat=True)))
        if missing:
            raise CommandError(f"no such account: {', '.join(missing)}")
        found = [finding for account in accounts for finding in check_account(account, now=clock.now())]
        self._tell(found, as_json=options["json"])
        errors = sum(finding.level is Level.ERROR for finding in found)
        if errors:
            raise CommandError(f"{errors} errors")

    def _tell(self, found: Sequence[Finding], *, as_json: bool) -> None:
        for one in found:
            line = f"{one.level.upper():8}{one.provider_code:9}{one.account_id}  {one.check}: {one.text}"
            self.stdout.write(json.dumps(one.as_dict(), ensure_ascii=False) if as_json else line)
