"""The strict reading of a create request: https://payos.vn/docs/api/ (read 2026-11-21)."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.payos.codes import BAD_REQUEST, BAD_SIGNATURE, SERVER_ERROR, Refusal
from sandbox.payos.signing import request_message, verify

MOST_ORDER_CODE = 2**53 - 1
MOST_AMOUNT = 9_999_999_999_999  # what the QR's tag 54 holds
_MOST_EXPIRY = 2**31 - 1
_MOST_MEMO, _MOST_MEMO_NOT_LINKED = 25, 9
_TAXES = (-2, -1, 0, 5, 10)
_BUYER = ("buyerName", "buyerCompanyName", "buyerTaxCode", "buyerEmail", "buyerPhone", "buyerAddress")


def check_create(body: dict[str, Any], *, checksum_key: str, linked: bool, now: int) -> None:
    """Returns for a request payOS would make a link for; else raises its Refusal. `now` is Unix seconds."""
    _check_order_code(body.get("orderCode"))
    _check_whole(body, "amount", 1, MOST_AMOUNT)
    _check_description(body.get("description"), _MOST_MEMO if linked else _MOST_MEMO_NOT_LINKED)
    for name in ("cancelUrl", "returnUrl"):
        _check_url(name, body.get(name))
    if body.get("expiredAt") is not None:
        _check_whole(body, "expiredAt", now + 1, _MOST_EXPIRY)
    for name in _BUYER:
        _check_text(body, name)
    _check_items(body.get("items"))
    _check_invoice(body.get("invoice"))
    if not verify(checksum_key, request_message(body), body.get("signature")):
        raise Refusal(BAD_SIGNATURE)


def check_url(value: object) -> bool:
    """Whether this is an http or https address with a host."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _check_order_code(value: object) -> None:
    if isinstance(value, float):
        raise Refusal(SERVER_ERROR)  # payOS breaks on a decimal point instead of refusing it
    if type(value) is not int or not 1 <= value <= MOST_ORDER_CODE:
        raise _bad("orderCode")


def _check_description(value: object, most: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise _bad(f"description: 1-{most}")


def _check_url(name: str, value: object) -> None:
    if not check_url(value):
        raise _bad(name)


def _check_whole(body: dict[str, Any], name: str, least: int, most: int) -> None:
    value = body.get(name)
    if type(value) is not int or not least <= value <= most:
        raise _bad(name)


def _check_text(body: dict[str, Any], name: str) -> None:
    if not isinstance(body.get(name), str | None):
        raise _bad(name)


def _check_items(items: object) -> None:
    if items is None:
        return
    if not isinstance(items, list):
        raise _bad("items")
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise _bad("items.name")
        _check_whole(item, "quantity", 1, MOST_AMOUNT)
        _check_whole(item, "price", 0, MOST_AMOUNT)
        _check_text(item, "unit")
        _check_tax(item)


def _check_invoice(invoice: object) -> None:
    if invoice is None:
        return
    if not isinstance(invoice, dict) or not isinstance(invoice.get("buyerNotGetInvoice"), bool | None):
        raise _bad("invoice")
    _check_tax(invoice)


def _check_tax(body: dict[str, Any]) -> None:
    value = body.get("taxPercentage")
    if value is not None and (type(value) is not int or value not in _TAXES):
        raise _bad("taxPercentage")


def _bad(name: str) -> Refusal:
    return Refusal(BAD_REQUEST, f"Thông tin truyền lên không đúng ({name})")
