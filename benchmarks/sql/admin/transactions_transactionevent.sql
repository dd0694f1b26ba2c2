INSERT INTO transactions_transactionevent (
    id, public_id, transaction_id, tenant_id, sequence, event_type, from_status, to_status, data, message_type, created_at
)
SELECT
    3 * i + s, 'evt_' || overlay(mark PLACING s::text FROM 26), i, tenant_id, s,
    CASE s WHEN 1 THEN 'created' WHEN 2 THEN 'attempt_started' ELSE status END,
    CASE s WHEN 1 THEN '' ELSE 'pending' END, CASE s WHEN 3 THEN status ELSE 'pending' END, '{}',
    CASE s WHEN 3 THEN 'transaction.' || status END, at + interval '45 seconds' * (s - 1)
FROM bench_rows(%(lo)s, %(hi)s), generate_series(1, 3) AS s WHERE s < 3 OR status <> 'pending'
