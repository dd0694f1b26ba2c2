"""MoMo's signature for tests, written from the vendor's page and not from our adapter: a test never signs with what it tests."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

_NOTICE = (
    "accessKey amount extraData message orderId orderInfo orderType partnerCode payType requestId responseTime resultCode transId"
)
_ANSWER = "accessKey amount orderId partnerCode payUrl requestId responseTime resultCode"


def hmac_of(text: str, secret_key: str) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def sign(fields: dict[str, Any], *, access_key: str, secret_key: str, names: str = _NOTICE) -> dict[str, Any]:
    """``fields`` with their signature, as the notice, the return and (with other ``names``) the answers carry it."""
    filled = {"accessKey": access_key, **fields}
    text = "&".join(f"{name}={filled.get(name, '')}" for name in names.split())
    return {**fields, "signature": hmac_of(text, secret_key)}


def sign_answer(fields: dict[str, Any], *, access_key: str, secret_key: str) -> dict[str, Any]:
    """The answer to create, signed as newer pages say."""
    return sign(fields, access_key=access_key, secret_key=secret_key, names=_ANSWER)


def notice_fields(*, partner_code: str, reference: str, amount: int, number: int = 4088878653, **changes: Any) -> dict[str, Any]:
    """The fields of a paid notice."""
    fields = {
        "partnerCode": partner_code,
        "orderId": reference,
        "requestId": reference,
        "amount": amount,
        "orderInfo": "Thanh toán đơn hàng",
        "orderType": "momo_wallet",
        "transId": number,
        "resultCode": 0,
        "message": "Thành công.",
        "payType": "qr",
        "responseTime": 1795285863942,
        "extraData": "",
    }
    return {**fields, **changes}
