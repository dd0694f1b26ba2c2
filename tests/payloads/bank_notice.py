"""Bank notices of profile 1 for tests, signed as the profile says and not by our adapter."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

HEADER = "X-Bank-Signature"


def notice(
    *, bin: str, account_number: str, amount: int, memo: str, number: str = "FT26325000001", **changes: Any
) -> dict[str, Any]:
    """One transfer into the account."""
    fields = {
        "transfer_id": number, "account_number": account_number, "bin": bin, "amount": amount, "currency": "VND", "memo": memo,
        "transferred_at": "2026-11-21T08:05:09+07:00",
        "payer": {
            "bank_bin": "970422", "bank_name": "MB Bank", "account_number": "9988776655", "account_name": "NGUYEN THI ANH",
        },
    }  # fmt: skip
    return {**fields, **changes}


def body_of(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def sign(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
