"""Pairs of one line and one record, each the other's only choice."""

from __future__ import annotations

from reconciliation.matching import sql
from reconciliation.matching.evidence import undone
from reconciliation.matching.scope import Scope
from reconciliation.matching.writing import write_pairs

_ONLY_CHOICES = """
CREATE TEMP TABLE rc_pair AS
SELECT line, record FROM (
    SELECT l.line, r.record, count(*) OVER (PARTITION BY l.line) AS of_line, count(*) OVER (PARTITION BY r.record) AS of_record
    FROM {pairs} AND {condition}
    WHERE NOT l.twin AND (l_core OR r_core) AND {status} AND NOT {undone}
) c WHERE of_line = 1 AND of_record = 1
"""
# A line that tells of no success says nothing where another one does: a payer tries until one card is taken.
_ALL = "rc_line l JOIN rc_record r ON l_out = r_out"
_NAMED = "rc_named n JOIN rc_line l ON l.line = n.line JOIN rc_record r ON r.record = n.record AND l_out = r_out"
_SUCCESS, _OTHERS = "l_status = 'success'", "l_status <> 'success'"


def take(
    scope: Scope,
    strategy: str,
    score: int,
    condition: str,
    *,
    successes: bool = True,
    named: bool = False,
) -> int:
    """Match the lines and records that ``condition`` joins, where neither has a second choice; how many.

    A pair that somebody has undone is no choice, and a line that repeats another one has none. ``named``: only pairs of
    ``rc_named``.
    """
    status = _SUCCESS if successes else _OTHERS
    statement = _ONLY_CHOICES.format(
        pairs=_NAMED if named else _ALL, condition=f"({condition})", status=status, undone=undone("r.")
    )
    sql.execute("DROP TABLE IF EXISTS rc_pair")
    sql.execute(statement, scope.values())
    return write_pairs(scope, strategy, score)
