"""Where VNPay lives. The account's own address comes first, then the installation's, then the environment's default."""

from __future__ import annotations

from transactions.providers.base import AccountContext

_PAYMENT_URLS = {
    "sandbox": "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html",
    "production": "https://pay.vnpay.vn/vpcpay.html",
}
# Integrators disagree about the production host; the go-live letter decides (see README).
_API_URLS = {
    "sandbox": "https://sandbox.vnpayment.vn/merchant_webapi/api/transaction",
    "production": "https://merchant.vnpay.vn/merchant_webapi/api/transaction",
}


def payment_url(account: AccountContext) -> str:
    """The payment page, without a query."""
    return account.urls.get("VNPAY_PAYMENT_URL") or _PAYMENT_URLS[account.environment]


def api_url(account: AccountContext) -> str:
    """The address of querydr and refund."""
    return account.api_url or account.urls.get("VNPAY_API_URL") or _API_URLS[account.environment]
