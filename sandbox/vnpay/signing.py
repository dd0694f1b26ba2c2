"""VNPay 2.1.0 signatures, after https://sandbox.vnpayment.vn/apis/docs/thanh-toan-pay/pay.html (read 2026-11-21).

Written for VNPay's side only and pure: no clock, no I/O. Query and refund strings follow
https://sandbox.vnpayment.vn/apis/docs/truy-van-hoan-tien/querydr&refund.html.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from urllib.parse import quote_plus

VIETNAM = timezone(timedelta(hours=7))

QUERY_REQUEST = [
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_TransactionDate",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
]
REFUND_REQUEST = [
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TransactionType",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_TransactionNo",
    "vnp_TransactionDate",
    "vnp_CreateBy",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
]
REFUND_RESPONSE = [
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
]
QUERY_RESPONSE = [*REFUND_RESPONSE, "vnp_PromotionCode", "vnp_PromotionAmount"]

_UNSIGNED = {"vnp_SecureHash", "vnp_SecureHashType"}
_SHA512_HEX = re.compile(r"[0-9A-Fa-f]{128}")


def url_encode(value: str) -> str:
    """Form encoding as browsers do it: space is `+`, `*` stays, `~` is escaped.

    VNPay's demos disagree on ' ! ( ) * ~ and its page forbids special characters; this is what its Java demo and
    the WHATWG standard give.
    """
    return quote_plus(value, safe="*", errors="replace").replace("~", "%7E")


def url_message(fields: Mapping[str, str]) -> str:
    """The signed string of a payment URL, an IPN or a return: the vnp_ fields with a value, sorted by byte value."""
    signed = sorted(n for n, v in fields.items() if n.startswith("vnp_") and v and n not in _UNSIGNED)
    return "&".join(f"{name}={url_encode(fields[name])}" for name in signed)


def bar_message(order: list[str], body: Mapping[str, object]) -> str:
    """The signed string of a query or refund, request or response: raw values in a fixed order, absent ones empty."""
    return "|".join(str(body.get(name, "")) for name in order)


def sign(secret: str, message: str) -> str:
    """HMAC-SHA512 of the message in UTF-8, lower-case hex."""
    return hmac.new(_utf8(secret), _utf8(message), hashlib.sha512).hexdigest()


def verify(secret: str, message: str, signature: str) -> bool:
    """Whether the signature is this message's; the case of its hex digits does not matter. Constant time."""
    if not _SHA512_HEX.fullmatch(signature):
        return False
    return hmac.compare_digest(sign(secret, message), signature.lower())


def signed_query(secret: str, fields: Mapping[str, str]) -> str:
    """The query string of the fields, with vnp_SecureHash at its end."""
    message = url_message(fields)
    return f"{message}&vnp_SecureHash={sign(secret, message)}"


def vietnam_time(instant: datetime) -> str:
    """An aware instant as VNPay writes it: yyyyMMddHHmmss in GMT+7."""
    return instant.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")


def read_vietnam_time(text: str) -> datetime:
    """The aware instant behind yyyyMMddHHmmss; ValueError when there is no such time."""
    if not re.fullmatch(r"[0-9]{14}", text):
        raise ValueError("not yyyyMMddHHmmss")
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
