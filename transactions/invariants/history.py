"""A payment is what its events say: status, numbering, lateness, what went back."""

from __future__ import annotations

from transactions.invariants.law import Law

LAWS = (
    Law(
        "payment_is_the_fold_of_its_events",
        "A payment has the status and the number of its last event.",
        """
        SELECT t.public_id, concat(last.to_status, ' #', last.sequence), concat(t.status, ' #', t.last_sequence)
        FROM PAYMENTS t LEFT JOIN LATERAL (
            SELECT to_status, sequence FROM transactions_transactionevent e
            WHERE e.transaction_id = t.id ORDER BY sequence DESC LIMIT 1) last ON true
        WHERE (t.status, t.last_sequence) IS DISTINCT FROM (last.to_status, last.sequence)""",
    ),
    Law(
        "events_follow_each_other",
        "The events of a payment are numbered from 1 without a gap, and each begins where the one before it ended.",
        """
        SELECT public_id, concat('#', place, ' from ', before), concat('#', sequence, ' from ', from_status) FROM (
            SELECT public_id, sequence, from_status, row_number() OVER story AS place, lag(to_status, 1, '') OVER story AS before
            FROM EVENTS x WINDOW story AS (PARTITION BY transaction_id ORDER BY sequence)) e
        WHERE sequence <> place OR from_status <> before""",
    ),
    Law(
        "every_move_is_in_the_table",
        "A payment goes from one status to another only as the table of states allows.",
        """
        SELECT e.public_id, 'a move of the table of states', concat(e.from_status, ' to ', e.to_status, ' by ', e.event_type)
        FROM EVENTS e WHERE e.from_status <> e.to_status
            AND NOT (concat(e.from_status, '>', e.to_status) = ANY(%(moves)s::text[]))""",
    ),
    Law(
        "each_move_has_one_audit_entry",
        "Every change of a status has exactly one entry in the audit trail.",
        """
        SELECT e.public_id, '1 audit entry', count(a.id)::text
        FROM EVENTS e JOIN transactions_transaction t ON t.id = e.transaction_id
        LEFT JOIN audit_auditentry a ON a.entity_type = 'transaction' AND a.entity_id = t.public_id
            AND a.additional_data ->> 'event_id' = e.public_id
        WHERE e.from_status <> e.to_status AND e.from_status <> ''
        GROUP BY e.public_id HAVING count(a.id) <> 1""",
    ),
    Law(
        "late_is_what_came_after_the_end",
        "A payment is late exactly when money, or a suspicion of money, came after it had ended unpaid.",
        """
        SELECT t.public_id, CASE WHEN t.late THEN 'not late' ELSE 'late' END, CASE WHEN t.late THEN 'late' ELSE 'not late' END
        FROM PAYMENTS t WHERE t.late <> EXISTS (
            SELECT FROM transactions_transactionevent e WHERE e.transaction_id = t.id
                AND e.from_status IN ('failed', 'cancelled', 'expired') AND e.to_status IN ('completed', 'under_review'))""",
    ),
    Law(
        "refunded_is_what_the_events_told",
        "What a payment gave back is what its events told, but for parts of a payment under review, which no event tells.",
        """
        SELECT t.public_id, coalesce(told.amount, 0)::text, t.refunded_amount::text FROM PAYMENTS t LEFT JOIN (
            SELECT e.transaction_id, sum((e.data ->> 'refund_amount')::bigint) AS amount
            FROM EVENTS e WHERE e.event_type = 'refund_completed' GROUP BY 1) told ON told.transaction_id = t.id
        WHERE t.refunded_amount <> coalesce(told.amount, 0) AND NOT EXISTS (
            SELECT FROM transactions_transactionevent e WHERE e.transaction_id = t.id AND e.to_status = 'under_review')""",
    ),
)
