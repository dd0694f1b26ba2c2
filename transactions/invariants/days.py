"""Sums over Vietnam days: nothing comes into being and nothing vanishes in an account, and the counters of limits are true."""

from __future__ import annotations

from transactions.invariants.law import Law, filled

# The moments of a Vietnam day: half-open, so that an index on the moment is used.
_IN_DAY = (
    "{0} >= (d.day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh') AND {0} < ((d.day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh')"
)

LAWS = (
    Law(
        "money_in_is_conserved_per_account_and_day",
        "What came to an account on a day went back through that account, is held for a payment, or is kept for nobody known.",
        filled(
            """
        SELECT concat(acc.public_id, ' ', d.day), sum(r.amount)::text, concat(sum(
            coalesce(given.amount, 0) + CASE WHEN r.transaction_id IS NOT NULL OR i.id IS NOT NULL
            THEN r.amount - r.refunded_amount ELSE 0 END))
        FROM (SELECT DISTINCT account_id, DAY(received_at) AS day FROM RECEIPTS x
            UNION SELECT account_id, DAY(received_at) FROM NOBODYS y) d
        JOIN tenants_provideraccount acc ON acc.id = d.account_id
        JOIN transactions_receipt r ON r.account_id = d.account_id AND IN_DAY
        LEFT JOIN transactions_moneyissue i
            ON r.transaction_id IS NULL AND i.issue_type = 'unidentified_money' AND i.cause = r.public_id
        LEFT JOIN LATERAL (
            SELECT sum(a.amount) AS amount FROM transactions_refundallocation a JOIN transactions_refund f ON f.id = a.refund_id
            WHERE a.receipt_id = r.id AND f.status = 'completed' AND f.account_id = r.account_id) given ON true
        GROUP BY acc.public_id, d.day
        HAVING sum(r.amount) <> sum(coalesce(given.amount, 0) + CASE WHEN r.transaction_id IS NOT NULL OR i.id IS NOT NULL
            THEN r.amount - r.refunded_amount ELSE 0 END)""",
            IN_DAY=_IN_DAY.format("r.received_at"),
        ),
    ),
    Law(
        "money_out_is_conserved_per_account_and_day",
        "What went back through an account on a day was taken out of receipts of that account.",
        """
        SELECT concat(acc.public_id, ' ', DAY(f.completed_at)), sum(f.amount)::text, coalesce(sum(taken.amount), 0)::text
        FROM REFUNDS f JOIN tenants_provideraccount acc ON acc.id = f.account_id
        LEFT JOIN LATERAL (
            SELECT sum(a.amount) AS amount FROM transactions_refundallocation a JOIN transactions_receipt r ON r.id = a.receipt_id
            WHERE a.refund_id = f.id AND r.account_id = f.account_id) taken ON true
        WHERE f.status = 'completed' GROUP BY acc.public_id, DAY(f.completed_at)
        HAVING DAY(f.completed_at) IS NULL OR sum(f.amount) <> coalesce(sum(taken.amount), 0)""",
    ),
    Law(
        "volume_of_a_day_is_what_is_open_or_paid",
        "The counter behind a tenant's limits is what is open or paid of that Vietnam day.",
        filled(
            """
        SELECT concat(n.public_id, ' ', d.day), coalesce(made.amount, 0)::text, coalesce(v.amount, 0)::text
        FROM (SELECT DISTINCT tenant_id, DAY(created_at) AS day FROM PAYMENTS x UNION SELECT tenant_id, day FROM VOLUMES y) d
        JOIN tenants_tenant n ON n.id = d.tenant_id
        LEFT JOIN transactions_dailyvolume v ON v.tenant_id = d.tenant_id AND v.day = d.day
        LEFT JOIN LATERAL (
            SELECT sum(t.amount) AS amount FROM transactions_transaction t
            WHERE t.tenant_id = d.tenant_id AND t.status NOT IN ('failed', 'cancelled', 'expired')
                AND IN_DAY) made ON true
        WHERE coalesce(v.amount, 0) <> coalesce(made.amount, 0)""",
            IN_DAY=_IN_DAY.format("t.created_at"),
        ),
    ),
)
