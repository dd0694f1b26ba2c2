-- What "create a payment" can not do without: 3 reads, 4 inserts, one commit.
SELECT t.id AS tenant, t.public_id, t.is_active, p.code, p.is_active, t.callback_url, t.min_amount, t.max_amount, t.daily_amount,
       t.monthly_amount, k.scopes, k.expires_at, k.revoked_at
FROM bench.api_key k JOIN bench.tenant t ON t.id = k.tenant_id JOIN bench.project p ON p.id = t.project_id
WHERE k.key_hash = sha256('key') \gset
SELECT id AS account, identifier, credentials_version FROM bench.account
WHERE tenant_id = :tenant AND provider_code = 'vnpay' AND is_active \gset
SELECT gen_random_uuid() AS new, count(*) AS twins FROM bench.payment
WHERE tenant_id = :tenant AND order_id = 'ORD-new-' || :client_id AND status IN ('pending', 'completed', 'under_review') \gset
BEGIN;
INSERT INTO bench.payment (public_id, tenant_id, account_id, order_id, provider_order_id, amount, currency, status, description,
    payment_url, return_url, callback_url, locale, metadata, payer_sealed, email_index, phone_index, last_sequence, expires_at,
    created_at, updated_at)
VALUES ('txn_' || :new, :tenant, :account, 'ORD-' || :new, 'R' || :new, 100000, 'VND', 'pending', 'Thanh toan don hang',
    repeat('u', 500), 'https://shop.example/done', 'http://127.0.0.1:9/hook', 'vi', '{"cart": "A-17"}',
    convert_to(repeat('s', 400), 'UTF8'), sha256(convert_to(:new, 'UTF8')), sha256(convert_to(:new, 'UTF8')), 1,
    now() + interval '15 min', now(), now())
RETURNING id AS payment \gset
INSERT INTO bench.attempt (public_id, payment_id, account_id, reference, status, amount, payment_url, next_query_at, expires_at, created_at)
VALUES ('att_' || :new, :payment, :account, 'R' || :new, 'pending', 100000, repeat('u', 500), now() + interval '1 min',
    now() + interval '15 min', now());
INSERT INTO bench.event (public_id, payment_id, tenant_id, sequence, event_type, from_status, to_status, data, message_type, body_sealed,
    created_at)
VALUES ('evt_' || :new, :payment, :tenant, 1, 'created', '', 'pending', '{}', 'transaction.created',
    convert_to(repeat('b', 900), 'UTF8'), now());
INSERT INTO bench.audit (tenant_id, entity_type, entity_id, action, new_values, user_id, ip_address, request_id, created_at)
VALUES ('ten_bench', 'transaction', 'txn_' || :new, 'created',
    '{"order_id": "ORD", "amount": 100000, "currency": "VND", "status": "pending", "provider_code": "vnpay"}', 'key_bench', '127.0.0.1',
    'req_' || :new, now());
COMMIT;
