"""Money that came in: no payment without it, none of it unaccounted for."""

from __future__ import annotations

from transactions.invariants.law import Law

LAWS = (
    Law(
        "received_is_the_sum_of_the_receipts",
        "What a payment received is the sum of its receipts.",
        """
        SELECT t.public_id, coalesce(r.amount, 0)::text, t.received_amount::text FROM PAYMENTS t
        LEFT JOIN (SELECT transaction_id, sum(amount) AS amount FROM RECEIPTS x GROUP BY 1) r ON r.transaction_id = t.id
        WHERE t.received_amount <> coalesce(r.amount, 0)""",
    ),
    Law(
        "paid_attempt_has_its_receipt",
        "No attempt is paid without a receipt of its own.",
        """
        SELECT a.public_id, 'a receipt', 'none' FROM ATTEMPTS a WHERE a.status = 'paid'
            AND NOT EXISTS (SELECT FROM transactions_receipt r WHERE r.attempt_id = a.id)""",
    ),
    Law(
        "paid_payment_has_its_money",
        "A paid payment has received its amount.",
        """
        SELECT t.public_id, concat('at least ', t.amount), t.received_amount::text FROM PAYMENTS t
        WHERE t.status IN ('completed', 'partially_refunded', 'refunded') AND t.received_amount < t.amount""",
    ),
    Law(
        "paid_payment_was_paid_by_an_attempt",
        "A paid payment has a paid attempt; one that only gave back what was never accepted has none.",
        """
        SELECT t.public_id, 'a paid attempt', 'none' FROM PAYMENTS t WHERE t.status IN ('completed', 'partially_refunded')
            AND NOT EXISTS (
                SELECT FROM transactions_paymentattempt a WHERE a.transaction_id = t.id AND a.status = 'paid')""",
    ),
    Law(
        "net_is_the_amount_less_the_fee",
        "A paid payment has a time of payment, a fee and a net amount, and the last two make its amount.",
        """
        SELECT t.public_id, t.amount::text, concat('fee ', t.transaction_fee, ' + net ', t.net_amount, ', paid at ', t.paid_at)
        FROM PAYMENTS t WHERE t.status IN ('completed', 'partially_refunded')
            AND (t.paid_at IS NULL OR (t.transaction_fee + t.net_amount) IS DISTINCT FROM t.amount)""",
    ),
    Law(
        "nobodys_money_is_looked_at",
        "Money that belongs to no payment has a money issue.",
        """
        SELECT r.public_id, 'issue unidentified_money', 'none' FROM NOBODYS r WHERE NOT EXISTS (
            SELECT FROM transactions_moneyissue i WHERE i.issue_type = 'unidentified_money' AND i.cause = r.public_id)""",
    ),
)
