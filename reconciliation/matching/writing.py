"""Matches, written: pairs in one statement, groups row by row under ids taken beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from reconciliation.matching import sql
from reconciliation.matching.evidence import AGREED, DIFFERED
from reconciliation.matching.scope import Scope
from reconciliation.models import Match

_COLUMNS = (
    "account_id, run_id, line_id, receipt_id, refund_id, strategy, score, agreed, differed, evidence, made_by, created_at,"
    " undone_by, undo_note"
)
# The account is locked, so nobody else writes what would meet these; the database's word is the last one all the same.
_HITS = f"""
INSERT INTO reconciliation_match ({_COLUMNS})
SELECT %(account)s, %(run)s, line, receipt_id, refund_id, 'number', 100, agreed, differed, NULL, '', %(now)s, '', ''
FROM rc_all WHERE hit AND ctid >= %(low)s::tid AND ctid < %(high)s::tid ORDER BY line
"""
_PAIRS = f"""
INSERT INTO reconciliation_match ({_COLUMNS})
SELECT %(account)s, %(run)s, line, receipt_id, refund_id, %(strategy)s, %(score)s, {AGREED}, {DIFFERED}, NULL, '', %(now)s, '', ''
FROM rc_pair JOIN rc_line USING (line) JOIN rc_record USING (record)
"""
# Pages of the working table that one batch takes: some 150,000 matches.
BATCH_PAGES = 1500


def batches() -> list[tuple[str, str]]:
    """The borders of the batches of what carries one number."""
    size = int(sql.value("SELECT pg_relation_size('rc_all') / current_setting('block_size')::int"))
    return [(f"({page},0)", f"({page + BATCH_PAGES},0)") for page in range(0, size, BATCH_PAGES)]


def write_batch(scope: Scope, low: str, high: str) -> int:
    """One batch of ``rc_all``; how many matches it made."""
    return sql.execute(_HITS, scope.values() | {"low": low, "high": high})


def write_pairs(scope: Scope, strategy: str, score: int) -> int:
    """Match what stands in ``rc_pair`` and take it out of the working tables."""
    made = sql.execute(_PAIRS, scope.values() | {"strategy": strategy, "score": score})
    sql.execute("DELETE FROM rc_line l USING rc_pair p WHERE p.line = l.line")
    sql.execute("DELETE FROM rc_record r USING rc_pair p WHERE p.record = r.record")
    return made


def next_ids(count: int) -> list[int]:
    """Ids for matches that must know each other."""
    query = "SELECT nextval(pg_get_serial_sequence('reconciliation_match', 'id')) FROM generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(query, [count])
        return [int(row[0]) for row in cursor.fetchall()]


def write_group(lines: Sequence[int], records: Sequence[int], **columns: Any) -> None:
    """One group: each line and each record (a refund by its negative id) in exactly one row. Raises ``IntegrityError``."""
    numbers = next_ids(max(len(lines), len(records)))
    rows = []
    for place, pk in enumerate(numbers):
        record = records[place] if place < len(records) else None
        rows.append(
            Match(
                pk=pk,
                group=numbers[0] if len(numbers) > 1 else None,
                line_id=lines[place] if place < len(lines) else None,
                receipt_id=record if record is not None and record > 0 else None,
                refund_id=-record if record is not None and record < 0 else None,
                **columns,
            )
        )
    Match.objects.bulk_create(rows)
