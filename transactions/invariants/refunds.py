"""Money that goes back: never more than came in, and the same wherever it is written down."""

from __future__ import annotations

from transactions.invariants.law import Law

LAWS = (
    Law(
        "refunded_is_the_sum_of_the_refunds",
        "What a payment gave back is the sum of its completed refunds.",
        """
        SELECT t.public_id, coalesce(f.amount, 0)::text, t.refunded_amount::text FROM PAYMENTS t LEFT JOIN (
            SELECT transaction_id, sum(amount) AS amount FROM REFUNDS x WHERE x.status = 'completed' GROUP BY 1
        ) f ON f.transaction_id = t.id
        WHERE t.refunded_amount <> coalesce(f.amount, 0)""",
    ),
    Law(
        "refunds_are_within_the_payment",
        "Refunds done and on their way are within what the payment received.",
        """
        SELECT t.public_id, concat('at most ', t.received_amount), f.amount::text FROM PAYMENTS t JOIN (
            SELECT transaction_id, sum(amount) AS amount FROM REFUNDS x WHERE x.status <> 'failed' GROUP BY 1
        ) f ON f.transaction_id = t.id
        WHERE f.amount > t.received_amount""",
    ),
    Law(
        "receipt_gave_what_its_refunds_took",
        "What a receipt gave back is the sum of its parts of completed refunds.",
        """
        SELECT r.public_id, coalesce(given.amount, 0)::text, r.refunded_amount::text FROM RECEIPTS r LEFT JOIN (
            SELECT a.receipt_id, sum(a.amount) AS amount FROM transactions_refundallocation a
            JOIN REFUNDS f ON f.id = a.refund_id WHERE f.status = 'completed' GROUP BY 1) given ON given.receipt_id = r.id
        WHERE r.refunded_amount <> coalesce(given.amount, 0)""",
    ),
    Law(
        "refunds_are_within_the_receipt",
        "Refunds done and on their way are within each receipt.",
        """
        SELECT r.public_id, concat('at most ', r.amount), given.amount::text FROM (
            SELECT a.receipt_id, sum(a.amount) AS amount FROM transactions_refundallocation a
            JOIN REFUNDS f ON f.id = a.refund_id WHERE f.status <> 'failed' GROUP BY 1) given
        JOIN transactions_receipt r ON r.id = given.receipt_id WHERE given.amount > r.amount""",
    ),
    Law(
        "refund_is_the_sum_of_its_parts",
        "A refund is the sum of what it takes from receipts.",
        """
        SELECT f.public_id, f.amount::text, coalesce(sum(a.amount), 0)::text FROM REFUNDS f
        LEFT JOIN transactions_refundallocation a ON a.refund_id = f.id
        GROUP BY f.public_id, f.amount HAVING f.amount <> coalesce(sum(a.amount), 0)""",
    ),
    Law(
        "status_agrees_with_what_went_back",
        "A refunded payment gave back its amount, a partially refunded one something, neither it nor a completed one everything.",
        """
        SELECT t.public_id, t.status, concat(t.refunded_amount, ' back of ', t.received_amount) FROM PAYMENTS t
        WHERE (t.status = 'refunded' AND t.refunded_amount < t.amount)
            OR (t.status = 'partially_refunded' AND t.refunded_amount = 0)
            OR (t.status IN ('completed', 'partially_refunded') AND t.refunded_amount >= t.received_amount)""",
    ),
    Law(
        "refund_is_told_once",
        "A refund that we sent was begun by one event; one that ended was told of once, a failed one always.",
        """
        SELECT f.public_id, f.status, concat(count(e.id) FILTER (WHERE e.event_type = 'refund_initiated'), ' begun, ',
            count(e.id) FILTER (WHERE e.event_type = 'refund_completed'), ' completed, ',
            count(e.id) FILTER (WHERE e.event_type = 'refund_failed'), ' failed')
        FROM REFUNDS f LEFT JOIN transactions_transactionevent e
            ON e.transaction_id = f.transaction_id AND e.data ->> 'refund_id' = f.public_id
        GROUP BY f.public_id, f.status, f.source
        HAVING count(e.id) FILTER (WHERE e.event_type = 'refund_initiated') <> (f.source <> 'portal')::int
            OR count(e.id) FILTER (WHERE e.event_type = 'refund_failed') <> (f.status = 'failed')::int
            OR count(e.id) FILTER (WHERE e.event_type = 'refund_completed') > (f.status = 'completed')::int""",
    ),
    Law(
        "what_is_unknown_is_asked_for",
        "An attempt or a refund whose fate is not known will be asked for, or a person has it.",
        """
        SELECT f.public_id, 'a next question, or an issue', f.status FROM REFUNDS f
        WHERE f.status IN ('requested', 'processing', 'unknown') AND f.next_query_at IS NULL
            AND NOT EXISTS (SELECT FROM transactions_moneyissue i WHERE i.refund_id = f.id)
        UNION ALL
        SELECT a.public_id, 'a next question, or an issue', a.status FROM ATTEMPTS a
        WHERE a.status = 'unknown' AND a.next_query_at IS NULL AND NOT EXISTS (
            SELECT FROM transactions_moneyissue i WHERE i.issue_type = 'unknown_fate' AND i.cause = a.public_id)""",
    ),
)
