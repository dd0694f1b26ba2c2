"""``manage.py take_in_statements``: what the schedule does about statements, at once; safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from payments_site.kernel import clock
from reconciliation.services.folder import scan
from reconciliation.services.intake import read_waiting


class Command(BaseCommand):
    """Files of the watched folder are imported, and those that were stored and never read are read."""

    help = "Import the files of the watched folder, and read statements whose reader died"

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a file."""
        now = clock.now()
        self.stdout.write(f"{read_waiting(now=now)} waiting statements read")
        for one in scan(now=now):
            what = one.statement.public_id if one.statement is not None else one.error_code
            self.stdout.write(f"{'imported' if one.imported else 'NOT IMPORTED'} {one.path.name}: {what}")
