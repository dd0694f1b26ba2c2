"""ZaloPay's mac for tests, written from the vendor's page and not from our adapter: a test never signs with what it tests."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

_RETURN = ("appid", "apptransid", "pmcid", "bankcode", "amount", "discountamount", "status")


def hmac_of(text: str, key: str) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def callback(data: dict[str, Any] | str, key2: str, **changes: Any) -> bytes:
    """The body of a callback about ``data``."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return json.dumps({"data": text, "mac": hmac_of(text, key2), "type": 1, **changes}, ensure_ascii=False).encode()


def callback_data(*, app_id: int, reference: str, amount: int, number: int = 261121000000123, **changes: Any) -> dict[str, Any]:
    """What a callback says of a paid order."""
    data = {
        "app_id": app_id,
        "app_trans_id": reference,
        "app_time": 1795243496789,
        "app_user": "Nguyễn Thị Ánh",
        "amount": amount,
        "embed_data": "{}",
        "item": "[]",
        "zp_trans_id": number,
        "server_time": 1795243555000,
        "channel": 38,
        "merchant_user_id": "zUser",
        "user_fee_amount": 0,
        "discount_amount": 0,
    }
    return {**data, **changes}


def return_query(fields: dict[str, str], key2: str) -> str:
    """The query with which the payer's browser comes back."""
    text = "|".join(fields.get(name, "") for name in _RETURN)
    return urlencode({**fields, "checksum": hmac_of(text, key2)})
