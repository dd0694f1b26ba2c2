"""What clients are told: every event to every address that hears of it, none lost on the way."""

from __future__ import annotations

from transactions.invariants.law import Law, filled

# Of an endpoint or a default URL that was changed after the event nothing is said: it may not have been there yet. Nor of one
# that is still catching up with what it missed.
_ADDRESSES = """
    SELECT e.id, e.public_id, coalesce(nullif(t.callback_url, ''), n.callback_url) AS url FROM EVENTS e
    JOIN transactions_transaction t ON t.id = e.transaction_id JOIN tenants_tenant n ON n.id = t.tenant_id
    WHERE e.message_type = ANY(%(called_back)s::text[]) AND e.body_sealed IS NOT NULL
        AND (t.callback_url <> '' OR (n.callback_url <> '' AND n.updated_at <= e.created_at))
    UNION ALL
    SELECT e.id, e.public_id, f.notification_url FROM REFUNDS f
    JOIN transactions_transactionevent e ON e.transaction_id = f.transaction_id AND e.data ->> 'refund_id' = f.public_id
    WHERE f.notification_url <> '' AND e.message_type = ANY(%(called_back)s::text[]) AND e.body_sealed IS NOT NULL
    UNION ALL
    SELECT e.id, e.public_id, p.url FROM EVENTS e JOIN webhooks_callbackendpoint p ON p.tenant_id = e.tenant_id
    WHERE p.is_active AND p.updated_at <= e.created_at AND p.missed_since IS NULL
        AND e.message_type = ANY(%(called_back)s::text[]) AND e.body_sealed IS NOT NULL
        AND (p.event_types = '[]'::jsonb OR p.event_types @> to_jsonb(e.message_type::text))"""

LAWS = (
    Law(
        "event_goes_to_every_address",
        "An event that is called back has a delivery for each address that hears of it.",
        filled(
            """
        SELECT DISTINCT w.public_id, concat('a delivery to ', split_part(w.url, '?', 1)), 'none' FROM (ADDRESSES) w
        WHERE NOT EXISTS (SELECT FROM webhooks_callbackdelivery d WHERE d.event_id = w.id AND d.url = w.url)""",
            ADDRESSES=_ADDRESSES,
        ),
    ),
    Law(
        "event_goes_to_an_address_once",
        "An event has one delivery for an address.",
        """
        SELECT min(d.public_id), '1', count(*)::text FROM DELIVERIES d WHERE d.event_id IS NOT NULL
        GROUP BY d.event_id, d.url HAVING count(*) > 1""",
    ),
    Law(
        "only_what_is_called_back_is_delivered",
        "What clients see in the feed only is delivered to nobody.",
        """
        SELECT d.public_id, 'no delivery', coalesce(e.message_type, e.event_type) FROM DELIVERIES d
        JOIN transactions_transactionevent e ON e.id = d.event_id
        WHERE e.message_type IS NULL OR e.message_type = 'transaction.created'""",
    ),
    Law(
        "delivery_is_delivered_scheduled_or_dead",
        "A delivery is delivered, scheduled within a month, or given up.",
        """
        SELECT d.public_id, 'delivered, scheduled or dead',
            concat(d.status, ', next ', d.next_attempt_at, ', done ', d.delivered_at)
        FROM DELIVERIES d WHERE NOT (
            (d.status = 'delivered' AND d.delivered_at IS NOT NULL AND d.next_attempt_at IS NULL)
            OR (d.status = 'pending' AND d.delivered_at IS NULL AND d.next_attempt_at IS NOT NULL
                AND d.next_attempt_at < %(now)s::timestamptz + interval '31 days')
            OR (d.status = 'dead' AND d.delivered_at IS NULL AND d.next_attempt_at IS NULL))""",
    ),
    Law(
        "every_try_is_counted",
        "A delivery counts its tries, and what is delivered was answered with 2xx.",
        """
        SELECT d.public_id, concat(d.attempts, ' tries, ', d.status), concat(count(a.id), ' tries, ',
            count(a.id) FILTER (WHERE a.response_status BETWEEN 200 AND 299), ' answered with 2xx')
        FROM DELIVERIES d LEFT JOIN webhooks_callbackattempt a ON a.delivery_id = d.id
        GROUP BY d.public_id, d.attempts, d.status
        HAVING d.attempts <> count(a.id)
            OR (d.status = 'delivered' AND count(a.id) FILTER (WHERE a.response_status BETWEEN 200 AND 299) = 0)""",
    ),
)
