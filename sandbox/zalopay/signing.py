"""ZaloPay v2 macs, after https://docs.zalopay.vn specs and beta-docs.zalopay.vn secure data transmission (read 2026-11-21).

HMAC-SHA256, lower-case hex, over values joined by `|`: nothing is escaped, an empty or absent value keeps its slot. key1 signs
what merchants send, key2 what ZaloPay sends. Written for ZaloPay's side only and pure.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))

CREATE = ("app_id", "app_trans_id", "app_user", "amount", "app_time", "embed_data", "item")
# The key stands in the text as well: see key1_message.
QUERY = ("app_id", "app_trans_id")
REFUND = ("app_id", "zp_trans_id", "amount", "description", "timestamp")
REFUND_WITH_FEE = ("app_id", "zp_trans_id", "amount", "refund_fee_amount", "description", "timestamp")
QUERY_REFUND = ("app_id", "m_refund_id", "timestamp")
REDIRECT = ("appid", "apptransid", "pmcid", "bankcode", "amount", "discountamount", "status")
# Tokenised payment: its strings are here for completeness, its calls are not played.
AGREEMENT_BIND = ("app_id", "app_trans_id", "binding_data", "binding_type", "identifier", "max_amount", "req_date")
AGREEMENT_PAY = ("app_id", "identifier", "zp_trans_token", "pay_token", "req_date")

_SHA256_HEX = re.compile(r"[0-9a-f]{64}")


def bar_message(order: tuple[str, ...], fields: Mapping[str, object]) -> str:
    """The signed string: the values in this order, joined by bars."""
    return "|".join("" if fields.get(name) is None else str(fields[name]) for name in order)


def key1_message(fields: Mapping[str, object], key1: str) -> str:
    """The signed string of query and cancel: key1 is its last part, and the key too."""
    return f"{bar_message(QUERY, fields)}|{key1}"


def refund_order(fields: Mapping[str, object]) -> tuple[str, ...]:
    """A refund with a fee signs the fee between amount and description. m_refund_id is never signed."""
    return REFUND if fields.get("refund_fee_amount") is None else REFUND_WITH_FEE


def sign(key: str, message: str) -> str:
    """HMAC-SHA256 of the message in UTF-8, lower-case hex."""
    return hmac.new(_utf8(key), _utf8(message), hashlib.sha256).hexdigest()


def verify(key: str, message: str, mac: str) -> bool:
    """Whether the mac is this message's, in lower-case hex. Constant time."""
    return bool(_SHA256_HEX.fullmatch(mac)) and hmac.compare_digest(sign(key, message), mac)


def vietnam_day(instant: datetime) -> str:
    """The day of an aware instant as ids begin with it: yymmdd in GMT+7."""
    return instant.astimezone(VIETNAM).strftime("%y%m%d")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
