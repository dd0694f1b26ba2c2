"""Statements: kept as they came, then read whole or not at all.

Two steps, so that a process may die between or inside them: the file is stored, sealed, in one transaction; its lines come in
another. What was stored and not read is read by whoever comes next.
"""

from __future__ import annotations

import hashlib
import io
import logging
from datetime import date, datetime
from typing import BinaryIO

from django.db import IntegrityError, connection, transaction

from audit.services import Actor, record
from payments_site.kernel.faults import fault_point
from reconciliation.models import MappingProfile, Statement
from reconciliation.services._importing import import_lines, profiles_for
from reconciliation.services.statement_errors import (
    StatementBusy,
    StatementDecided,
    StatementKnown,
    StatementTooLarge,
    StatementUnreadable,
)
from reconciliation.statements.faults import Unreadable
from reconciliation.statements.sealed import PART, store_sealed
from tenants.models import ProviderAccount
from transactions.personal import fresh_key

logger = logging.getLogger(__name__)

MOST_BYTES = 512 << 20
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('reconciliation.statement'), %s)"
_State = Statement.State
_OPEN = (_State.WAITING, _State.READING, _State.HAS_BAD_ROWS)


def take_in(
    *, account: ProviderAccount, kind: str, file: BinaryIO, file_name: str, source: str, actor: Actor, now: datetime,
    profile: MappingProfile | None = None, skip_bad: bool = False, day: date | None = None,
) -> Statement:  # fmt: skip
    """Store a file and read it: ``imported``, or ``has_bad_rows`` with each of them named and no line stored.

    ``day``: the day that the file is known to be of, should it have no line. Raises ``StatementKnown`` for a file that came
    before, ``StatementUnreadable``, ``StatementTooLarge``, ``ProfileMissing``.
    """
    statement = store(
        account=account, kind=kind, file=file, file_name=file_name, source=source, actor=actor, now=now, profile=profile,
        skip_bad=skip_bad, day=day,
    )  # fmt: skip
    fault_point("statement.stored")
    statement = read(statement_id=statement.pk, now=now)
    if statement.state == _State.REFUSED:
        raise StatementUnreadable(statement.error_detail.partition(":")[0], statement.public_id)
    return statement


def store(
    *, account: ProviderAccount, kind: str, file: BinaryIO, file_name: str, source: str, actor: Actor, now: datetime,
    profile: MappingProfile | None = None, skip_bad: bool = False, day: date | None = None,
) -> Statement:  # fmt: skip
    """Keep a file, sealed, to be read. Raises as ``take_in`` does, except ``StatementUnreadable`` for what is inside."""
    if profile is None:
        profiles_for(account, kind)
    digest, size = _measured(file)
    _refuse_known(account, digest)
    key, data_key = fresh_key(now)
    statement = Statement(
        account=account, kind=kind, source=source, profile=profile, file_name=_shown_name(file_name), sha256=digest, size=size,
        data_key=data_key, skip_bad=skip_bad, created_by=actor.user_id[:150], created_by_type=actor.user_type, created_at=now,
        updated_at=now, day_from=day, day_to=day,
    )  # fmt: skip
    try:
        with transaction.atomic():
            data_key.save()
            statement.data_key = data_key
            statement.save()
            store_sealed(statement, file, key)
            _record("statement.brought", statement, actor, now, sha256=digest, size=size, skip_bad=skip_bad)
    except IntegrityError:
        _refuse_known(account, digest)  # somebody else brought it at the same moment
        raise
    return statement


def read(*, statement_id: int, now: datetime) -> Statement:
    """Read a stored file; one that is imported or refused is left as it is. Raises ``StatementBusy`` while another process does.

    A file that can not be read at all is ``refused``, with the reason.
    """
    try:
        with transaction.atomic():
            statement = _claimed(statement_id)
            return statement if statement.state not in _OPEN else import_lines(statement, now)
    except Unreadable as error:
        with transaction.atomic():
            statement = _claimed(statement_id)
            if statement.state in _OPEN:
                statement.state, statement.error_code = _State.REFUSED, StatementUnreadable.code
                statement.error_detail, statement.updated_at = ": ".join(filter(None, [error.reason, error.detail]))[:255], now
                statement.save(update_fields=["state", "error_code", "error_detail", "updated_at"])
            return statement


