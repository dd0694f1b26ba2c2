INSERT INTO webhooks_providernotification (
    id, public_id, provider_code, account_id, attempt_id, method, source_ip, data_key_id, raw_sealed, payload_hash, payload_size,
    request_id, received_at, verdict, error_code, reply_status, reply_body, processed_at, tries
)
SELECT
    i, 'whk_' || mark, provider, account_id, i, 'GET', '203.0.113.9', i, '\x00'::bytea, md5(mark) || md5(reference), 400, '',
    at + interval '90 seconds', 'applied', '', 200, '{"RspCode":"00"}', at + interval '90 seconds', 1
FROM bench_rows(%(lo)s, %(hi)s) WHERE status IN ('completed', 'failed', 'refunded', 'partially_refunded')
