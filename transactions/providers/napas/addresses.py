"""Where NAPAS lives. The account's own address comes first, then the installation's, then the environment's default."""

from __future__ import annotations

from urllib.parse import quote

from transactions.providers.base import AccountContext

_API_URLS = {
    "sandbox": "https://dps-staging.napas.com.vn/api",
    "production": "https://dps.napas.com.vn/api",
}
# The legacy gateway (see README: older merchants have other paths).
_VPC_PAYMENT_URLS = {
    "sandbox": "https://sandbox.napas.com.vn/gateway/vpcpay.do",
    "production": "https://payment.napas.com.vn/gateway/vpcpay.do",
}
_VPC_API_URLS = {
    "sandbox": "https://sandbox.napas.com.vn/gateway/vpcdps.api",
    "production": "https://payment.napas.com.vn/gateway/vpcdps",
}


def api_url(account: AccountContext) -> str:
    """The root of the DPS API; ends ``/api``."""
    return (account.api_url or account.urls.get("NAPAS_API_URL") or _API_URLS[account.environment]).rstrip("/")


def token_url(account: AccountContext) -> str:
    """Where an access token is asked for."""
    return f"{api_url(account)}/oauth/token"


def merchant_url(account: AccountContext, *parts: str) -> str:
    """An address under the merchant: ``.../rest/version/1/merchant/{id}/{parts}``."""
    path = "/".join(quote(part, safe="") for part in (account.credentials["merchant_id"], *parts))
    return f"{api_url(account)}/rest/version/1/merchant/{path}"


def form_script_url(account: AccountContext) -> str:
    """The script that draws the hosted form on our page."""
    return f"{api_url(account)}/restjs/resources/js/napas.hostedform.min.js"


def vpc_payment_url(account: AccountContext) -> str:
    """The legacy payment page, without a query."""
    return account.urls.get("NAPAS_VPC_PAYMENT_URL") or _VPC_PAYMENT_URLS[account.environment]


def vpc_api_url(account: AccountContext) -> str:
    """The legacy address of queryDR and refund."""
    return account.api_url or account.urls.get("NAPAS_VPC_API_URL") or _VPC_API_URLS[account.environment]
