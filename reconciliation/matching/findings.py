"""What does not agree after the strategies, as rows of ``rc_finding``: one for each cause, whichever run looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from reconciliation.calendars import add_business_days
from reconciliation.matching import sql
from reconciliation.matching.fees import SCHEDULES, fee_sql
from reconciliation.matching.fields import BITS, SERIOUS
from reconciliation.matching.scope import Scope

_TABLE = """
CREATE TEMP TABLE rc_finding (
    cause text PRIMARY KEY, item_type text NOT NULL, day date NOT NULL, line_id bigint, receipt_id bigint, refund_id bigint,
    transaction_id bigint, match_id bigint, amount bigint NOT NULL, differences jsonb NOT NULL, due_day date)
"""
# Which attempt or payment of ours a line names, if only one: by our reference, by a memo, or (a refund) by what it gives back.
_NAMED = """
LEFT JOIN LATERAL (
    SELECT CASE WHEN count(DISTINCT a.transaction_id) = 1 THEN min(a.id) END AS attempt, count(*) AS orders,
           CASE WHEN count(DISTINCT a.transaction_id) = 1 THEN min(a.transaction_id) END AS payment,
           bool_or(a.status = 'paid') AS paid
    FROM transactions_paymentattempt a
    WHERE a.account_id = %(account)s AND a.provider_code = %(provider)s
      AND a.provider_reference = ANY (array_remove(l_reference || coalesce(l_memo, '{}'), NULL))) named ON true
LEFT JOIN LATERAL (
    SELECT c.transaction_id AS payment FROM transactions_receipt c
    WHERE c.account_id = %(account)s AND c.provider_transaction_no = l_original) given_back ON l_out
LEFT JOIN transactions_transaction t ON t.id = coalesce(given_back.payment, named.payment)
"""
# The money of the line is in our books already, under another line.
_REPEATS = """(twin
    OR NOT l_out AND EXISTS (
        SELECT FROM transactions_receipt c JOIN reconciliation_match m ON m.receipt_id = c.id AND m.undone_at IS NULL
        WHERE c.account_id = %(account)s AND c.provider_transaction_no = l_number AND m.line_id <> line)
    OR NOT l_out AND l_number IS NULL AND EXISTS (
        SELECT FROM transactions_receipt c JOIN reconciliation_match m ON m.receipt_id = c.id AND m.undone_at IS NULL
        WHERE c.attempt_id = named.attempt AND c.amount = l_amount AND l_reference IS NOT NULL AND m.line_id <> line)
    OR l_out AND EXISTS (
        SELECT FROM transactions_refund f JOIN reconciliation_match m ON m.refund_id = f.id AND m.undone_at IS NULL
        WHERE f.transaction_id = t.id AND (f.provider_refund_id = l_number OR f.provider_reference = l_reference)
          AND m.line_id <> line))"""
_LINES = f"""
INSERT INTO rc_finding
SELECT CASE WHEN kind = 'duplicate' THEN 'dup:' ELSE 'line:' END || line, kind, l_day, line, NULL, NULL, payment, NULL, l_amount,
       CASE kind WHEN 'currency' THEN jsonb_build_object('currency', jsonb_build_object('ours', 'VND', 'theirs', l_currency))
                 WHEN 'status' THEN jsonb_build_object('status', jsonb_build_object('ours', ours, 'theirs', l_status))
                 ELSE '{{}}' END, NULL
FROM (
    SELECT l.*, t.id AS payment, t.status AS ours,
           CASE WHEN {_REPEATS} THEN 'duplicate'
                WHEN l_currency <> 'VND' THEN 'currency'
                WHEN l_out AND (l_kind = 'refund' OR t.id IS NOT NULL) THEN 'refund_unknown'
                WHEN l_out THEN NULL  -- our own money going elsewhere: no business of payments
                WHEN named.attempt IS NOT NULL AND NOT named.paid THEN 'status'
                WHEN l_kind = 'credit' AND named.orders = 0 THEN 'unidentified_money'
                ELSE 'missing_in_system' END AS kind
    FROM rc_line l {_NAMED}
    WHERE l_core AND l_status = 'success'
) j WHERE kind IS NOT NULL
"""
_RECORDS = """
INSERT INTO rc_finding
SELECT CASE WHEN refund_id IS NULL THEN 'receipt:' || receipt_id ELSE 'refund:' || refund_id END,
       CASE WHEN %(today)s <= d.due THEN 'timing' ELSE 'missing_at_provider' END,
       r_day, NULL, receipt_id, refund_id, payment, NULL, r_amount, '{}', d.due
FROM rc_record JOIN unnest(%(days)s::date[], %(dues)s::date[], %(banks)s::bool[]) AS d(day, due, by_bank) ON d.day = r_day
WHERE r_core AND r_status = 'success' AND (d.by_bank OR NOT manual)
"""
# The days of which a statement tells, and whether it is the bank's: only that one shows refunds that people transferred.
_COVERED = """
SELECT d.day, bool_or(s.kind = 'bank') FROM (SELECT DISTINCT r_day AS day FROM rc_record WHERE r_core) d
JOIN reconciliation_statement s ON s.account_id = %(account)s AND s.state = 'imported' AND d.day BETWEEN s.day_from AND s.day_to
GROUP BY d.day
"""
_DIFFERING = f"""
CREATE TEMP TABLE rc_differing AS
SELECT DISTINCT coalesce("group", id) AS unit FROM reconciliation_match
WHERE account_id = %(account)s AND undone_at IS NULL AND differed & {SERIOUS} <> 0
  AND (run_id = ANY (%(runs)s) OR id = ANY (%(matches)s) OR %(everything_open)s AND id IN (
      SELECT match_id FROM reconciliation_reconciliationitem WHERE account_id = %(account)s AND state IN ('open', 'proposed')))
