INSERT INTO transactions_transaction (
    id, public_id, tenant_id, order_id, amount, currency, description, status, late, provider_code, account_id, provider_order_id,
    provider_transaction_id, payment_method, payment_url, return_url, cancel_url, callback_url, locale, metadata, data_key_id,
    payer_sealed, search_terms, email_index, phone_index, received_amount, refunded_amount, transaction_fee, net_amount,
    failure_code, failure_reason, last_sequence, expires_at, paid_at, created_at, updated_at
)
SELECT
    r.i, 'txn_' || r.mark, r.tenant_id,
    d.word || '-' || lpad((r.i / 10000)::text, 4, '0') || '-' || lpad((mod(r.i, 10000))::text, 4, '0'),
    r.amount, 'VND', 'Thanh toan don hang ' || r.i, r.status, r.late, r.provider, r.account_id, r.reference,
    CASE WHEN paid OR r.status = 'failed' THEN r.number END, 'card',
    'https://pay.example/vpcpay.html?ref=' || r.reference || '&sig=' || md5(r.reference) || md5(r.mark),
    'https://shop.example/return/' || r.i, '', 'https://shop.example/hook', 'vi', '{}', r.i,
    p.sealed, p.terms || d.terms || n.terms || m.terms, p.email_index, p.phone_index,
    CASE WHEN paid THEN r.amount ELSE 0 END,
    CASE r.status WHEN 'refunded' THEN r.amount WHEN 'partially_refunded' THEN 10000 ELSE 0 END,
    CASE WHEN paid THEN r.amount / 100 END, CASE WHEN paid THEN r.amount - r.amount / 100 END,
    CASE r.status WHEN 'failed' THEN '51' END, CASE r.status WHEN 'failed' THEN 'Not enough money' END,
    CASE WHEN r.status = 'pending' THEN 1 ELSE 2 END, r.at + interval '15 minutes',
    CASE WHEN paid THEN r.at + interval '90 seconds' END, r.at, r.at + interval '90 seconds'
FROM (
    SELECT *, status IN ('completed', 'refunded', 'partially_refunded') AS paid FROM bench_rows(%(lo)s, %(hi)s) OFFSET 0
) AS r
JOIN bench_payer p ON p.k = r.payer
JOIN bench_day d ON d.day = r.at::date
JOIN bench_number n ON n.k = r.i / 10000
JOIN bench_number m ON m.k = mod(r.i, 10000)
