"""Findings and items: what is new is opened, what is gone closes by itself with the reason, what a person said stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from payments_site.kernel import ids
from reconciliation.matching import sql
from reconciliation.matching.scope import Scope

_AT_ONCE = 5_000
_NEW = """
SELECT f.cause FROM rc_finding f WHERE NOT EXISTS (
    SELECT FROM reconciliation_reconciliationitem i WHERE i.account_id = %(account)s AND i.cause = f.cause) ORDER BY f.cause
"""
_OPEN = """
INSERT INTO reconciliation_reconciliationitem (
    public_id, account_id, day, item_type, state, first_run_id, last_run_id, line_id, receipt_id, refund_id, transaction_id,
    match_id, amount, differences, cause, due_day, action, note, approval_id, closed_by, effects, created_at, updated_at)
SELECT n.public_id, %(account)s, f.day, f.item_type, 'open', %(run)s, %(run)s, f.line_id, f.receipt_id, f.refund_id,
       f.transaction_id, f.match_id, f.amount, f.differences, f.cause, f.due_day, '', '', '', '', '{}', %(now)s, %(now)s
FROM unnest(%(causes)s::text[], %(ids)s::text[]) AS n(cause, public_id) JOIN rc_finding f USING (cause)
ON CONFLICT (account_id, cause) DO NOTHING
RETURNING public_id, item_type, amount
"""
# What was closed by itself and is true again opens again; what a person said, or is about to, is not touched.
_CHANGED = """
UPDATE reconciliation_reconciliationitem i
SET state = 'open', item_type = f.item_type, day = f.day, line_id = f.line_id, receipt_id = f.receipt_id, refund_id = f.refund_id,
    transaction_id = f.transaction_id, match_id = f.match_id, amount = f.amount, differences = f.differences, due_day = f.due_day,
    last_run_id = %(run)s, updated_at = %(now)s, closed_at = NULL, closed_by = '', effects = '{}'
FROM rc_finding f, reconciliation_reconciliationitem was
WHERE i.account_id = %(account)s AND i.cause = f.cause AND was.id = i.id AND (i.state = 'closed' OR i.state = 'open' AND (
    i.item_type, i.amount, i.differences, i.day, coalesce(i.match_id, 0), coalesce(i.transaction_id, 0)
) IS DISTINCT FROM (f.item_type, f.amount, f.differences, f.day, coalesce(f.match_id, 0), coalesce(f.transaction_id, 0)))
RETURNING i.public_id, was.state, was.item_type, i.item_type, i.amount
"""
_SEEN = """
UPDATE reconciliation_reconciliationitem i SET last_run_id = %(run)s FROM rc_finding f
WHERE i.account_id = %(account)s AND i.cause = f.cause AND i.state IN ('open', 'proposed') AND i.last_run_id <> %(run)s
"""
_CLOSED = """
UPDATE reconciliation_reconciliationitem i
SET state = 'closed', closed_at = %(now)s, closed_by = 'system', updated_at = %(now)s, last_run_id = %(run)s,
    effects = jsonb_strip_nulls(jsonb_build_object('closed', CASE WHEN m.id IS NULL THEN 'gone' ELSE 'matched' END,
                                                   'strategy', m.strategy, 'match', m.id))
FROM reconciliation_reconciliationitem o
LEFT JOIN LATERAL (
    SELECT m.id, m.strategy FROM reconciliation_match m
    WHERE o.match_id IS NULL AND m.undone_at IS NULL
      AND (m.line_id = o.line_id OR m.receipt_id = o.receipt_id OR m.refund_id = o.refund_id) LIMIT 1) m ON true
WHERE o.id = i.id AND i.account_id = %(account)s AND i.state = 'open' AND i.cause NOT LIKE 'settlement:%%'
  AND NOT EXISTS (SELECT FROM rc_finding f WHERE f.cause = i.cause)
RETURNING i.public_id, i.item_type, i.amount, i.effects ->> 'closed', i.effects ->> 'strategy'
"""
# A money issue that tells of the same fact is worked on together with the item.
_LINK = """
UPDATE reconciliation_reconciliationitem i SET issue_id = found.issue
FROM (
    SELECT DISTINCT ON (item) item, issue FROM (
        SELECT o.id AS item, s.id AS issue, s.state FROM {items} JOIN transactions_moneyissue s ON s.receipt_id = o.receipt_id
        UNION ALL
        SELECT o.id, s.id, s.state FROM {items} JOIN transactions_moneyissue s ON s.refund_id = o.refund_id
        UNION ALL
        SELECT o.id, s.id, s.state FROM {items} JOIN transactions_moneyissue s ON s.transaction_id = o.transaction_id
        WHERE s.receipt_id IS NULL AND s.refund_id IS NULL
        UNION ALL
        SELECT o.id, s.id, s.state FROM {items} JOIN reconciliation_statementline l ON l.id = o.line_id
        JOIN transactions_moneyissue s ON s.account_id = o.account_id AND s.data ->> 'number' = l.number
        WHERE s.issue_type = 'unidentified_money'
    ) every ORDER BY item, state = 'open' DESC, issue DESC
) found WHERE found.item = i.id
""".replace(
    "{items}",
    "(SELECT * FROM reconciliation_reconciliationitem WHERE account_id = %(account)s AND state = 'open' AND issue_id IS NULL) o",
)


def settle_items(scope: Scope) -> list[dict[str, Any]]:
    """Make the items agree with ``rc_finding``; what was opened, changed or closed, and why."""
    values = scope.values()
    changed = sql.rows(_CHANGED, values)
    changes = [{"what": "opened", "item": item, "type": kind, "amount": amount} for item, kind, amount in open_new(scope)]
    sql.execute(_SEEN, values)
    changes += [_change(*row) for row in changed]
    for item, kind, amount, why, strategy in sql.rows(_CLOSED, values):
        changes.append({"what": "closed", "item": item, "type": kind, "amount": amount, "why": strategy or why})
    sql.execute(_LINK, values)
    return changes


def open_new(scope: Scope) -> Iterator[tuple[str, str, int]]:
    """Items for causes that have none yet: id, type and amount of each."""
    causes = [row[0] for row in sql.rows(_NEW, scope.values())]
    for start in range(0, len(causes), _AT_ONCE):
        some = causes[start : start + _AT_ONCE]
        names = [ids.new_id(ids.RECONCILIATION_ITEM) for _ in some]
        yield from sql.rows(_OPEN, scope.values() | {"causes": some, "ids": names})


def settle_reopened(scope: Scope) -> None:
    """Items for what is in ``rc_finding``, new ones or reopened; nothing is closed."""
    sql.rows(_CHANGED, scope.values())
    list(open_new(scope))
    sql.execute(_LINK, scope.values())


def _change(item: str, state: str, before: str, after: str, amount: int) -> dict[str, Any]:
    what = "reopened" if state == "closed" else "changed"
    return {"what": what, "item": item, "type": after, "amount": amount, **({"was": before} if before != after else {})}
