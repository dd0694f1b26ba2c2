"""VNPay's signature for tests, written from the vendor's page and not from our adapter: a test never signs with what it tests."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote_plus


def sign(fields: dict[str, str], secret: str) -> str:
    """The query string of an IPN, signed."""
    pairs = [f"{name}={quote_plus(fields[name])}" for name in sorted(fields) if fields[name] != ""]
    digest = hmac.new(secret.encode(), "&".join(pairs).encode(), hashlib.sha512).hexdigest()
    return "&".join(pairs) + f"&vnp_SecureHash={digest}"


def ipn_fields(*, tmn_code: str, reference: str, amount: int, number: str = "14226112", **changes: str) -> dict[str, str]:
    """The fields of a paid IPN; ``amount`` in đồng."""
    fields = {
        "vnp_Amount": str(amount * 100),
        "vnp_BankCode": "NCB",
        "vnp_BankTranNo": f"VNP{number}",
        "vnp_CardType": "ATM",
        "vnp_OrderInfo": "Thanh toan don hang",
        "vnp_PayDate": "20261121150000",
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": tmn_code,
        "vnp_TransactionNo": number,
        "vnp_TransactionStatus": "00",
        "vnp_TxnRef": reference,
    }
    return {**fields, **changes}
