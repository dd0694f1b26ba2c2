"""The sums of a day, ours and theirs, and how much of it is matched."""

from __future__ import annotations

from typing import Any

from reconciliation.matching import sql
from reconciliation.matching.fees import SCHEDULES, fee_sql
from reconciliation.matching.scope import Scope

_THEIRS = """
SELECT count(*), coalesce(sum(amount) FILTER (WHERE kind IN ('payment', 'credit') AND status = 'success'), 0)::bigint,
       coalesce(sum(amount) FILTER (WHERE kind IN ('refund', 'debit') AND status = 'success'), 0)::bigint,
       coalesce(sum(fee) FILTER (WHERE status = 'success'), 0)::bigint
FROM reconciliation_statementline
WHERE account_id = %(account)s AND business_day = %(day)s AND kind <> 'settlement' AND currency = 'VND'
"""
_RECEIPTS = f"""
SELECT count(*), coalesce(sum(c.amount), 0)::bigint, coalesce(sum({fee_sql("c.amount")}), 0)::bigint
FROM transactions_receipt c LEFT JOIN ({SCHEDULES}) s ON c.received_at >= s.valid_from AND c.received_at < s.valid_to
WHERE c.account_id = %(account)s AND c.received_at >= %(start)s AND c.received_at < %(end)s
"""
_REFUNDS = """
SELECT count(*), coalesce(sum(amount), 0)::bigint FROM transactions_refund
WHERE account_id = %(account)s AND status = 'completed' AND completed_at >= %(start)s AND completed_at < %(end)s
"""
_STRATEGIES = """
SELECT strategy, count(line_id) FROM reconciliation_match WHERE run_id = ANY (%(runs)s) AND undone_at IS NULL GROUP BY strategy
"""
_ITEMS = """
SELECT item_type, count(*) FROM reconciliation_reconciliationitem
WHERE account_id = %(account)s AND day = %(day)s AND state IN ('open', 'proposed') GROUP BY item_type
"""
_STATEMENTS = """
SELECT count(*) FROM reconciliation_statement
WHERE account_id = %(account)s AND state = 'imported' AND %(day)s BETWEEN day_from AND day_to
"""
_UNMATCHED = "SELECT count(*) FROM rc_line WHERE l_core AND l_day = %(day)s"


def totals(scope: Scope, runs: list[int]) -> dict[str, Any]:
    """Columns of the run, from the working tables and the day's rows."""
    values = scope.values() | {"runs": runs}
    [(lines, gross, refunds, fees)] = sql.rows(_THEIRS, values)
    [(receipts, our_gross, our_fees)] = sql.rows(_RECEIPTS, values)
    [(our_count, our_refunds)] = sql.rows(_REFUNDS, values)
    by_type = dict(sql.rows(_ITEMS, values))
    sides = {
        "gross": (our_gross, gross),
        "refunds": (our_refunds, refunds),
        "fees": (our_fees, fees),
        "net": (our_gross - our_refunds - our_fees, gross - refunds - fees),
    }
    return {
        "lines": lines,
        "records": receipts + our_count,
        "matched": max(lines - int(sql.value(_UNMATCHED, values)), 0),
        "items_open": sum(by_type.values()),
        "totals": {name: {"ours": ours, "theirs": theirs} for name, (ours, theirs) in sides.items()},
        "counts": {
            "by_strategy": dict(sql.rows(_STRATEGIES, values)),
            "by_type": by_type,
            "statements": sql.value(_STATEMENTS, values),
        },
    }
