-- What "a provider says paid" can not do without: lock, update, 3 inserts, one commit.
\set number random(1, 50000)
\set unique random(1, 1000000000000000)
BEGIN;
SELECT id AS payment, tenant_id AS tenant, account_id AS account, amount, status, last_sequence FROM bench.payment
WHERE provider_order_id = 'REF' || :number FOR UPDATE \gset
UPDATE bench.payment SET status = 'completed', received_amount = amount, fee = 1650, net_amount = amount - 1650,
    provider_transaction_id = :unique, last_sequence = last_sequence + 1, paid_at = now(), updated_at = now()
WHERE id = :payment;
INSERT INTO bench.receipt (public_id, payment_id, account_id, provider_transaction_no, amount, source, received_at)
VALUES ('rcp_' || :unique, :payment, :account, :unique, 100000, 'notice', now());
INSERT INTO bench.event (public_id, payment_id, tenant_id, sequence, event_type, from_status, to_status, data, message_type, body_sealed,
    created_at)
VALUES ('evt_' || :unique, :payment, :tenant, 3, 'paid', 'pending', 'completed', '{"source": "notice"}', 'transaction.completed',
    convert_to(repeat('b', 900), 'UTF8'), now())
RETURNING id AS event \gset
INSERT INTO bench.delivery (public_id, event_id, payment_id, tenant_id, url, status, attempts, next_attempt_at, created_at)
VALUES ('dlv_' || :unique, :event, :payment, :tenant, 'http://127.0.0.1:9/hook', 'pending', 0, now(), now());
COMMIT;
