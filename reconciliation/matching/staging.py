"""The working tables of a run: which lines and records carry one number, in one pass, and what is left of both.

``rc_all``     the day's lines and records joined on the provider's number; what fits is ``hit``
``rc_line``    lines that no number gave away, with the lines of the days beside it that may belong to the day's records
``rc_record``  the same for records
They live as long as the connection; a run that died is simply looked at again, without what it had matched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciliation.matching import sql
from reconciliation.matching.evidence import AGREED, DIFFERED, NAMES_CONTRADICT, undone
from reconciliation.matching.scope import Scope
from reconciliation.matching.sources import lines, records

_LINE = (
    "line", "l_out", "l_kind", "l_status", "l_number", "l_original", "l_reference", "l_memo", "l_amount", "l_fee", "l_net",
    "l_currency", "l_at", "l_day",
)  # fmt: skip
_RECORD = (
    "record", "receipt_id", "refund_id", "r_out", "r_status", "r_number", "r_original", "r_reference", "r_payment", "r_amount",
    "r_fee", "r_at", "r_day", "payment", "manual",
)  # fmt: skip
# Matched rows keep only what the match needs: a NULL takes no room, and there may be a million of them.
_KEPT_OF_A_HIT = ("line", "record", "receipt_id", "refund_id")
_OPEN = "SELECT {column} FROM reconciliation_reconciliationitem WHERE account_id = %(account)s AND state IN ('open', 'proposed')"
_RECEIPTS_OF_DAY = "c.received_at >= %(start)s AND c.received_at < %(end)s"
_REFUNDS_OF_DAY = "f.at >= %(start)s AND f.at < %(end)s"
_BOUNDS = """
SELECT (SELECT min(id) FROM reconciliation_statementline WHERE account_id = %(account)s AND business_day = %(day)s),
       (SELECT max(id) FROM reconciliation_statementline WHERE account_id = %(account)s AND business_day = %(day)s),
       min(id), max(id)
FROM transactions_receipt WHERE account_id = %(account)s AND received_at >= %(start)s AND received_at < %(end)s
"""
_SAME = """row_number() OVER (
    PARTITION BY l_out, coalesce('n' || l_number, 'r' || l_reference || '/' || l_amount || '/' || l_at, 'l' || line)
    ORDER BY l_status <> 'success', line) > 1"""


def stage(scope: Scope) -> None:
    """Make the working tables anew. Tables of an earlier run of this connection are dropped."""
    drop()
    values = scope.values() | _bounds(scope)
    sql.execute(_joined(has_undone=_has_undone(values)), values)
    _leave_losers(values)
    _leftovers(values)
    _neighbours(values)
    sql.execute("ANALYZE rc_line")
    sql.execute("ANALYZE rc_record")


def stage_some(scope: Scope, line_ids: Sequence[int], receipt_ids: Sequence[int], refund_ids: Sequence[int]) -> None:
    """Make working tables of these lines and records alone, as far as no match uses them."""
    drop()
    values = scope.values() | {"lines": list(line_ids), "receipts": list(receipt_ids), "refunds": list(refund_ids)}
    some = lines("l.id = ANY (%(lines)s)")
    sql.execute(f"CREATE TEMP TABLE rc_line AS SELECT *, true AS l_core, {_SAME} AS twin FROM ({some}) n", values)
    some = records("c.id = ANY (%(receipts)s)", "f.id = ANY (%(refunds)s)")
    sql.execute(f"CREATE TEMP TABLE rc_record AS SELECT *, true AS r_core FROM ({some}) n", values)


def drop() -> None:
    """Leave nothing behind."""
    sql.execute("DROP TABLE IF EXISTS rc_all, rc_loser, rc_line, rc_record, rc_pair, rc_named, rc_finding, rc_differing")


def _bounds(scope: Scope) -> dict[str, Any]:
    [(first_line, last_line, first_receipt, last_receipt)] = sql.rows(_BOUNDS, scope.values())
    return {"line_lo": first_line, "line_hi": last_line, "receipt_lo": first_receipt, "receipt_hi": last_receipt}


def _has_undone(values: dict[str, Any]) -> bool:
    query = "SELECT FROM reconciliation_match WHERE account_id = %(account)s AND undone_at IS NOT NULL"
    return bool(sql.value(f"SELECT EXISTS ({query})", values))


def _day_lines() -> str:
    """Lines of the day, and of open items of other days."""
    today = lines("l.business_day = %(day)s", "AND m.line_id BETWEEN %(line_lo)s AND %(line_hi)s")
    return today + "UNION ALL" + lines(f"l.business_day <> %(day)s AND l.id IN ({_OPEN.format(column='line_id')})")


def _day_records() -> str:
    near = "AND m.receipt_id BETWEEN %(receipt_lo)s AND %(receipt_hi)s"
    today = records(_RECEIPTS_OF_DAY, _REFUNDS_OF_DAY, near)
    others = records(
        f"NOT ({_RECEIPTS_OF_DAY}) AND c.id IN ({_OPEN.format(column='receipt_id')})",
        f"NOT ({_REFUNDS_OF_DAY}) AND f.id IN ({_OPEN.format(column='refund_id')})",
    )
    return today + "UNION ALL" + others


def _joined(*, has_undone: bool) -> str:
    unless = f" AND NOT {undone()}" if has_undone else ""
    hit = f"line IS NOT NULL AND record IS NOT NULL AND NOT coalesce({NAMES_CONTRADICT} AND l_amount <> r_amount, false){unless}"
    kept = ", ".join(_KEPT_OF_A_HIT)
    others = ", ".join(
        f"CASE WHEN NOT hit THEN {name} END AS {name}" for name in (*_LINE, *_RECORD) if name not in _KEPT_OF_A_HIT
    )
    return f"""
