"""Lines into the database: COPY into a table that only this transaction sees, then one statement that stores what is new.

The lines of a statement become visible together, when the transaction ends; a process that dies before leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from reconciliation.models import Statement
from reconciliation.statements.parsing import COLUMNS

_STAGE = """
CREATE TEMPORARY TABLE statement_stage (
    line_no integer NOT NULL, kind text NOT NULL, status text NOT NULL, number text, original_number text, reference text,
    memo_references text[], amount bigint NOT NULL, fee bigint, net bigint, currency text NOT NULL,
    occurred_at timestamptz NOT NULL, business_day date NOT NULL
) ON COMMIT DROP
"""
_NO_STAGE = "DROP TABLE IF EXISTS pg_temp.statement_stage"
_LIST = ", ".join(COLUMNS)
_COPY = f"COPY statement_stage ({_LIST}) FROM STDIN"
# One import of an account at a time decides what is new; the lock ends with the transaction.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('reconciliation.lines'), %s)"
_INTO = f"INSERT INTO reconciliation_statementline (statement_id, account_id, {_LIST})"
_ALL = f"{_INTO} SELECT %(statement)s, %(account)s, {_LIST} FROM statement_stage"  # noqa: S608 names of our own columns
# What makes two lines one: everything but where they stood. A line that stands twice in one file, or once more than before, is
# another line; what an earlier file has as often is known.
_SAME = ", ".join(name for name in COLUMNS if name != "line_no")
_NEW = f"""
{_INTO}
SELECT %(statement)s, %(account)s, {_LIST}
FROM (SELECT *, ROW({_SAME})::text AS content, row_number() OVER (PARTITION BY {_SAME} ORDER BY line_no) AS nth
      FROM statement_stage) AS stage
LEFT JOIN (SELECT ROW({_SAME})::text AS content, count(*) AS times FROM reconciliation_statementline
           WHERE account_id = %(account)s AND business_day BETWEEN %(first)s AND %(last)s GROUP BY 1) AS known USING (content)
WHERE stage.nth > coalesce(known.times, 0)
ORDER BY line_no
"""  # noqa: S608
_KNOWN = """
SELECT EXISTS (SELECT FROM reconciliation_statementline
               WHERE account_id = %(account)s AND business_day BETWEEN %(first)s AND %(last)s)
"""


@dataclass(frozen=True)
class Stored:
    """How many lines were stored, how many of the file were known before, and the business days it covers."""

    imported: int
    known: int
    first: date | None
    last: date | None


class Stage:
    """The lines of one import; to be used inside one database transaction."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_NO_STAGE)  # of another import in the same transaction
            cursor.execute(_STAGE)

    def fill(self, blocks: Iterable[list[str]]) -> None:
        """COPY the blocks, each a list of rows in COPY's text format. The iterable may use the connection between two of them."""
        with connection.cursor() as cursor:
            for rows in blocks:
                if rows:
                    with cursor.copy(_COPY) as copy:
                        copy.write("\n".join(rows) + "\n")

    def store(self, statement: Statement) -> Stored:
        """Make them lines of the statement, except those that earlier statements of the account brought."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(business_day), max(business_day), count(*) FROM statement_stage")
            first, last, count = cursor.fetchone()
            if not count:
                return Stored(0, 0, None, None)
            values = {"statement": statement.pk, "account": statement.account_id, "first": first, "last": last}
            cursor.execute(_LOCK, [statement.account_id])
            cursor.execute(_KNOWN, values)
            cursor.execute(_NEW if cursor.fetchone()[0] else _ALL, values)
            return Stored(cursor.rowcount, count - cursor.rowcount, first, last)
