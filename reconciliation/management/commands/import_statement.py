"""``manage.py import_statement <account> <file>``: bring a statement in; exits with 1 where it was not imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.services import Actor
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from reconciliation.models import BadLine, Statement
from reconciliation.services.intake import read, take_in
from reconciliation.services.statement_errors import StatementKnown
from tenants.models import ProviderAccount

_SHOWN = 100


class Command(BaseCommand):
    """All lines or none. A file that was stored and never read, because a process died, is read now."""

    help = "Import a statement of a provider or a bank (CSV or XLSX)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose file, which file, and how to take it."""
        parser.add_argument("account", metavar="acc_...", help="public id of the provider account")
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", choices=Statement.Kind.values, default=Statement.Kind.PROVIDER.value)
        parser.add_argument("--skip-bad", action="store_true", help="import the other rows where some can not be read")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and say how many lines."""
        account = ProviderAccount.objects.select_related("provider", "tenant").filter(public_id=options["account"]).first()
        if account is None:
            raise CommandError(f"no account is called {options['account']}")
        try:
            statement = self._take_in(account, options)
        except (DomainError, OSError) as error:
            raise CommandError(error.message("en") if isinstance(error, DomainError) else str(error)) from error
        if statement.state != Statement.State.IMPORTED:
            self._tell_bad(statement)
            raise CommandError(f"{statement.public_id}: {statement.rows_bad} of {statement.rows_read} rows can not be read")
        known = f", {statement.rows_known} known before" if statement.rows_known else ""
        left_out = f", {statement.rows_bad} bad rows left out" if statement.rows_bad else ""
        self.stdout.write(f"{statement.public_id}: {statement.rows_imported} lines imported{known}{left_out}")

    def _take_in(self, account: ProviderAccount, options: dict[str, Any]) -> Statement:
        path, now = options["file"], clock.now()
        try:
            with path.open("rb") as file:
                return take_in(
                    account=account, kind=options["kind"], file=file, file_name=path.name, source=Statement.Source.UPLOAD,
                    actor=Actor(user_id="import_statement"), now=now, skip_bad=options["skip_bad"],
                )  # fmt: skip
        except StatementKnown as error:
            if error.earlier is None or error.earlier.state not in (Statement.State.WAITING, Statement.State.READING):
                raise
            return read(statement_id=error.earlier.pk, now=now)

    def _tell_bad(self, statement: Statement) -> None:
        """Line, field and reason: never what stood there."""
        for one in BadLine.objects.filter(statement=statement).order_by("line_no", "id")[:_SHOWN]:
            self.stderr.write(f"line {one.line_no}: {one.field or 'row'}: {one.reason}")
