"""The strict reading of DPS's requests: what the gateway accepts, and its error for what it does not.

The shapes are those of public merchant code. Format and bounds of id and amount are the profile's own.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.state import JsonObject

MIN_VND = 1_000
MAX_VND = 500_000_000
ENVIRONMENTS = ("WebApp", "MobileApp")
CARD_SCHEMES = ("AtmCard", "CreditCard", "QRECOM")
CHANNELS = ("6014", "7399", "4121", "4211")
REFUNDS = ("REFUND_DOMESTIC", "REFUND")
PAYS = ("PAY", "PURCHASE")
_ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_WHOLE = re.compile(r"[1-9][0-9]{0,11}")
_SAME = ("merchantId", "cardScheme", "clientIP", "deviceId", "environment", "dataKey", "napasKey", "orderId")


class RestError(Exception):
    """A request that the gateway refuses: `error.cause` and `error.explanation`, with this HTTP status."""

    def __init__(self, explanation: str, *, cause: str = "INVALID_REQUEST", status: int = 400) -> None:
        super().__init__(explanation)
        self.status = status
        self.body: JsonObject = {
            "error": {"cause": cause, "explanation": explanation, "supportCode": None},
            "result": "ERROR",
        }


@dataclass(frozen=True)
class DataKeyRequest:
    """An order for which the merchant's page wants to show the form."""

    order_id: str
    amount: int
    client_ip: str
    device_id: str
    environment: str
    card_scheme: str


def read_data_key(body: JsonObject) -> DataKeyRequest:
    """The order of a data key call; RestError names the field that is wrong."""
    _word(body, "apiOperation", ("DATA_KEY",))
    order, inputs = _object(body, "order"), _object(body, "inputParameters")
    if inputs.get("enable3DSecure") not in (True, False, "true", "false"):
        raise RestError("enable3DSecure: true or false")
    return DataKeyRequest(
        order_id=order_id(order.get("id")),
        amount=_amount(order),
        client_ip=_address(inputs.get("clientIP")),
        device_id=_text(inputs, "deviceId", 64),
        environment=_word(inputs, "environment", ENVIRONMENTS),
        card_scheme=_word(inputs, "cardScheme", CARD_SCHEMES),
    )


def read_refund(body: JsonObject) -> int:
    """The amount of a refund call, in đồng."""
    _word(body, "apiOperation", REFUNDS)
    _word(body, "channel", CHANNELS)
    return _vnd(_object(body, "transaction"))


def check_form(fields: Mapping[str, str], issued: Mapping[str, str], amount: int) -> str:
    """The merchant's return address in the posted attributes of the hosted form, if they fit the data key; else RestError."""
    for name in _SAME:
        if fields.get(name) != issued[name]:
            raise RestError(f"{name}: not that of the data key")
    _word(fields, "apiOperation", PAYS)
    _word(fields, "sourceOfFundsType", ("CARD",))
    _word(fields, "channel", CHANNELS)
    _word(fields, "orderCurrency", ("VND",))
    _word(fields, "enable3DSecure", ("true", "false"))
    _text(fields, "orderReference", 200)
    if fields.get("orderAmount") != str(amount):
        raise RestError("orderAmount: not that of the data key")
    return return_address(fields.get("returnUrl", ""))


def return_address(url: str) -> str:
    """The address if a browser can be sent there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > 500:
        raise RestError("returnUrl: the action of form#merchant-form must be a whole http(s) address")
    return url


def order_id(value: object) -> str:
    """A merchant's order id or transaction id."""
    if not isinstance(value, str) or not _ORDER_ID.fullmatch(value):
        raise RestError("order.id: 1 to 40 letters, digits, _ or -")
    return value


def _amount(order: JsonObject) -> int:
    amount = _vnd(order)
    if not MIN_VND <= amount <= MAX_VND:
        raise RestError(f"order.amount: {MIN_VND} to {MAX_VND}")
    return amount


def _vnd(holder: JsonObject) -> int:
    """A whole number of đồng, as JSON number or as digits (both are seen)."""
    _word(holder, "currency", ("VND",))
    value = holder.get("amount")
    text = str(value) if type(value) in (int, str) else ""
    if not _WHOLE.fullmatch(text):
        raise RestError("amount: a whole number of VND")
    return int(text)


def _address(value: object) -> str:
    try:
        return str(ipaddress.ip_address(value if isinstance(value, str) else ""))
    except ValueError:
        raise RestError("clientIP: not an IP address") from None


def _object(body: JsonObject, name: str) -> JsonObject:
    value = body.get(name)
    if not isinstance(value, dict):
        raise RestError(f"{name}: missing")
    return value


def _text(body: Mapping[str, Any], name: str, most: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value or len(value) > most:
        raise RestError(f"{name}: text of 1 to {most} characters")
    return value


def _word(body: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value = body.get(name)
    if value not in allowed or not isinstance(value, str):
        raise RestError(f"{name}: one of {', '.join(allowed)}")
    return value
