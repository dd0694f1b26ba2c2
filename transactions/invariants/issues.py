"""Money that a person must look at has its MoneyIssue; one that was resolved counts, for somebody has looked."""

from __future__ import annotations

from transactions.invariants.law import Law, filled

_MISSING = "NOT EXISTS (SELECT FROM transactions_moneyissue i WHERE i.issue_type = {} AND i.cause = {})"

LAWS = (
    Law(
        "late_money_has_its_issue",
        "A payment that was paid after it had ended has an issue.",
        filled(
            """
        SELECT t.public_id, 'issue late_success', 'none' FROM EVENTS e
        JOIN transactions_transaction t ON t.id = e.transaction_id
        WHERE e.event_type = 'paid' AND e.from_status IN ('failed', 'cancelled', 'expired') AND MISSING""",
            MISSING=_MISSING.format("'late_success'", "t.public_id"),
        ),
    ),
    Law(
        "surplus_money_has_its_issue",
        "Money that came to a paid payment has an issue for its receipt.",
        filled(
            """
        SELECT e.data ->> 'receipt_id', concat('issue ', e.event_type), 'none' FROM EVENTS e
        WHERE e.event_type IN ('double_payment', 'overpaid') AND MISSING""",
            MISSING=_MISSING.format("e.event_type", "e.data ->> 'receipt_id'"),
        ),
    ),
    Law(
        "surplus_is_covered_by_issues",
        "What a paid payment holds beyond its amount is named by its issues.",
        """
        SELECT t.public_id, concat('issues over at least ', held.amount - t.amount), coalesce(sum(i.amount), 0)::text
        FROM PAYMENTS t CROSS JOIN LATERAL (
            SELECT t.received_amount - coalesce(sum(f.amount), 0) AS amount FROM transactions_refund f
            WHERE f.transaction_id = t.id AND f.status <> 'failed') held
        LEFT JOIN transactions_moneyissue i ON i.transaction_id = t.id AND i.issue_type IN ('double_payment', 'overpaid')
        WHERE t.status IN ('completed', 'partially_refunded', 'refunded') AND t.received_amount > t.amount
            AND held.amount > t.amount
        GROUP BY t.public_id, t.amount, held.amount HAVING coalesce(sum(i.amount), 0) < held.amount - t.amount""",
    ),
    Law(
        "money_after_the_end_has_its_issue",
        "Money that came to an ended payment, and was too little to pay it, has an issue for its receipt.",
        filled(
            """
        SELECT e.data ->> 'receipt_id', 'issue underpaid', 'none' FROM EVENTS e
        WHERE e.event_type = 'underpaid' AND e.to_status IN ('failed', 'cancelled', 'expired') AND MISSING""",
            MISSING=_MISSING.format("'underpaid'", "e.data ->> 'receipt_id'"),
        ),
    ),
    Law(
        "ended_payment_holds_no_money_in_silence",
        "A payment that ended unpaid and still holds money has an issue, or the client heard of a refund that failed.",
        """
        SELECT t.public_id, 'an issue', concat('none, and ', t.received_amount - coalesce(sum(f.amount), 0), ' held')
        FROM PAYMENTS t LEFT JOIN transactions_refund f ON f.transaction_id = t.id AND f.status <> 'failed'
        WHERE t.status IN ('failed', 'cancelled', 'expired') AND t.received_amount > 0
            AND NOT EXISTS (SELECT FROM transactions_moneyissue i WHERE i.transaction_id = t.id)
            AND NOT EXISTS (SELECT FROM transactions_refund x WHERE x.transaction_id = t.id AND x.status = 'failed')
        GROUP BY t.public_id, t.received_amount HAVING t.received_amount > coalesce(sum(f.amount), 0)""",
    ),
)
