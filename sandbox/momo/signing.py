"""MoMo AIO v2 signatures, after https://developers.momo.vn/v3/docs/payment/api/wallet/onetime (read 2026-11-21).

HMAC-SHA256 with the secretKey over `key=value` pairs in a fixed a-z order, raw UTF-8, nothing escaped, empty values kept; written
for MoMo's side only and pure. accessKey is in every string though v2 bodies need not carry it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import urlencode

CREATE = (
    "accessKey",
    "amount",
    "extraData",
    "ipnUrl",
    "orderId",
    "orderInfo",
    "partnerCode",
    "redirectUrl",
    "requestId",
    "requestType",
)
CREATE_RESPONSE = ("accessKey", "amount", "orderId", "partnerCode", "payUrl", "requestId", "responseTime", "resultCode")
RESULT = (
    "accessKey",
    "amount",
    "extraData",
    "message",
    "orderId",
    "orderInfo",
    "orderType",
    "partnerCode",
    "payType",
    "requestId",
    "responseTime",
    "resultCode",
    "transId",
)
QUERY = ("accessKey", "orderId", "partnerCode", "requestId")
REFUND = ("accessKey", "amount", "description", "orderId", "partnerCode", "requestId", "transId")
REFUND_QUERY = QUERY
CONFIRM = ("accessKey", "amount", "description", "orderId", "partnerCode", "requestId", "requestType")

_SHA256_HEX = re.compile(r"[0-9a-f]{64}")


def raw_string(keys: tuple[str, ...], fields: Mapping[str, object], access_key: str) -> str:
    """The signed string: the account's own accessKey whatever the fields say, an absent value is empty."""
    values = {**fields, "accessKey": access_key}
    return "&".join(f"{key}={_text(values.get(key))}" for key in keys)


def sign(secret: str, message: str) -> str:
    """HMAC-SHA256 of the message in UTF-8, lower-case hex."""
    return hmac.new(_utf8(secret), _utf8(message), hashlib.sha256).hexdigest()


def verify(secret: str, message: str, signature: str) -> bool:
    """Whether the signature is this message's, in lower-case hex. Constant time."""
    return bool(_SHA256_HEX.fullmatch(signature)) and hmac.compare_digest(sign(secret, message), signature)


def redirect_query(fields: Mapping[str, object]) -> str:
    """The result as the browser takes it back: form-encoded, a space is +."""
    return urlencode({name: _text(value) for name, value in fields.items()})


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
