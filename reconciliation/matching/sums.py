"""Lumps: one line that names nothing and is the sum of several records of its day, if only one choice of them is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciliation.matching import sql
from reconciliation.matching.groups import take_group
from reconciliation.matching.scope import Scope
from reconciliation.matching.subset import only_subset

# A line that names an order of somebody's is no lump of ours.
_LINES = """
SELECT line, l_out, l_day, l_amount FROM rc_line
WHERE NOT twin AND l_core AND l_status = 'success' AND l_currency = 'VND' AND l_reference IS NULL AND l_original IS NULL
  AND coalesce(cardinality(l_memo), 0) = 0
  AND NOT EXISTS (SELECT FROM reconciliation_match u
                  WHERE u.account_id = %(account)s AND u.undone_at IS NOT NULL AND u.line_id = line AND u."group" IS NOT NULL)
ORDER BY line
"""
_RECORDS = """
SELECT record, r_out, r_day, r_amount FROM rc_record WHERE r_status = 'success' ORDER BY r_at, record
"""
# So many lines without a name are a file that was read wrongly, and so many records a file that is missing.
_MOST_LINES, _MOST_RECORDS = 500, 20_000


def lump(scope: Scope, _batch_done: Callable[[], None]) -> int:
    """One line as the sum of several records of the same business day. Two lines that could take the same records take none."""
    lines = sql.rows(_LINES, scope.values())
    records = sql.rows(_RECORDS, scope.values()) if 0 < len(lines) <= _MOST_LINES else []
    if not records or len(records) > _MOST_RECORDS:
        return 0
    choices = {line[0]: _choice(line, records) for line in lines}
    made = 0
    for line, chosen in choices.items():
        others = (set(other) for key, other in choices.items() if key != line and other)
        if chosen and not any(taken & set(chosen) for taken in others):
            made += take_group(scope, "lump", 70, [line], [key for key, _ in chosen], [part for _, part in chosen], ("amount",))
    return made


def _choice(line: tuple[Any, ...], records: list[tuple[Any, ...]]) -> tuple[tuple[int, int], ...]:
    """The only records of the line's day that add up to it, with their amounts; none if there is no telling."""
    _key, out, day, total = line
    fitting = [(record, amount) for record, r_out, r_day, amount in records if (r_out, r_day) == (out, day) and amount <= total]
    chosen = only_subset([amount for _, amount in fitting], total)
    return tuple(fitting[place] for place in chosen) if chosen else ()
