"""https://developers.momo.vn/v3/docs/payment/api/wallet/onetime, read 2026-11-21: MoMo's signatures of AIO v2.

HMAC-SHA256 with the secret key over ``name=value`` pairs of a fixed list a call, raw UTF-8, never url-encoded; an empty value
keeps its place, and accessKey is in every string though it does not travel. Pure functions.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

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
CREATE_ANSWER = ("accessKey", "amount", "orderId", "partnerCode", "payUrl", "requestId", "responseTime", "resultCode")
NOTICE = (
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
# No SDK knows this one; MoMo's page as others copied it (see README).
REFUND_QUERY = QUERY
CONFIRM = ("accessKey", "amount", "description", "orderId", "partnerCode", "requestId", "requestType")


def raw_string(names: Sequence[str], fields: Mapping[str, object], access_key: str) -> str:
    """The string that is signed; an absent field is an empty one."""
    filled = {**fields, "accessKey": access_key}
    return "&".join(f"{name}={filled.get(name, '')}" for name in names)


def sign(text: str, secret: str) -> str:
    """64 lower-case hex digits."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def signature_of(names: Sequence[str], fields: Mapping[str, object], credentials: Mapping[str, str]) -> str:
    """The signature of ``fields`` by an account's keys."""
    return sign(raw_string(names, fields, credentials["access_key"]), credentials["secret_key"])


def is_signature(given: str, text: str, secret: str) -> bool:
    """Whether ``given`` signs ``text``; hex case does not count, the comparison takes constant time, no secret means no."""
    return bool(secret) and hmac.compare_digest(given.lower().encode(), sign(text, secret).encode())


def is_signed(names: Sequence[str], fields: Mapping[str, str], given: str, credentials: Mapping[str, str]) -> bool:
    """Whether ``given`` signs ``fields``, and the signed string can be read in no other way.

    Values are not escaped, so a text with ``&orderId=`` in it could be cut into other fields than were signed.
    """
    text = raw_string(names, fields, credentials.get("access_key", ""))
    read_in_one_way = all(f"&{text}".count(f"&{name}=") == 1 for name in names)
    return read_in_one_way and is_signature(given, text, credentials.get("secret_key", ""))


def without_names(text: str) -> str:
    """``text`` that hides no signed field: an ampersand before ``name=`` becomes a space."""
    return re.sub(rf"&(?=(?:{'|'.join(sorted({*CREATE, *NOTICE}))})=)", " ", text)
