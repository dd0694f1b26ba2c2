"""payOS's signature for tests, written from the vendor's page and not from our adapter: a test never signs with what it tests."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

WORDS = {None: "", True: "true", False: "false"}


def hmac_of(text: str, key: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def sign(data: dict[str, Any], key: str) -> str:
    """The signature over a webhook's or an answer's data; lists of flat objects are all that may be nested."""
    parts = []
    for name in sorted(data):
        value = data[name]
        if isinstance(value, list):
            value = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        elif value is None or isinstance(value, bool):
            value = WORDS[value]
        parts.append(f"{name}={value}")
    return hmac_of("&".join(parts), key)


def answer(data: dict[str, Any], key: str) -> dict[str, Any]:
    """An answer or a webhook around ``data``."""
    return {"code": "00", "desc": "success", "success": True, "data": data, "signature": sign(data, key)}


def transfer(*, order_code: int, amount: int, number: str = "FT26325000001", **changes: Any) -> dict[str, Any]:
    """The data of a webhook: one transfer that came in."""
    data = {
        "orderCode": order_code, "amount": amount, "description": f"CS62H9BJD45 DH{order_code}", "accountNumber": "0011223344",
        "reference": number, "transactionDateTime": "2026-11-21 08:05:09", "currency": "VND",
        "paymentLinkId": "0123456789abcdef0123456789abcdef", "code": "00", "desc": "success",
        "counterAccountBankId": "970436", "counterAccountBankName": None, "counterAccountName": "NGUYEN THI ANH",
        "counterAccountNumber": "9988776655", "virtualAccountName": None, "virtualAccountNumber": None,
    }  # fmt: skip
    return {**data, **changes}
