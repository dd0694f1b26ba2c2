INSERT INTO webhooks_callbackdelivery (
    id, public_id, event_id, transaction_id, tenant_id, url, status, attempts, next_attempt_at, last_status, last_response, last_error,
    delivered_at, failed_at, created_at
)
SELECT
    i, 'cb_' || mark, 3 * i + 3, i, tenant_id, 'https://shop.example/hook', CASE WHEN dead THEN 'dead' ELSE 'delivered' END,
    CASE WHEN dead THEN 8 ELSE 1 END, NULL, CASE WHEN dead THEN 500 ELSE 200 END, 'ok', '',
    CASE WHEN NOT dead THEN at + interval '91 seconds' END, CASE WHEN dead THEN at + interval '1 day' END, at + interval '90 seconds'
FROM (SELECT *, mod(i, 500) = 0 AS dead FROM bench_rows(%(lo)s, %(hi)s) WHERE status <> 'pending') AS r
