INSERT INTO transactions_datakey (id, wrapped, created_at)
SELECT 1000000 + i, '\x00', now() FROM generate_series(1, %(rows)s) i;
INSERT INTO transactions_transaction (
    id, public_id, tenant_id, order_id, amount, currency, description, status, late, provider_code, account_id, return_url, cancel_url,
    callback_url, locale, metadata, data_key_id, search_terms, received_amount, refunded_amount, last_sequence, expires_at, paid_at,
    created_at, updated_at, payment_url
)
SELECT
    1000000 + i, 'txn_' || lpad(i::text, 26, '0'), %(tenant)s, 'ORD-' || i, 10000 + mod(i * 7919, 500000), 'VND', 'Bench', 'completed', false,
    'vnpay', %(account)s, 'https://shop.example', '', '', 'vi', '{}', 1000000 + i, '{}', 10000 + mod(i * 7919, 500000), 0, 2, at, at, at, at, ''
FROM (SELECT i, timestamptz '2026-11-18 00:00:00+07' + interval '1 second' * (86399 * i / %(rows)s) AS at FROM generate_series(1, %(rows)s::bigint) i) r;
INSERT INTO transactions_paymentattempt (
    id, public_id, transaction_id, account_id, credentials_version, provider_code, provider_reference, status, amount, payment_url,
    merchant_code, order_info, provider_created_at, provider_transaction_no, paid_at, expires_at, created_at, updated_at, query_count,
    held, provider_session_id
)
SELECT
    1000000 + i, 'att_' || lpad(i::text, 26, '0'), 1000000 + i, %(account)s, 1, 'vnpay', 'R' || upper(substr(md5(i::text), 1, 12)), 'paid',
    10000 + mod(i * 7919, 500000), '', '', '', '', (14000000 + i)::text, at, at, at, at, 0, false, ''
FROM (SELECT i, timestamptz '2026-11-18 00:00:00+07' + interval '1 second' * (86399 * i / %(rows)s) AS at FROM generate_series(1, %(rows)s::bigint) i) r;
INSERT INTO transactions_receipt (
    id, public_id, account_id, transaction_id, attempt_id, provider_transaction_no, amount, refunded_amount, source, notice_id, received_at,
    created_at
)
SELECT
    1000000 + i, 'rcp_' || lpad(i::text, 26, '0'), %(account)s, 1000000 + i, 1000000 + i, (14000000 + i)::text, 10000 + mod(i * 7919, 500000), 0,
    'notice', '', at, at
FROM (SELECT i, timestamptz '2026-11-18 00:00:00+07' + interval '1 second' * (86399 * i / %(rows)s) AS at FROM generate_series(1, %(rows)s::bigint) i) r
