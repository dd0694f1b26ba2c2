"""One import: from the sealed file to lines, inside one database transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import BinaryIO

from payments_site.kernel.faults import fault_point
from reconciliation.models import BadLine, MappingProfile, ReconciliationRules, Statement
from reconciliation.services._progress import Progress
from reconciliation.services.statement_errors import ProfileMissing
from reconciliation.statements.copying import Stage, Stored
from reconciliation.statements.faults import BadCell, Unreadable
from reconciliation.statements.headers import known_columns
from reconciliation.statements.parsing import Parser
from reconciliation.statements.reading import open_table
from reconciliation.statements.sealed import open_sealed
from reconciliation.statements.shipped import BANK
from reconciliation.statements.spec import read_spec
from reconciliation.statements.tables import Table
from tenants.models import ProviderAccount
from transactions.personal import key_of, seal_json

# More bad rows than this are counted, but not kept one by one: then it is the profile that is wrong.
MOST_BAD_KEPT = 10_000
_LONGEST_VALUE = 200
_AHEAD = timedelta(days=1)


@dataclass
class _Count:
    rows: int = 0
    bad_rows: int = 0
    bad: list[BadCell] = field(default_factory=list)


def profiles_for(account: ProviderAccount, kind: str) -> list[MappingProfile]:
    """The current mappings by which a file of this account may be read. Raises ``ProfileMissing``."""
    code = BANK if kind == Statement.Kind.BANK else account.provider.code
    found = list(MappingProfile.objects.filter(provider_code=code, is_current=True).order_by("id"))
    if not found:
        raise ProfileMissing({"provider": code})
    return found


def import_lines(statement: Statement, now: datetime) -> Statement:
    """Read the whole file and store its lines, or what is wrong with its rows. Raises ``Unreadable`` and ``ProfileMissing``."""
    with open_sealed(statement) as file, Progress(statement, now) as progress:
        profile, table = _opened(statement, file)
        parser = Parser(read_spec(profile.spec), table.header, cutoff=_cutoff(statement.account), latest=now + _AHEAD)
        stage, count = Stage(), _Count()
        stage.fill(_blocks(statement, table, parser, count, progress))
    statement.profile = profile
    BadLine.objects.filter(statement=statement).delete()
    _keep_bad(statement, count.bad)
    stored = stage.store(statement) if statement.skip_bad or not count.bad_rows else None
    fault_point("statement.copied")
    _note(statement, count, stored, now)
    return statement


def _opened(statement: Statement, file: BinaryIO) -> tuple[MappingProfile, Table]:
    """The profile under which most columns of the file mean something, and the table; the one that was chosen, if one was."""
    chosen = [statement.profile] if statement.profile is not None else profiles_for(statement.account, statement.kind)
    best: MappingProfile | None = None
    most, why = 0, Unreadable("header")
    for profile in chosen if len(chosen) > 1 else ():
        spec = read_spec(profile.spec)
        try:
            known = known_columns(open_table(file, spec).header, spec)
        except Unreadable as error:
            why = error
            continue
        if known > most:
            best, most = profile, known
    if len(chosen) > 1 and best is None:
        raise why
    profile = best or chosen[0]
    return profile, open_table(file, read_spec(profile.spec))


def _blocks(statement: Statement, table: Table, parser: Parser, count: _Count, progress: Progress) -> Iterator[list[str]]:
    """Rows for COPY. From the first bad row on nothing more is copied unless bad rows may be left out."""
    for block in table.blocks():
        parsed = parser.read(block)
        count.rows += parsed.rows_read
        count.bad_rows += parsed.bad_rows
        count.bad += parsed.bad[: MOST_BAD_KEPT - len(count.bad)]
        if statement.skip_bad or not count.bad_rows:
            yield parsed.rows
        progress.tell(rows=count.rows, bad=count.bad_rows, read=block.bytes_read)


def _keep_bad(statement: Statement, bad: list[BadCell]) -> None:
    if not bad:
        return
    key = key_of(statement.data_key)
    rows = {(one.line_no, one.field): one for one in bad}
    BadLine.objects.bulk_create(
        (
            BadLine(
                statement=statement, line_no=one.line_no, field=one.field, reason=one.reason,
                value_sealed=seal_json(_storable(one.value), key),
            )
            for one in rows.values()
        ),
        batch_size=1000,
    )  # fmt: skip


def _storable(value: str) -> str:
    """Cut short; bytes that were no text are marked."""
    return value[:_LONGEST_VALUE].encode("utf-8", "replace").decode()


def _note(statement: Statement, count: _Count, stored: Stored | None, now: datetime) -> None:
    statement.rows_read, statement.rows_bad = count.rows, count.bad_rows
    statement.bytes_read, statement.updated_at = statement.size, now
    statement.state = Statement.State.HAS_BAD_ROWS
    if stored is not None:
        statement.state, statement.imported_at = Statement.State.IMPORTED, now
        statement.rows_imported, statement.rows_known = stored.imported, stored.known
        statement.day_from, statement.day_to = stored.first or statement.day_from, stored.last or statement.day_to
    statement.save()


def _cutoff(account: ProviderAccount) -> time:
    found = ReconciliationRules.objects.filter(account=account).values_list("cutoff", flat=True).first()
    return found or time(0, 0)
