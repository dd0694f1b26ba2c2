"""Where the providers live, and what callbacks may reach."""

from __future__ import annotations

from payments_site.settings.env import env

# Empty: the address belonging to the account's environment (transactions/providers/<name>/).
PROVIDER_URLS: dict[str, str] = {
    "VNPAY_PAYMENT_URL": env.str("VNPAY_PAYMENT_URL", default=""),
    "VNPAY_API_URL": env.str("VNPAY_API_URL", default=""),
    "MOMO_API_URL": env.str("MOMO_API_URL", default=""),
    "ZALOPAY_API_URL": env.str("ZALOPAY_API_URL", default=""),
    "PAYOS_API_URL": env.str("PAYOS_API_URL", default=""),
    "NAPAS_API_URL": env.str("NAPAS_API_URL", default=""),
    "NAPAS_VPC_PAYMENT_URL": env.str("NAPAS_VPC_PAYMENT_URL", default=""),
    "NAPAS_VPC_API_URL": env.str("NAPAS_VPC_API_URL", default=""),
    # Where the files of a day are fetched (transactions/providers/daily_file.py). Empty: they come by upload or by the folder.
    "VNPAY_STATEMENT_URL": env.str("VNPAY_STATEMENT_URL", default=""),
    "MOMO_STATEMENT_URL": env.str("MOMO_STATEMENT_URL", default=""),
    "ZALOPAY_STATEMENT_URL": env.str("ZALOPAY_STATEMENT_URL", default=""),
    "NAPAS_STATEMENT_URL": env.str("NAPAS_STATEMENT_URL", default=""),
    "PAYOS_STATEMENT_URL": env.str("PAYOS_STATEMENT_URL", default=""),
    "VIETQR_STATEMENT_URL": env.str("VIETQR_STATEMENT_URL", default=""),
}
# The address of this server as providers see it (VNPay's vnp_IpAddr of queries and refunds).
SERVER_IP: str = env.str("SERVER_IP", default="127.0.0.1")

# Seconds after its creation at which an open attempt or refund is asked for; then hourly for a day, then daily for five.
RESOLVER_FIRST_DELAYS: list[int] = [int(text) for text in env.list("RESOLVER_FIRST_DELAYS", default=["60", "300", "900", "3600"])]

# So many failed attempts (not given up or left by the payer) at one provider within an hour are an alert.
ALERT_FAILED_PAYMENTS_PER_HOUR = env.int("ALERT_FAILED_PAYMENTS_PER_HOUR", default=20)

PROVIDER_CONNECT_TIMEOUT = env.float("PROVIDER_CONNECT_TIMEOUT", default=3.0)
PROVIDER_READ_TIMEOUT = env.float("PROVIDER_READ_TIMEOUT", default=30.0)

# So many calls to one account at once in one process; the web's default is half of gunicorn's 8 threads, so that a provider
# that hangs leaves the other half to all others. A background worker has its own number and waits for its turn.
PROVIDER_MAX_CALLS = max(1, env.int("PROVIDER_MAX_CALLS", default=4))
PROVIDER_MAX_BACKGROUND_CALLS = max(1, env.int("PROVIDER_MAX_BACKGROUND_CALLS", default=4))
PROVIDER_BACKGROUND_WAIT_SECONDS = env.int("PROVIDER_BACKGROUND_WAIT_SECONDS", default=10)

# Questions (never a create, never a refund) are asked so often before giving up, all within so many seconds.
PROVIDER_RETRY_ATTEMPTS = max(1, env.int("PROVIDER_RETRY_ATTEMPTS", default=3))
PROVIDER_RETRY_SECONDS = max(1, env.int("PROVIDER_RETRY_SECONDS", default=5))

# The circuit breaker of an account opens when its last so many calls failed within the window, and lets one probe through
# after so many seconds.
BREAKER_FAILURES = max(1, env.int("BREAKER_FAILURES", default=5))
BREAKER_WINDOW_SECONDS = max(1, env.int("BREAKER_WINDOW_SECONDS", default=30))
BREAKER_OPEN_SECONDS = max(1, env.int("BREAKER_OPEN_SECONDS", default=15))
# Redis may be away: no call waits for it longer than this.
BREAKER_REDIS_TIMEOUTS = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}

CALLBACK_ALLOWED_HOSTS: frozenset[str] = frozenset(
    host.strip().lower() for host in env.list("CALLBACK_ALLOWED_HOSTS", default=[]) if host.strip()
)
CALLBACK_REQUIRE_HTTPS = env.bool("CALLBACK_REQUIRE_HTTPS", default=False)
CALLBACK_TIMEOUT_SECONDS = env.int("CALLBACK_TIMEOUT_SECONDS", default=15)
CALLBACK_CONCURRENCY = env.int("CALLBACK_CONCURRENCY", default=200)

# Statements that lie here as <account>/<file> are imported; empty: none are. The service must be able to write to it.
STATEMENT_FOLDER: str = env.str("STATEMENT_FOLDER", default="")