CREATE TEMP TABLE rc_all AS
SELECT hit, {kept}, CASE WHEN hit THEN {AGREED} END AS agreed, CASE WHEN hit THEN {DIFFERED} END AS differed, {others}
FROM (SELECT *, {hit} AS hit FROM ({_day_lines()}) l FULL JOIN ({_day_records()}) r ON r_number = l_number AND r_out = l_out) j
"""


def _leave_losers(values: dict[str, Any]) -> None:
    """Several lines with the number of one record: it goes to the first that tells of success, the others are left."""
    sql.execute(
        """
CREATE TEMP TABLE rc_loser AS
SELECT line FROM (
    SELECT a.line, row_number() OVER (PARTITION BY a.record ORDER BY l.status <> 'success', a.line) AS place
    FROM rc_all a JOIN reconciliation_statementline l ON l.id = a.line
    WHERE a.hit AND a.record IN (SELECT record FROM rc_all WHERE hit GROUP BY record HAVING count(*) > 1)
) o WHERE place > 1
""",
        values,
    )
    sql.execute("DELETE FROM rc_all a USING rc_loser o WHERE a.line = o.line AND a.hit")


def _leftovers(values: dict[str, Any]) -> None:
    left, names = "rc_all WHERE NOT hit", ", ".join(_LINE)
    again = lines("l.id IN (SELECT line FROM rc_loser)")
    sql.execute(
        f"""
CREATE TEMP TABLE rc_line AS
SELECT {names}, true AS l_core, {_SAME} AS twin FROM {left} AND line IS NOT NULL
UNION ALL SELECT *, true, true FROM ({again}) o
""",
        values,
    )
    names = ", ".join(_RECORD)
    sql.execute(f"CREATE TEMP TABLE rc_record AS SELECT {names}, true AS r_core FROM {left} AND record IS NOT NULL")


# Of the days beside it: what carries a name of the day's leftovers, or lies within the window of the day's border.
_BORDER = "({at} BETWEEN %(start)s - %(window)s AND %(start)s OR {at} BETWEEN %(end)s AND %(end)s + %(window)s)"
_LINES_BESIDE = f"""l.business_day BETWEEN %(first)s AND %(last)s AND l.business_day <> %(day)s AND (
    l.number IN (SELECT r_number FROM rc_record) OR l.reference IN (SELECT r_reference FROM rc_record)
    OR l.original_number IN (SELECT r_original FROM rc_record) OR l.reference IN (SELECT r_payment FROM rc_record)
    OR EXISTS (SELECT FROM unnest(l.memo_references) x WHERE x IN (SELECT r_reference FROM rc_record))
    OR {_BORDER.format(at="l.occurred_at")})"""
_RECEIPTS_BESIDE = f"""c.received_at >= %(from)s AND c.received_at < %(to)s AND NOT ({_RECEIPTS_OF_DAY}) AND (
    c.provider_transaction_no IN (SELECT l_number FROM rc_line) OR a.provider_reference IN (SELECT l_reference FROM rc_line)
    OR a.provider_reference IN (SELECT unnest(l_memo) FROM rc_line) OR {_BORDER.format(at="c.received_at")})"""
# A provider lists a refund on the day on which it was asked for, or on which it was made.
_REFUNDS_BESIDE = """f.at >= %(refunds_from)s AND f.at < %(to)s
    OR f.status IN ('requested', 'awaiting_transfer', 'processing', 'unknown')"""


def _neighbours(values: dict[str, Any]) -> None:
    if sql.value("SELECT EXISTS (SELECT FROM rc_record)"):
        fresh = f"SELECT o.* FROM ({lines(_LINES_BESIDE)}) o WHERE line NOT IN (SELECT line FROM rc_line)"
        sql.execute(f"INSERT INTO rc_line SELECT *, false, {_SAME} FROM ({fresh}) n", values)
    if sql.value("SELECT EXISTS (SELECT FROM rc_line WHERE l_core)"):
        fresh = (
            f"SELECT o.* FROM ({records(_RECEIPTS_BESIDE, _REFUNDS_BESIDE)}) o WHERE record NOT IN (SELECT record FROM rc_record)"
        )
        sql.execute(f"INSERT INTO rc_record SELECT *, false FROM ({fresh}) n", values)
