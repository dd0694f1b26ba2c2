"""What MoMo accepts in a request body, strictly by its tables; what it refuses with is a resultCode and a list of fields."""

import base64
import json
import re
from binascii import Error as NotBase64
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from sandbox.state import JsonObject

REQUEST_TYPES = ("captureWallet", "payWithATM", "payWithCC", "payWithMethod", "payWithVTS")
_LEAST = {"payWithATM": 10_000}
_LEAST_OF_ALL, _MOST = 1_000, 50_000_000
_ORDER_ID = r"[0-9A-Za-z](?:[-_.0-9A-Za-z]*[0-9A-Za-z])?"
_MOST_ITEMS = 50

Check = Callable[[Any], bool]


class Refused(Exception):
    """MoMo refuses with this resultCode; `fields` become subErrors."""

    def __init__(self, code: str, fields: dict[str, str] | None = None, *, status: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields or {}
        self.status = status


def _text(most: int, *, least: int = 1, pattern: str = ".*") -> Check:
    matches = re.compile(pattern, re.DOTALL)
    return lambda value: isinstance(value, str) and least <= len(value) <= most and bool(matches.fullmatch(value))


def _whole(value: Any) -> bool:
    """A whole number: as a number by the documents, as text in MoMo's own samples."""
    return type(value) is int or (isinstance(value, str) and bool(re.fullmatch(r"[0-9]{1,12}", value)))


def _address(value: Any) -> bool:
    """An absolute address in printable ASCII without spaces; MoMo delivers to no other."""
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,2000}", value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme) and bool(parts.netloc)


def _extra_data(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > 1_000:
        return False
    try:
        return not value or isinstance(json.loads(base64.b64decode(value, validate=True)), dict)
    except (NotBase64, ValueError):
        return False


_COMMON: dict[str, Check] = {
    "partnerCode": _text(50),
    "requestId": _text(50),
    "orderId": _text(200, pattern=_ORDER_ID),
    "lang": lambda value: value in ("vi", "en"),
    "signature": _text(200),
}
CREATE: dict[str, Check] = _COMMON | {
    "amount": _whole,
    "orderInfo": _text(255),
    "redirectUrl": _address,
    "ipnUrl": _address,
    "requestType": lambda value: value in REQUEST_TYPES,
    "extraData": _extra_data,
}
CREATE_OPTIONAL: dict[str, Check] = {
    "subPartnerCode": _text(50, least=0),
    "storeId": _text(50, least=0),
    "partnerName": _text(255, least=0),
    "storeName": _text(255, least=0),
    "referenceId": _text(200, least=0),
    "orderGroupId": lambda value: value == "" or type(value) is int,
    "autoCapture": lambda value: isinstance(value, bool),
    "items": lambda value: isinstance(value, list) and len(value) <= _MOST_ITEMS,
    "userInfo": lambda value: isinstance(value, dict),
    "deliveryInfo": lambda value: isinstance(value, dict),
}
QUERY = _COMMON
REFUND: dict[str, Check] = _COMMON | {"amount": _whole, "transId": _whole, "description": _text(255, least=0)}
CONFIRM: dict[str, Check] = _COMMON | {
    "amount": _whole,
    "description": _text(255, least=0),
    "requestType": lambda value: value in ("capture", "cancel"),
}


def read(text: str) -> JsonObject:
    """The JSON object of a body, or Refused 20."""
    try:
        body = json.loads(text)
    except ValueError:
        raise Refused("20", {"body": "not JSON"}) from None
    if not isinstance(body, dict):
        raise Refused("20", {"body": "not an object"})
    return body


def check(body: JsonObject, required: dict[str, Check], optional: dict[str, Check] | None = None) -> None:
    """Returns only if every field is there and in its form; else Refused 20 naming all that are not."""
    wrong = {name: "missing" for name in required if body.get(name) is None}
    forms = {**required, **{name: fits for name, fits in (optional or {}).items() if body.get(name) is not None}}
    wrong |= {name: "wrong format" for name, fits in forms.items() if name not in wrong and not fits(body[name])}
    if wrong:
        raise Refused("20", wrong)


def check_card_payer(body: JsonObject) -> None:
    """International cards need the payer's e-mail address."""
    email = (body.get("userInfo") or {}).get("email")
    if body["requestType"] == "payWithCC" and not (isinstance(email, str) and "@" in email):
        raise Refused("20", {"userInfo.email": "missing"})


def check_amount(amount: int, request_type: str, card_most: int) -> None:
    """Refused 22 outside the limits of the method."""
    most = min(_MOST, card_most) if request_type == "payWithCC" else _MOST
    if not _LEAST.get(request_type, _LEAST_OF_ALL) <= amount <= most:
        raise Refused("22")
