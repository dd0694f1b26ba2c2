"""Making an order at ZaloPay. A second create under one app_trans_id is answered -68, never by another order."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from payments_site.kernel.http import HttpClient
from transactions.providers.base import AccountContext, AnswerUnreadable, PaymentOrder, PaymentSession, ProviderRefused
from transactions.providers.jsontext import milliseconds
from transactions.providers.zalopay import client, codes, options, signing
from transactions.providers.zalopay.codes import Kind

SMALLEST, LARGEST = 1_000, 999_999_999
_SHORTEST_LIFE, _LONGEST_LIFE, _SECOND = 300, 2_592_000, timedelta(seconds=1)
_LONGEST_DESCRIPTION = 255  # 256 at ZaloPay, 255 in our record of it
_LONGEST_EMBED_DATA = 1024  # pages say 1024 or 2048
_LONGEST_USER = 50


def create(account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
    """The order at ZaloPay. Raises as ``Provider.create_payment``; -68 (asked for before) leaves the fate open."""
    request = request_of(account, order)
    answer = client.call(account, "/v2/create", request, signing.CREATE, codes.CREATE, http)
    if answer.kind is not Kind.DONE:
        client.raise_for(answer)
    address = answer.fields["order_url"]
    if not address.startswith(("https://", "http://")):
        raise AnswerUnreadable("the answer has no order_url")
    return PaymentSession(
        payment_url=address,
        qr_code=answer.fields["qr_code"] or None,
        provider_created_at=str(request["app_time"]),
        order_info=request["description"],
        merchant_code=account.credentials["app_id"],
    )


def request_of(account: AccountContext, order: PaymentOrder) -> dict[str, Any]:
    """What is sent, but for app_id and mac. ZaloPay wants the order's time to be now, so a repeat differs in it."""
    _must_fit(account, order)
    choice = options.choice(account, order.payment_method or "")
    if choice is None:
        raise ProviderRefused("ZaloPay has no such payment method")
    embedded = {"redirecturl": order.return_url, "preferred_payment_method": list(choice.preferred)}
    embed_data = json.dumps(embedded, ensure_ascii=False, separators=(",", ":"))
    if len(embed_data) > _LONGEST_EMBED_DATA:
        raise ProviderRefused("the return address is too long for ZaloPay")
    now = order.now or order.created_at
    return {
        # Nothing personal: ZaloPay asks for some name of the payer and shows it to nobody but us.
        "app_user": (order.order_id or order.reference)[:_LONGEST_USER],
        "app_trans_id": order.reference,
        "app_time": milliseconds(now),
        "expire_duration_seconds": min(max((order.expires_at - now) // _SECOND, _SHORTEST_LIFE), _LONGEST_LIFE),
        "amount": order.amount,
        "item": "[]",
        "embed_data": embed_data,
        "description": _description(order),
        "bank_code": choice.bank_code,
        "callback_url": order.notify_url,
    }


def _must_fit(account: AccountContext, order: PaymentOrder) -> None:
    smallest = options.number(account, "min_amount") or SMALLEST
    largest = options.number(account, "max_amount") or LARGEST
    if not smallest <= order.amount <= largest:
        raise ProviderRefused("the amount is outside ZaloPay's limits")


def _description(order: PaymentOrder) -> str:
    """The description in its own letters, on one line."""
    one_line = "".join(character if character.isprintable() else " " for character in order.description)
    return one_line.strip()[:_LONGEST_DESCRIPTION].strip() or f"Thanh toán {order.order_id or order.reference}"