"""
_BOTH_SIDES = f"""
SELECT m.unit, min(m.id) AS match_id, bit_or(m.differed) AS differed, min(m.line_id) AS line_id, min(m.receipt_id) AS receipt_id,
       min(m.refund_id) AS refund_id, min(coalesce(c.transaction_id, f.transaction_id)) AS payment, min(l.business_day) AS day,
       sum(l.amount)::bigint AS theirs, sum(coalesce(c.amount, f.amount))::bigint AS ours, sum(l.fee)::bigint AS their_fee,
       sum({fee_sql("c.amount")})::bigint AS our_fee, sum(l.net)::bigint AS their_net, min(l.currency) AS currency,
       min(l.status) AS their_status, coalesce(min(f.status), 'success') AS our_status,
       bool_and(f.id IS NULL OR l.status IS NULL OR l.status <> CASE f.status
           WHEN 'completed' THEN 'success' WHEN 'failed' THEN 'failed' ELSE 'pending' END) AS still
FROM (
    SELECT unit, m.* FROM rc_differing JOIN reconciliation_match m ON m.id = unit
    UNION ALL SELECT unit, m.* FROM rc_differing JOIN reconciliation_match m ON m."group" = unit AND m.id <> unit
) m
LEFT JOIN reconciliation_statementline l ON l.id = m.line_id
LEFT JOIN transactions_receipt c ON c.id = m.receipt_id
LEFT JOIN transactions_refund f ON f.id = m.refund_id
LEFT JOIN ({SCHEDULES}) s ON c.received_at >= s.valid_from AND c.received_at < s.valid_to
WHERE m.undone_at IS NULL GROUP BY m.unit
"""


def _pair(field: str, ours: str, theirs: str) -> str:
    return f"jsonb_build_object('{field}', jsonb_build_object('ours', {ours}, 'theirs', {theirs}))"


_HAS_AMOUNT, _HAS_STATUS = f"differed & {BITS['amount']} <> 0", f"differed & {BITS['status']} <> 0 AND still"
# What a fee should be follows from the amount: where that differs, or nothing was paid, the fee says nothing new.
_OTHERWISE_WELL = f"differed & {BITS['amount'] | BITS['currency'] | BITS['status']} = 0"
# Type, end of the cause, condition, what is at stake, both sides.
_DIFFERENCES = (
    ("amount", _HAS_AMOUNT, "abs(ours - theirs)", _pair("amount", "ours", "theirs")),
    ("status", _HAS_STATUS, "theirs", _pair("status", "our_status", "their_status")),
    (
        "fee",
        f"differed & {BITS['fee']} <> 0 AND {_OTHERWISE_WELL}",
        "abs(our_fee - their_fee)",
        _pair("fee", "our_fee", "their_fee"),
    ),
    (
        "fee",
        f"differed & {BITS['fee']} = 0 AND differed & {BITS['net']} <> 0 AND {_OTHERWISE_WELL}",
        "abs(ours - our_fee - their_net)",
        _pair("net", "ours - our_fee", "their_net"),
    ),
    ("currency", f"differed & {BITS['currency']} <> 0", "theirs", _pair("currency", "'VND'", "currency")),
)


def find(scope: Scope, runs: Sequence[int]) -> None:
    """Fill ``rc_finding``: differing matches of these runs and of open items, then the lines and records that nothing matched."""
    _make_table()
    _find_differing(scope, {"runs": list(runs), "matches": [], "everything_open": True})
    _find_unmatched(scope)


def find_some(scope: Scope, matches: Sequence[int] = ()) -> None:
    """Fill ``rc_finding`` with what these matches differ in, and with what stands in the working tables."""
    _make_table()
    _find_differing(scope, {"runs": [], "matches": list(matches), "everything_open": False})
    _find_unmatched(scope)


def _make_table() -> None:
    sql.execute("DROP TABLE IF EXISTS rc_finding, rc_differing")
    sql.execute(_TABLE)


def _find_differing(scope: Scope, which: dict[str, Any]) -> None:
    values = scope.values() | which
    sql.execute(_DIFFERING, values)
    if sql.value("SELECT EXISTS (SELECT FROM rc_differing)"):
        sql.execute(_of_matches(), values)


def _find_unmatched(scope: Scope) -> None:
    values = scope.values()
    sql.execute(_LINES, values)
    sql.execute(_RECORDS, values | _late(scope))


def _of_matches() -> str:
    parts = [
        f"""SELECT {"'line:' || line_id" if kind == "currency" else f"'match:' || match_id || ':{kind}'"}, '{kind}', day, line_id,
        receipt_id, refund_id, payment, match_id, coalesce({stake}, 0), {both}, NULL::date FROM sides WHERE {condition}"""
        for kind, condition, stake, both in _DIFFERENCES
    ]
    return f"WITH sides AS ({_BOTH_SIDES}) INSERT INTO rc_finding " + " UNION ALL ".join(parts)


def _late(scope: Scope) -> dict[str, Any]:
    covered: list[tuple[date, bool]] = [(day, by_bank) for day, by_bank in sql.rows(_COVERED, scope.values())]
    days = [day for day, _ in covered]
    late = scope.rules.late_business_days
    return {"days": days, "dues": [add_business_days(day, late) for day in days], "banks": [by_bank for _, by_bank in covered]}
