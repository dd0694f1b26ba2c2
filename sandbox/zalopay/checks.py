"""What ZaloPay accepts in a request, strictly by its tables; what it refuses with is a sub_return_code."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.state import JsonObject
from sandbox.zalopay.signing import vietnam_day

LEAST_EXPIRY, MOST_EXPIRY, USUAL_EXPIRY = 300, 2_592_000, 900
_MOST_SKEW_MS = 15 * 60 * 1_000
# The newer text allows 2048, the older one 1024: the stricter of the two.
_MOST_EMBED_DATA, _MOST_ITEM = 1_024, 2_048
_METHODS = frozenset({"domestic_card", "account", "zalopay_wallet", "vietqr", "international_card", "bnpl", "applepay"})
_WHOLE = re.compile(r"[0-9]{1,18}")

Check = Callable[[Any], bool]


class Refused(Exception):
    """ZaloPay refuses with this sub_return_code; `about` is added to its words."""

    def __init__(self, code: str, about: str = "", *, return_code: int = 2) -> None:
        super().__init__(code)
        self.code = code
        self.about = about
        self.return_code = return_code


def read(text: str, content_type: str) -> JsonObject:
    """The fields of a JSON or a form body; whole numbers of a form become numbers. Refused -401 for anything else."""
    if content_type == "application/x-www-form-urlencoded":
        form = dict(parse_qsl(text, keep_blank_values=True))
        return {name: _number(name, value) for name, value in form.items()}
    try:
        body = json.loads(text)
    except ValueError:
        raise Refused("-401", "body") from None
    if not isinstance(body, dict):
        raise Refused("-401", "body")
    return body


_NUMBERS = frozenset(
    {"app_id", "app_time", "amount", "expire_duration_seconds", "refund_fee_amount", "timestamp"},
)


def _number(name: str, value: str) -> int | str:
    return int(value) if name in _NUMBERS and _WHOLE.fullmatch(value) else value


def whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


def text(most: int, *, least: int = 0) -> Check:
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def _address(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,2000}", value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme) and bool(parts.netloc)


def _json_text(kind: type, most: int) -> Check:
    def fits(value: Any) -> bool:
        return isinstance(value, str) and len(value) <= most and isinstance(parsed(value), kind)

    return fits


def parsed(value: Any) -> Any:
    """What a JSON text holds; None for what is none."""
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return None


CREATE: dict[str, Check] = {
    "app_id": whole,
    "app_user": text(50, least=1),
    "app_trans_id": text(40, least=8),
    "app_time": whole,
    "amount": lambda value: whole(value) and value > 0,
    "description": text(256),
    "item": _json_text(list, _MOST_ITEM),
    "embed_data": _json_text(dict, _MOST_EMBED_DATA),
    "mac": text(200),
}
CREATE_OPTIONAL: dict[str, Check] = {
    "expire_duration_seconds": lambda value: whole(value) and LEAST_EXPIRY <= value <= MOST_EXPIRY,
    "callback_url": _address,
    "bank_code": text(20),
    "title": text(256),
    "device_info": _json_text(dict, 256),
    "sub_app_id": text(50),
    "currency": lambda value: value == "VND",
    "phone": text(50),
    "email": text(100),
    "address": text(1_024),
}
QUERY: dict[str, Check] = {"app_id": whole, "app_trans_id": text(40, least=1), "mac": text(200)}
REFUND: dict[str, Check] = {
    "app_id": whole,
    "m_refund_id": text(45, least=1),
    "zp_trans_id": lambda value: whole(value) or (isinstance(value, str) and bool(re.fullmatch(r"[0-9]{1,15}", value))),
    "amount": whole,
    "timestamp": whole,
    "description": text(100, least=1),
    "mac": text(200),
}
REFUND_OPTIONAL: dict[str, Check] = {"refund_fee_amount": whole}
QUERY_REFUND: dict[str, Check] = {"app_id": whole, "m_refund_id": text(45, least=1), "timestamp": whole, "mac": text(200)}


def check(body: JsonObject, required: Mapping[str, Check], optional: Mapping[str, Check], code: str) -> None:
    """Returns only if every field is there and in its form; else Refused with the code, naming the first that is not."""
    for name, fits in required.items():
        if body.get(name) is None or not fits(body[name]):
            raise Refused(code, name)
    for name, fits in optional.items():
        if body.get(name) is not None and not fits(body[name]):
            raise Refused(code, name)


def check_order(body: JsonObject, now: datetime) -> None:
    """The rules of create beyond single fields: the day in the id, the time of the call, what embed_data holds."""
    if not re.match(rf"{vietnam_day(now)}_", body["app_trans_id"]):
        raise Refused("-401", "app_trans_id: must begin with today's yymmdd_ in GMT+7")
    if abs(body["app_time"] - _milliseconds(now)) > _MOST_SKEW_MS:
        raise Refused("-401", "app_time: more than 15 minutes away")
    embedded = parsed(body["embed_data"])
    preferred = embedded.get("preferred_payment_method", [])
    if not isinstance(preferred, list) or not set(map(str, preferred)) <= _METHODS:
        raise Refused("-401", "embed_data.preferred_payment_method")
    if "redirecturl" in embedded and not _address(embedded["redirecturl"]):
        raise Refused("-401", "embed_data.redirecturl")
    for name in ("columninfo", "promotioninfo"):
        if name in embedded and not isinstance(parsed(embedded[name]), dict):
            raise Refused("-401", f"embed_data.{name}")


def check_refund_id(m_refund_id: str, app_id: int, now: datetime) -> None:
    """yymmdd_appid_xxx, of today in GMT+7."""
    found = re.fullmatch(r"([0-9]{6})_([0-9]+)_(.+)", m_refund_id)
    if found is None:
        raise Refused("-24")
    if found[1] != vietnam_day(now):
        raise Refused("-25")
    if found[2] != str(app_id):
        raise Refused("-26")


def check_fresh(timestamp: int, now: datetime) -> None:
    """A call may be 15 minutes old."""
    if abs(timestamp - _milliseconds(now)) > _MOST_SKEW_MS:
        raise Refused("-13", "timestamp")


def _milliseconds(now: datetime) -> int:
    return int(now.timestamp()) * 1_000
