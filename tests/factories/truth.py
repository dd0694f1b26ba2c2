"""What must be true of a tenant's money whatever happened: read-only SQL, believed before any answer of the API."""

from __future__ import annotations

from django.db import connection

# Words of the laws; ``%(tenants)s`` are public ids.
_WORDS = {
    "MINE": "(SELECT id FROM tenants_tenant WHERE public_id = ANY(%(tenants)s))",
    "CALLED_BACK": "('transaction.completed', 'transaction.failed', 'transaction.expired', 'transaction.cancelled',"
    " 'transaction.under_review', 'refund.processing', 'refund.completed', 'refund.failed')",
}

# Each query names what is wrong: a row for every falsehood, none where all is well.

PAYMENTS = {
    "a payment is the fold of its events": """
        SELECT t.public_id, t.status, t.last_sequence, last.to_status, last.sequence
        FROM transactions_transaction t LEFT JOIN LATERAL (
            SELECT to_status, sequence FROM transactions_transactionevent e
            WHERE e.transaction_id = t.id ORDER BY sequence DESC LIMIT 1) last ON true
        WHERE t.tenant_id IN MINE AND (t.status, t.last_sequence) IS DISTINCT FROM (last.to_status, last.sequence)""",
    "events are numbered without a gap, and each begins where the one before it ended": """
        SELECT * FROM (
            SELECT public_id, sequence, from_status, row_number() OVER story AS place, lag(to_status, 1, '') OVER story AS before
            FROM transactions_transactionevent WHERE tenant_id IN MINE
            WINDOW story AS (PARTITION BY transaction_id ORDER BY sequence)) e
        WHERE sequence <> place OR from_status <> before""",
    "a payment leaves a status for the same other one once, but by refunds": """
        SELECT transaction_id, from_status, to_status, count(*) FROM transactions_transactionevent
        WHERE tenant_id IN MINE AND from_status <> to_status AND event_type NOT LIKE 'refund%%'
        GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "each change of status has exactly one audit entry": """
        SELECT e.public_id, count(a.id) FROM transactions_transactionevent e
        JOIN transactions_transaction t ON t.id = e.transaction_id
        LEFT JOIN audit_auditentry a ON a.entity_type = 'transaction' AND a.entity_id = t.public_id
            AND a.additional_data ->> 'event_id' = e.public_id
        WHERE e.tenant_id IN MINE AND e.from_status <> e.to_status AND e.from_status <> ''
        GROUP BY 1 HAVING count(a.id) <> 1""",
    "what was received is the sum of the receipts, and no more is refunded": """
        SELECT t.public_id, t.received_amount, t.refunded_amount, sum(r.amount) FROM transactions_transaction t
        LEFT JOIN transactions_receipt r ON r.transaction_id = t.id WHERE t.tenant_id IN MINE GROUP BY t.id
        HAVING t.received_amount <> coalesce(sum(r.amount), 0) OR t.refunded_amount > t.received_amount""",
    "what was refunded is the sum of the completed refunds, of the payment and of each receipt": """
        SELECT t.public_id FROM transactions_transaction t WHERE t.tenant_id IN MINE AND t.refunded_amount <> (
            SELECT coalesce(sum(amount), 0) FROM transactions_refund WHERE transaction_id = t.id AND status = 'completed')
        UNION ALL
        SELECT r.public_id FROM transactions_receipt r JOIN transactions_transaction t ON t.id = r.transaction_id
        WHERE t.tenant_id IN MINE AND r.refunded_amount <> (
            SELECT coalesce(sum(a.amount), 0) FROM transactions_refundallocation a
            JOIN transactions_refund f ON f.id = a.refund_id WHERE a.receipt_id = r.id AND f.status = 'completed')""",
    "refunds done and on their way are within the receipt": """
        SELECT r.public_id FROM transactions_receipt r JOIN transactions_transaction t ON t.id = r.transaction_id
        WHERE t.tenant_id IN MINE AND r.amount < (
            SELECT coalesce(sum(a.amount), 0) FROM transactions_refundallocation a
            JOIN transactions_refund f ON f.id = a.refund_id WHERE a.receipt_id = r.id AND f.status <> 'failed')
        UNION ALL
        SELECT f.public_id FROM transactions_refund f WHERE f.tenant_id IN MINE AND f.amount <> (
            SELECT coalesce(sum(amount), 0) FROM transactions_refundallocation WHERE refund_id = f.id)""",
    "no attempt is paid without a receipt, no payment without money": """
        SELECT a.public_id FROM transactions_paymentattempt a JOIN transactions_transaction t ON t.id = a.transaction_id
        WHERE t.tenant_id IN MINE AND a.status = 'paid'
            AND NOT EXISTS (SELECT FROM transactions_receipt r WHERE r.attempt_id = a.id)
        UNION ALL
        SELECT public_id FROM transactions_transaction WHERE tenant_id IN MINE
            AND status IN ('completed', 'partially_refunded', 'refunded') AND received_amount < amount""",
    "each refund of ours was begun by one event, and its end is told once": """
        SELECT f.public_id, f.status, count(e.id) FILTER (WHERE e.event_type = 'refund_initiated')
        FROM transactions_refund f LEFT JOIN transactions_transactionevent e
            ON e.transaction_id = f.transaction_id AND e.data ->> 'refund_id' = f.public_id
        WHERE f.tenant_id IN MINE GROUP BY f.id
        HAVING count(e.id) FILTER (WHERE e.event_type = 'refund_initiated') <> (f.source <> 'portal')::int
            OR count(e.id) FILTER (WHERE e.event_type = 'refund_failed') <> (f.status = 'failed')::int
            OR count(e.id) FILTER (WHERE e.event_type = 'refund_completed') > (f.status = 'completed')::int""",
    "what is not known yet will be asked for": """
        SELECT f.public_id FROM transactions_refund f WHERE f.tenant_id IN MINE
            AND f.status IN ('requested', 'processing', 'unknown') AND f.next_query_at IS NULL
            AND NOT EXISTS (SELECT FROM transactions_moneyissue i WHERE i.refund_id = f.id)""",
    "the tenant's volume is what is open or paid": """
        SELECT tenant_id, sum(amount) FROM (
            SELECT tenant_id, amount FROM transactions_dailyvolume WHERE tenant_id IN MINE
            UNION ALL
            SELECT tenant_id, -amount FROM transactions_transaction
            WHERE tenant_id IN MINE AND status NOT IN ('failed', 'cancelled', 'expired')) v
        GROUP BY tenant_id HAVING sum(amount) <> 0""",
    "an event that is called back has one delivery for the client's address": """
        SELECT e.public_id, e.message_type, count(d.id) FROM transactions_transactionevent e
        JOIN transactions_transaction t ON t.id = e.transaction_id JOIN tenants_tenant n ON n.id = t.tenant_id
        LEFT JOIN webhooks_callbackdelivery d
            ON d.event_id = e.id AND d.url = coalesce(nullif(t.callback_url, ''), n.callback_url)
        WHERE e.tenant_id IN MINE AND e.body_sealed IS NOT NULL
        GROUP BY e.id, t.callback_url, n.callback_url
        HAVING count(d.id) <> (e.message_type IN CALLED_BACK
            AND coalesce(nullif(t.callback_url, ''), n.callback_url) <> '')::int""",
}
DELIVERIES = {
    "an event goes to an address once": """
        SELECT event_id, url, count(*) FROM webhooks_callbackdelivery WHERE tenant_id IN MINE
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "a delivery is delivered, scheduled or given up": """
        SELECT public_id, status FROM webhooks_callbackdelivery WHERE tenant_id IN MINE AND NOT (
            (status = 'delivered' AND delivered_at IS NOT NULL AND next_attempt_at IS NULL)
            OR (status = 'pending' AND delivered_at IS NULL AND next_attempt_at IS NOT NULL)
            OR (status = 'dead' AND next_attempt_at IS NULL))""",
    "every try is counted, and what is delivered was answered with 2xx": """
        SELECT d.public_id, d.status, d.attempts, count(a.id) FROM webhooks_callbackdelivery d
        LEFT JOIN webhooks_callbackattempt a ON a.delivery_id = d.id
        WHERE d.tenant_id IN MINE GROUP BY d.id
        HAVING d.attempts <> count(a.id) OR (d.status = 'delivered'
            AND count(a.id) FILTER (WHERE a.response_status BETWEEN 200 AND 299) = 0)""",
}


def falsehoods(*tenants: str, laws: dict[str, str] | None = None) -> dict[str, list[tuple[object, ...]]]:
    """{law: rows that break it} for the tenants with these public ids."""
    assert tenants, "the truth about nobody is no truth"
    found: dict[str, list[tuple[object, ...]]] = {}
    with connection.cursor() as cursor:
        for law, query in (PAYMENTS | DELIVERIES if laws is None else laws).items():
            for word, meaning in _WORDS.items():
                query = query.replace(word, meaning)
            cursor.execute(query, {"tenants": list(tenants)})
            if rows := cursor.fetchall():
                found[law] = rows
    return found


def check(*tenants: str, laws: dict[str, str] | None = None) -> None:
    """Fail with whatever is not true of these tenants."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenants_tenant WHERE public_id = ANY(%s)", [list(tenants)])
        assert cursor.fetchone()[0] == len(set(tenants)), "no such tenant"
    assert falsehoods(*tenants, laws=laws) == {}
