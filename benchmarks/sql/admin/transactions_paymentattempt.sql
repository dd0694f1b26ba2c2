INSERT INTO transactions_paymentattempt (
    id, public_id, transaction_id, account_id, credentials_version, provider_code, provider_reference, status, amount, payment_method,
    payment_url, merchant_code, order_info, provider_created_at, ip_address, provider_transaction_no, bank_code, card_type,
    response_code, transaction_status, return_received_at, return_success, notice_received_at, paid_at, expires_at, created_at,
    updated_at, query_count, held, provider_session_id
)
SELECT
    i, 'att_' || mark, i, account_id, 1, provider, reference,
    CASE WHEN paid THEN 'paid' WHEN status = 'failed' THEN 'failed' WHEN status = 'under_review' THEN 'suspected' ELSE 'pending' END,
    amount, 'card', 'https://pay.example/vpcpay.html?ref=' || reference, 'SMARTPST', 'Thanh toan don hang', to_char(at, 'YYYYMMDDHH24MISS'),
    '203.0.113.7', CASE WHEN paid OR status = 'failed' THEN number END, 'NCB', 'ATM',
    CASE WHEN paid THEN '00' WHEN status = 'failed' THEN '51' END, CASE WHEN paid THEN '00' WHEN status = 'failed' THEN '02' END,
    CASE WHEN paid THEN at + interval '95 seconds' END, CASE WHEN paid THEN true END,
    CASE WHEN paid OR status = 'failed' THEN at + interval '90 seconds' END, CASE WHEN paid THEN at + interval '90 seconds' END,
    at + interval '15 minutes', at, at + interval '90 seconds', 0, false, ''
FROM (SELECT *, status IN ('completed', 'refunded', 'partially_refunded') AS paid FROM bench_rows(%(lo)s, %(hi)s) OFFSET 0) AS r
