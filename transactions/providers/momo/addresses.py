"""Where MoMo lives. The account's own address comes first, then the installation's, then the environment's default."""

from __future__ import annotations

from transactions.providers.base import AccountContext

_API_URLS = {
    "sandbox": "https://test-payment.momo.vn/v2/gateway/api",
    "production": "https://payment.momo.vn/v2/gateway/api",
}


def api_url(account: AccountContext, call: str) -> str:
    """The address of ``call`` (``create``, ``refund/query`` ...)."""
    base = account.api_url or account.urls.get("MOMO_API_URL") or _API_URLS[account.environment]
    return f"{base.rstrip('/')}/{call}"
