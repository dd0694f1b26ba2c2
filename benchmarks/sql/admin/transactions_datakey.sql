INSERT INTO transactions_datakey (id, wrapped, created_at) SELECT i, wrapped, anchor FROM bench_base, generate_series(%(lo)s::bigint, %(hi)s) AS i
