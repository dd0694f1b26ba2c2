"""``manage.py create_staff_token <username>``: prints a new token of the admin API, and nothing else."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.services.staff_tokens import StaffUserNotFound, create_staff_token


class Command(BaseCommand):
    """The token is shown this once; it carries the user's own permissions."""

    help = "Create a token of the admin API for a member of staff and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        """``username`` and an optional ``--name`` by which the token is recognised."""
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token and a newline."""
        try:
            new = create_staff_token(username=options["username"], name=options["name"], actor=SYSTEM, now=clock.now())
        except StaffUserNotFound as error:
            raise CommandError(f"no user is called {options['username']}") from error
        self.stdout.write(new.plaintext)
