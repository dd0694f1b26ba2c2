"""The watched folder: ``<folder>/<account>/<file>``, and ``<folder>/<account>/bank/<file>`` for statements of its bank.

Whoever brings files (SFTP, a script) makes the folders of accounts. What was imported goes to ``done`` beside it, anything else
to ``failed``, where it waits for a person. A process may die at any point: a file that is still there is taken again, and known.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from audit.models import OperationalEvent
from audit.services import Actor, raise_event
from payments_site.kernel.errors import DomainError
from reconciliation.models import Statement
from reconciliation.services.intake import read, take_in
from reconciliation.services.statement_errors import StatementBusy, StatementKnown
from tenants.models import ProviderAccount

logger = logging.getLogger(__name__)

NOT_IMPORTED = "statement.not_imported"
DONE, FAILED, BANK = "done", "failed", "bank"
# A file that was written to so lately may still be on its way in.
_QUIET_SECONDS = 30
_ENDINGS = (".csv", ".txt", ".tsv", ".xlsx")


@dataclass(frozen=True)
class Taken:
    """A file of the folder, what became of it, and the statement if it is one."""

    path: Path
    imported: bool
    statement: Statement | None = None
    error_code: str = ""


def scan(*, now: datetime, folder: Path | None = None) -> list[Taken]:
    """Take every file that lies in the watched folder and is written to its end. Nothing without a folder.

    May run twice at once and may be killed. A file that is not imported goes to ``failed``, and an event tells of it.
    """
    place = folder or (Path(settings.STATEMENT_FOLDER) if settings.STATEMENT_FOLDER else None)
    if place is None:
        return []
    taken = []
    for account in _accounts(place):
        for kind, inside in ((Statement.Kind.PROVIDER, ""), (Statement.Kind.BANK, BANK)):
            for path in _files(place.joinpath(account.public_id, inside), now):
                result = _take(account, kind, path, now)
                taken += [result] if result is not None else []
    return taken


def _accounts(place: Path) -> list[ProviderAccount]:
    names = [entry.name for entry in os.scandir(place) if entry.is_dir(follow_symlinks=False)]
    return list(ProviderAccount.objects.select_related("provider", "tenant").filter(public_id__in=names).order_by("id"))


def _files(place: Path, now: datetime) -> Iterator[Path]:
    """Regular files that nobody has written to lately, by name."""
    if not place.is_dir():
        return
    for path in sorted(place.iterdir()):
        facts = path.lstat()
        quiet = now.timestamp() - facts.st_mtime >= _QUIET_SECONDS
        if stat.S_ISREG(facts.st_mode) and quiet and not path.name.startswith(".") and path.suffix.lower() in _ENDINGS:
            yield path


def _take(account: ProviderAccount, kind: str, path: Path, now: datetime) -> Taken | None:
    """None where another process has it in its hands."""
    statement, error_code = None, ""
    try:
        statement = _brought(account, kind, path, now)
    except (StatementBusy, FileNotFoundError):
        logger.info("another process takes a file of account %s", account.public_id)
        return None
    except DomainError as error:
        error_code = error.code
    imported = statement is not None and statement.state == Statement.State.IMPORTED
    if not imported:
        raise_event(
            kind=NOT_IMPORTED, severity=OperationalEvent.Severity.ERROR, subject=account.public_id, now=now,
            statement_id=statement.public_id if statement is not None else "", error_code=error_code,
            rows_bad=statement.rows_bad if statement is not None else 0,
        )  # fmt: skip
    _move(path, DONE if imported else FAILED, now)
    return Taken(path, imported, statement, error_code)


def _brought(account: ProviderAccount, kind: str, path: Path, now: datetime) -> Statement:
    """The statement that this file is, be it brought in now or earlier. Raises as ``take_in``."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            return take_in(
                account=account, kind=kind, file=file, file_name=path.name, source=Statement.Source.FOLDER,
                actor=Actor(user_id="statement_folder"), now=now,
            )  # fmt: skip
    except StatementKnown as error:
        if error.earlier is None:
            raise
        return read(statement_id=error.earlier.pk, now=now)


def _move(path: Path, where: str, now: datetime) -> None:
    """Out of the way; a file of the same name that went there earlier stays."""
    target = path.parent.joinpath(where)
    target.mkdir(exist_ok=True)
    wanted = target.joinpath(path.name)
    if wanted.exists():
        wanted = target.joinpath(f"{path.stem}-{now:%Y%m%d%H%M%S%f}{path.suffix}")
    try:
        path.replace(wanted)
    except FileNotFoundError:
        logger.info("another process has moved a file of the watched folder")
