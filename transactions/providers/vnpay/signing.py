"""https://sandbox.vnpayment.vn/apis/docs/thanh-toan-pay/pay.html, read 2026-11-21: VNPay's signatures of version 2.1.0.

HMAC-SHA512 with the terminal's secret, over a form-encoded string (payment URL, notice, return) or over values joined with
bars (query and refund). Pure functions; amounts here are VNPay's own, as they travel.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

NOT_SIGNED = frozenset({"vnp_SecureHash", "vnp_SecureHashType"})

QUERY_REQUEST = (
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_TransactionDate",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
)
REFUND_REQUEST = (
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
)
REFUND_ANSWER = (
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
)
QUERY_ANSWER = (*REFUND_ANSWER, "vnp_PromotionCode", "vnp_PromotionAmount")


def form_encode(value: str) -> str:
    """``value`` as VNPay's SDK and Java demo encode it: UTF-8, upper-case hex, space as ``+``, only ``*-._`` left alone."""
    return quote_plus(value, safe="*").replace("~", "%7E")


def form_string(fields: Mapping[str, str], *, with_empty: bool = False) -> str:
    """The string that is signed, which is also the query string: names sorted by byte value, values form-encoded.

    Fields without a value are left out unless ``with_empty``. Names must be plain (letters, digits, underscore).
    """
    kept = sorted((name, value) for name, value in fields.items() if name not in NOT_SIGNED and (value or with_empty))
    return "&".join(f"{name}={form_encode(value)}" for name, value in kept)


def bar_string(order: Sequence[str], fields: Mapping[str, str]) -> str:
    """The raw values in ``order``, joined with bars; an absent one is an empty part."""
    return "|".join(fields.get(name, "") for name in order)


def sign(text: str, secret: str) -> str:
    """128 lower-case hex digits."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def is_signature(given: str, text: str, secret: str) -> bool:
    """Whether ``given`` signs ``text``; hex case does not count, the comparison takes constant time, no secret means no."""
    return bool(secret) and hmac.compare_digest(given.lower().encode(), sign(text, secret).encode())


def form_is_signed(fields: Mapping[str, str], given: str, secret: str) -> bool:
    """Whether ``given`` signs ``fields``.

    VNPay's demos disagree about fields without a value (PHP and Python sign them, Java does not), so both forms are good; the
    meaning is the same, because everywhere in this folder an empty field counts as an absent one.
    """
    without = is_signature(given, form_string(fields), secret)
    return without or is_signature(given, form_string(fields, with_empty=True), secret)


def answer_is_signed(order: Sequence[str], fields: Mapping[str, str], secret: str) -> bool:
    """Whether the answer to a query or refund carries VNPay's signature over ``order``."""
    return is_signature(fields.get("vnp_SecureHash", ""), bar_string(order, fields), secret)
