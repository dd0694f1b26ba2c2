"""AcmePay's signature (README, "Protocol"). Pure.

HMAC-SHA256 with the shop's secret over the bytes of the payload as it travels, lower-case hex. The same both ways.
"""

from __future__ import annotations

import hashlib
import hmac
import re

_HEX = re.compile(r"[0-9a-f]{64}")


def sign(payload: str, secret: str) -> str:
    """The signature of a payload."""
    return hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()


def is_signed(payload: str, signature: str, secret: str) -> bool:
    """Whether ``signature`` is the payload's; constant time."""
    return bool(secret) and bool(_HEX.fullmatch(signature)) and hmac.compare_digest(sign(payload, secret), signature)
