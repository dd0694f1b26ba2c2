"""Where payOS lives. The account's own address comes first, then the installation's; payOS itself has one, and no sandbox."""

from __future__ import annotations

from transactions.providers.base import AccountContext

_API_URL = "https://api-merchant.payos.vn"
_PAGE_URL = "https://pay.payos.vn"


def api_url(account: AccountContext) -> str:
    """The host of the API, without a slash at its end."""
    return _own(account) or _API_URL


def page_url(account: AccountContext, link_id: str) -> str:
    """The payer's page of a link, for the one answer that does not tell it (README, code 231)."""
    return f"{_own(account) or _PAGE_URL}/web/{link_id}"


def _own(account: AccountContext) -> str:
    return (account.api_url or account.urls.get("PAYOS_API_URL", "")).rstrip("/")
