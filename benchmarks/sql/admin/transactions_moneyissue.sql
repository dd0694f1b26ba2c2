INSERT INTO transactions_moneyissue (
    id, public_id, issue_type, state, account_id, transaction_id, amount, notice_id, cause, data, created_at, resolved_at, resolved_by, note
)
SELECT
    i, 'iss_' || mark, CASE WHEN mod(i, 2) = 0 THEN 'late_success' ELSE 'double_payment' END,
    CASE WHEN fresh THEN 'open' ELSE 'resolved' END, account_id, i, amount, '', 'bench-' || i, '{}', at,
    CASE WHEN NOT fresh THEN at + interval '1 day' END, CASE WHEN fresh THEN '' ELSE 'admin' END, ''
FROM (SELECT *, mod(i, 1000) = 0 AS fresh FROM bench_rows(%(lo)s, %(hi)s) WHERE mod(i, 50) = 0) AS r
