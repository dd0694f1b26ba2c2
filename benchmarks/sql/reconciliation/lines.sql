CREATE UNLOGGED TABLE bench_line AS
SELECT
    %(statement)s::bigint AS statement, %(account)s::bigint AS account, i AS line_no, 'payment' AS kind, 'success' AS status,
    -- In each thousand one amount and one fee differ, and one line is another one's than ours.
    CASE WHEN mod(i, 1000) = 3 THEN 'X' || i ELSE (14000000 + i)::text END AS number, NULL::text AS original,
    CASE WHEN mod(i, 1000) = 3 THEN 'X' || i ELSE 'R' || upper(substr(md5(i::text), 1, 12)) END AS reference, NULL::text[] AS memo,
    amount + CASE WHEN mod(i, 1000) = 1 THEN 5000 ELSE 0 END AS amount,
    fee + CASE WHEN mod(i, 1000) = 2 THEN 100 ELSE 0 END AS fee, NULL::bigint AS net, 'VND' AS currency,
    timestamptz '2026-11-18 00:00:00+07' + interval '1 second' * (86399 * i / %(rows)s) AS at, date '2026-11-18' AS day
FROM (
    SELECT i, amount, before + (before * 1000 + 5000) / 10000 AS fee
    FROM (
        SELECT i, amount, (amount * 110 + 5000) / 10000 + 1650 AS before
        FROM (SELECT i, 10000 + mod(i * 7919, 500000) AS amount FROM generate_series(1, %(rows)s::bigint) i) a
    ) b
) r
-- Not in the order in which we have them.
ORDER BY hashint8(i / 100), i
