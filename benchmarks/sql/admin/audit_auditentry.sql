INSERT INTO audit_auditentry (
    tenant_id, entity_type, entity_id, action, new_values, user_id, user_type, user_agent, request_id, created_at
)
SELECT tenant_public, 'transaction', 'txn_' || mark, 'transaction_created', '{"status": "pending"}', 'key_bench', 'client', '', '', at
FROM bench_rows(%(lo)s, %(hi)s)
