"""Where ZaloPay lives. The account's own address comes first, then the installation's, then the environment's default."""

from __future__ import annotations

from transactions.providers.base import AccountContext

_API_URLS = {
    "sandbox": "https://sb-openapi.zalopay.vn",
    "production": "https://openapi.zalopay.vn",
}


def api_url(account: AccountContext, path: str) -> str:
    """The address of ``path`` (``/v2/create`` ...)."""
    base = account.api_url or account.urls.get("ZALOPAY_API_URL") or _API_URLS[account.environment]
    return f"{base.rstrip('/')}{path}"
