"""The hosted form of DPS: NAPAS's script draws it on our page, with a data key that is fetched when the payer opens the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from payments_site.kernel.http import HttpClient
from transactions.providers.base import (
    AccountContext,
    AnswerUnreadable,
    FateUnknown,
    PayerForm,
    PaymentOrder,
    PaymentSession,
    ProviderRefused,
)
from transactions.providers.folding import plain
from transactions.providers.napas import addresses, client, reading
from transactions.providers.napas.options import options_of

# Our method -> (cardScheme, enable3DSecure). "card" is any card that NAPAS itself switches, which are the domestic ones.
SCHEMES: Mapping[str, tuple[str, str]] = {
    "card": ("AtmCard", "false"),
    "domestic_card": ("AtmCard", "false"),
    "international_card": ("CreditCard", "true"),
}
_LONGEST_REFERENCE_TEXT = 100
_LONGEST_KEY = 8_000


def session(account: AccountContext, order: PaymentOrder) -> PaymentSession:
    """Our own page of the attempt; nothing is asked of NAPAS yet. Raises ``ProviderRefused``."""
    check_order(account, order)
    if not order.page_url:
        raise ProviderRefused("there is no page of ours to show NAPAS's form on")
    return PaymentSession(
        payment_url=order.page_url, order_info=order_text(order), merchant_code=account.credentials["merchant_id"]
    )


def open_form(account: AccountContext, order: PaymentOrder, http: HttpClient) -> PayerForm:
    """The form with a fresh data key. Raises as ``Provider.create_payment``."""
    check_order(account, order)
    scheme, secure = SCHEMES[order.payment_method or "card"]
    inputs = {
        "clientIP": order.payer_ip,
        # NAPAS wants one and says nothing of it; the attempt is all that we tell of the payer's device.
        "deviceId": order.reference,
        "environment": "WebApp",
        "cardScheme": scheme,
        "enable3DSecure": secure,
    }
    data_key, napas_key = _data_key(account, order, inputs, http, order.now or order.created_at)
    return PayerForm(
        action=order.return_url,
        script_url=addresses.form_script_url(account),
        script_attributes={
            "merchantId": account.credentials["merchant_id"],
            **inputs,
            "apiOperation": "PAY",
            "orderAmount": str(order.amount),
            "orderCurrency": "VND",
            "orderReference": order_text(order),
            "orderId": order.reference,
            "channel": options_of(account).channel,
            "sourceOfFundsType": "CARD",
            "dataKey": data_key,
            "napasKey": napas_key,
        },
    )


def check_order(account: AccountContext, order: PaymentOrder) -> None:
    """Raises ``ProviderRefused`` for what NAPAS can not take."""
    if not options_of(account).takes(order.amount):
        raise ProviderRefused("the amount is outside the account's limits at NAPAS")
    if (order.payment_method or "card") not in SCHEMES:
        raise ProviderRefused("NAPAS has no such payment method")
    if not reading.REFERENCE.fullmatch(order.reference):
        raise ProviderRefused("NAPAS takes references of 1 to 40 letters, digits, - and _")


def order_text(order: PaymentOrder) -> str:
    """The description as NAPAS shows it: ASCII, short."""
    fallback = f"Thanh toan {order.order_id or order.reference}"
    return plain(order.description, limit=_LONGEST_REFERENCE_TEXT, fallback=fallback)


def _data_key(
    account: AccountContext, order: PaymentOrder, inputs: Mapping[str, str], http: HttpClient, now: datetime
) -> tuple[str, str]:
    body = {
        "apiOperation": "DATA_KEY",
        "order": {"id": order.reference, "amount": order.amount, "currency": "VND"},
        "inputParameters": inputs,
    }
    answer = client.call(account, "POST", addresses.merchant_url(account, "datakey"), body, http, now)
    if answer.is_refusal:
        raise ProviderRefused(answer.said, code=answer.cause)
    if answer.document.get("result") != "SUCCESS":
        raise FateUnknown(answer.said or "NAPAS gave no data key", code=answer.cause or None)
    named = reading.text(answer.document, "merchantId")
    if named and named != account.credentials["merchant_id"]:
        raise AnswerUnreadable("the data key is another merchant's")
    return _key(answer.document.get("dataKey")), _key(answer.document.get("napasKey"))


def _key(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_KEY or not value.isprintable():
        raise AnswerUnreadable("the answer has no data key")
    return value
