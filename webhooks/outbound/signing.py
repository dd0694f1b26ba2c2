"""Signatures of callbacks: https://www.standardwebhooks.com/ (spec/standard-webhooks.md, v1, HMAC-SHA256) and the design's own.

Standard Webhooks sign ``{webhook-id}.{webhook-timestamp}.{body}`` with the bytes behind ``whsec_`` and carry one ``v1,<base64>``
for every live secret. ``X-Callback-Signature`` is the hex HMAC of the raw body alone, by the newest secret. Pure.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

SECRET_PREFIX = "whsec_"  # noqa: S105


class UnusableSecretError(Exception):
    """There is no secret to sign with, or it is not base64."""


def sign(body: bytes, secrets: Sequence[str], event_id: str, timestamp: int, attempt: int, version: str) -> dict[str, str]:
    """The headers of one try. ``secrets`` newest first; ``timestamp`` in Unix seconds; ``attempt`` counts from 1.

    Raises ``UnusableSecretError``.
    """
    keys = [_key(secret) for secret in secrets]
    if not keys:
        raise UnusableSecretError
    message = b"%s.%d.%s" % (event_id.encode(), timestamp, body)
    return {
        "Content-Type": "application/json",
        "User-Agent": f"SmartPost-Payment-Service/{version}",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_base64_mac(key, message)}" for key in keys),
        "X-Callback-Signature": hmac.new(keys[0], body, hashlib.sha256).hexdigest(),
        "X-Callback-Timestamp": str(timestamp),
        "X-Callback-Attempt": str(attempt),
    }


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise UnusableSecretError from error
    if not key:
        raise UnusableSecretError
    return key


def _base64_mac(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
