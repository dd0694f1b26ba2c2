INSERT INTO transactions_receipt (
    id, public_id, account_id, transaction_id, attempt_id, provider_transaction_no, amount, refunded_amount, source, notice_id,
    received_at, created_at
)
SELECT i, 'rcp_' || mark, account_id, i, i, number, amount, 0, 'notice', 'whk_' || mark, at + interval '90 seconds', at + interval '90 seconds'
FROM bench_rows(%(lo)s, %(hi)s) WHERE status IN ('completed', 'refunded', 'partially_refunded')