def read_waiting(*, now: datetime, limit: int = 5) -> int:
    """Read what was stored and whose reader died or never came; how many were read."""
    waiting = Statement.objects.filter(state__in=(_State.WAITING, _State.READING)).order_by("id").values_list("pk", flat=True)
    done = 0
    for statement_id in list(waiting[:limit]):
        try:
            read(statement_id=statement_id, now=now)
        except StatementBusy:
            logger.info("another process reads statement %s", statement_id)
        else:
            done += 1
    return done


def skip_bad_rows(*, statement: Statement, actor: Actor, now: datetime) -> Statement:
    """Import the rows that are right and leave the others out, by choice. Raises ``StatementDecided``, ``StatementBusy``."""
    with transaction.atomic():
        found = _undecided(statement, _State.HAS_BAD_ROWS)
        found.skip_bad, found.updated_at = True, now
        found.save(update_fields=["skip_bad", "updated_at"])
        _record("statement.bad_rows_left_out", found, actor, now, rows_bad=found.rows_bad)
    return read(statement_id=statement.pk, now=now)


def read_again(*, statement: Statement, actor: Actor, now: datetime, profile: MappingProfile | None = None) -> Statement:
    """Read a file with bad rows once more, by the mapping as it is now (or another one). Raises as ``skip_bad_rows``."""
    with transaction.atomic():
        found = _undecided(statement, _State.HAS_BAD_ROWS)
        found.profile, found.updated_at = profile, now
        found.save(update_fields=["profile", "updated_at"])
        _record("statement.read_again", found, actor, now)
    return read(statement_id=statement.pk, now=now)


def refuse(*, statement: Statement, note: str, actor: Actor, now: datetime) -> Statement:
    """Import nothing of it; the same file may come again. Raises ``StatementDecided``, ``StatementBusy``."""
    with transaction.atomic():
        found = _undecided(statement, *_OPEN)
        found.state, found.error_detail, found.updated_at = _State.REFUSED, note[:255], now
        found.save(update_fields=["state", "error_detail", "updated_at"])
        _record("statement.refused", found, actor, now, note=note)
    return found


def _claimed(statement_id: int) -> Statement:
    """The statement, which nobody else reads until this transaction ends. Raises ``StatementBusy``."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [statement_id])
        if not cursor.fetchone()[0]:
            raise StatementBusy
    return Statement.objects.select_related("account__provider", "profile", "data_key").get(pk=statement_id)


def _undecided(statement: Statement, *states: str) -> Statement:
    found = _claimed(statement.pk)
    if found.state not in states:
        raise StatementDecided({"state": found.state})
    return found


def _refuse_known(account: ProviderAccount, digest: str) -> None:
    earlier = Statement.objects.filter(account=account, sha256=digest).exclude(state=_State.REFUSED).first()
    if earlier is not None:
        raise StatementKnown(earlier)


def _measured(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size; the file is at its beginning again."""
    size = file.seek(0, io.SEEK_END)
    if not size:
        raise StatementUnreadable("empty")
    if size > MOST_BYTES:
        raise StatementTooLarge({"most_bytes": MOST_BYTES})
    file.seek(0)
    digest = hashlib.sha256()
    for data in iter(lambda: file.read(PART), b""):
        digest.update(data)
    file.seek(0)
    return digest.hexdigest(), size


def _shown_name(name: str) -> str:
    """The last part of a path, without what no page should show."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[-255:] or "statement"


def _record(action: str, statement: Statement, actor: Actor, now: datetime, **extra: object) -> None:
    tenant = statement.account.tenant
    record(
        actor=actor, action=action, entity_type="statement", entity_id=statement.public_id, now=now,
        tenant_id=tenant.public_id if tenant is not None else "", extra={"file": statement.file_name, **extra},
    )  # fmt: skip
