-- What the rows of the admin benchmark are made from. Every column of row i is a pure function of i, so tables load side by side.
CREATE TABLE bench_base (
    rows bigint, detailed bigint, anchor timestamptz, tenants bigint[], tenant_ids text[], accounts bigint[], wrapped bytea, payers int
);
CREATE TABLE bench_payer (k int PRIMARY KEY, terms int[], email_index bytea, phone_index bytea, sealed bytea);
CREATE TABLE bench_number (k int PRIMARY KEY, terms int[]);
CREATE TABLE bench_day (day date PRIMARY KEY, word text, terms int[]);

-- status: 85 % completed, 8 % failed, 4 % expired, 1 % each cancelled and pending, 0.5 % each under review and refunded (a third
-- of them in part). Tenants: the first has a fifth of all, the last a fortieth. NAPAS has no payment at all.
CREATE FUNCTION bench_rows(lo bigint, hi bigint) RETURNS TABLE (
    i bigint, at timestamptz, status text, tenant_id bigint, tenant_public text, account_id bigint, provider text, amount bigint,
    mark text, payer int, late boolean, number text, reference text
) LANGUAGE sql STABLE AS $$
    SELECT
        i, at,
        CASE
            WHEN h < 8500 THEN 'completed' WHEN h < 9300 THEN 'failed' WHEN h < 9700 THEN 'expired' WHEN h < 9800 THEN 'cancelled'
            WHEN h < 9900 THEN 'pending' WHEN h < 9950 THEN 'under_review' WHEN h < 9983 THEN 'refunded'
            ELSE 'partially_refunded'
        END,
        tenants[t], tenant_ids[t], accounts[t],
        CASE WHEN g < 60 THEN 'vnpay' WHEN g < 80 THEN 'momo' WHEN g < 92 THEN 'zalopay' WHEN g < 97 THEN 'payos' ELSE 'vietqr' END,
        10000 * (1 + ((hashint8extended(i, 4) >> 8) & 511)),
        lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || substr(md5(i::text), 1, 14),
        1 + (((hashint8extended(i, 5) >> 8) & 1073741823) % payers)::int,
        h < 8500 AND (hashint8extended(i, 6) >> 8) & 1023 = 0,
        (14000000 + i)::text,
        to_char(at, 'YYMMDDHH24') || upper(substr(md5(i::text), 1, 10))
    FROM (
        SELECT
            i, b.*, b.anchor - interval '365 days' * ((b.rows - i)::float8 / b.rows) AS at,
            (((hashint8extended(i, 1) >> 8) & 1073741823) % 10000)::int AS h,
            (((hashint8extended(i, 2) >> 8) & 1073741823) % 100)::int AS g,
            1 + floor(cardinality(b.tenants) * power((((hashint8extended(i, 3) >> 8) & 1073741823) % 9999) / 10000.0::float8, 2))::int AS t
        FROM bench_base b, generate_series(lo, hi) AS i
        OFFSET 0
    ) AS raw
$$;
