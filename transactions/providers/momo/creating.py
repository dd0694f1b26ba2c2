"""Making an order at MoMo. orderId and requestId are our reference, so a repeat with the same order is the same order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from payments_site.kernel.http import HttpClient
from transactions.providers.base import AccountContext, AnswerUnreadable, PaymentOrder, PaymentSession, ProviderRefused
from transactions.providers.jsontext import plain
from transactions.providers.momo import client, options, signing
from transactions.providers.momo.codes import Kind

_LONGEST_TEXT = 255
_MINUTE = timedelta(minutes=1)


def create(account: AccountContext, order: PaymentOrder, http: HttpClient) -> PaymentSession:
    """The order at MoMo. Raises as ``Provider.create_payment``; 40 and 41 (asked for before) leave the fate open."""
    request = request_of(account, order)
    answer = client.call(account, "create", request, signing.CREATE, http)
    if client.kind_of(answer) is not Kind.DONE:
        client.raise_for(answer)
    client.must_name(answer, request, account, frozenset({Kind.DONE}))
    client.must_match_amount(answer, order.amount)
    _must_be_signed(account, answer)
    return PaymentSession(
        payment_url=_address(answer),
        qr_code=_text(answer, "qrCodeUrl") or None,
        order_info=request["orderInfo"],
        merchant_code=account.credentials["partner_code"],
    )


def request_of(account: AccountContext, order: PaymentOrder) -> dict[str, Any]:
    """What is sent, but for partnerCode and signature; it depends on the order alone, never on the moment of the call."""
    chosen = _request_type(account, order)
    request = {
        "requestId": order.reference,
        "amount": order.amount,
        "orderId": order.reference,
        "orderInfo": _order_info(order),
        "redirectUrl": order.return_url,
        "ipnUrl": order.notify_url,
        "requestType": chosen,
        "extraData": "",
        "autoCapture": options.auto_capture(account),
        "lang": "en" if order.locale == "en" else "vi",
    }
    if chosen == options.CARD:
        request["userInfo"] = {"email": _card_email(account, order)}
    if account.options.get("order_expire_time") is True:
        request["orderExpireTime"] = max((order.expires_at - order.created_at) // _MINUTE, 1)
    shown = {name: options.text(account, name) for name in ("storeId", "storeName", "partnerName")}
    return {**request, **{name: value for name, value in shown.items() if value}}


def _request_type(account: AccountContext, order: PaymentOrder) -> str:
    """MoMo asks for an e-mail address with an international card; without one the payer chooses the card there."""
    chosen = options.request_type(account, order.payment_method or "")
    if chosen is None:
        raise ProviderRefused("MoMo has no such payment method")
    if chosen == options.CARD and not _card_email(account, order):
        chosen = options.CHOICE
    smallest, largest = options.amounts(account, chosen)
    if not smallest <= order.amount <= largest:
        raise ProviderRefused("the amount is outside MoMo's limits")
    return chosen


def _card_email(account: AccountContext, order: PaymentOrder) -> str:
    return order.payer.get("email") or options.text(account, "card_email")


def _order_info(order: PaymentOrder) -> str:
    """The description in its own letters, on one line, hiding no field of the signed string."""
    one_line = "".join(character if character.isprintable() else " " for character in order.description)
    text = signing.without_names(one_line).strip()[:_LONGEST_TEXT].strip()
    return text or f"Thanh toán {order.order_id or order.reference}"


def _must_be_signed(account: AccountContext, answer: client.Document) -> None:
    """Newer pages sign the answer, older ones do not: a signature that is there must be right."""
    given = _text(answer, "signature")
    signed = {name: _text(answer, name) for name in signing.CREATE_ANSWER}
    text = signing.raw_string(signing.CREATE_ANSWER, signed, account.credentials["access_key"])
    if given and not signing.is_signature(given, text, account.credentials["secret_key"]):
        raise AnswerUnreadable("the answer's signature is not MoMo's")


def _address(answer: client.Document) -> str:
    address = _text(answer, "payUrl")
    if not address.startswith(("https://", "http://")):
        raise AnswerUnreadable("the answer has no payUrl")
    return address


def _text(answer: client.Document, name: str) -> str:
    try:
        return plain(answer.get(name))
    except ValueError as error:
        raise AnswerUnreadable(f"{name} is not text") from error
