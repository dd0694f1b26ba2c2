"""https://docs.zalopay.vn/v2/general/overview.html#secure-data-transmission, read 2026-11-21: ZaloPay's macs of version 2.

HMAC-SHA256 over values joined with bars, nothing escaped, empty values keep their place. key1 signs what we send, key2 what
ZaloPay and the payer's browser bring. Pure functions.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

CREATE = ("app_id", "app_trans_id", "app_user", "amount", "app_time", "embed_data", "item")
QUERY = ("app_id", "app_trans_id", "key1")  # the key is both text and key
CANCEL = QUERY
REFUND = ("app_id", "zp_trans_id", "amount", "description", "timestamp")  # m_refund_id is not signed
REFUND_WITH_FEE = ("app_id", "zp_trans_id", "amount", "refund_fee_amount", "description", "timestamp")
QUERY_REFUND = ("app_id", "m_refund_id", "timestamp")
# The browser still brings the names of the first version.
RETURN = ("appid", "apptransid", "pmcid", "bankcode", "amount", "discountamount", "status")


def bar_string(names: Sequence[str], fields: Mapping[str, object]) -> str:
    """The raw values of ``names``, joined with bars; an absent one is an empty part."""
    return "|".join(str(fields.get(name, "")) for name in names)


def sign(text: str, key: str) -> str:
    """64 lower-case hex digits."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def mac_of(names: Sequence[str], fields: Mapping[str, object], key1: str) -> str:
    """The mac of a call's ``fields``."""
    return sign(bar_string(names, {**fields, "key1": key1}), key1)


def is_signature(given: str, text: str, key: str) -> bool:
    """Whether ``given`` signs ``text``; hex case does not count, the comparison takes constant time, no key means no."""
    return bool(key) and hmac.compare_digest(given.lower().encode(), sign(text, key).encode())


def return_is_signed(fields: Mapping[str, str], given: str, key2: str) -> bool:
    """Whether the browser's ``fields`` are ZaloPay's; a bar in a value could hide another field and is never ZaloPay's."""
    in_one_way = all("|" not in fields.get(name, "") for name in RETURN)
    return in_one_way and is_signature(given, bar_string(RETURN, fields), key2)
