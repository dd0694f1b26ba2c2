"""NAPAS DPS specification 3.x and Merchant Integration Specification 2.2 as public merchants use them, read 2026-11-21.

NAPAS publishes neither text nor an SDK: these are the rules that independent implementations share. Pure functions.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

NOT_HASHED = "vpc_SecureHash"


def checksum(data: str, client_secret: str) -> str:
    """DPS: 64 upper-case hex digits of SHA-256 over ``data`` as it travels (base64 text), then the secret. Not an HMAC."""
    return hashlib.sha256((data + client_secret).encode()).hexdigest().upper()


def is_checksum(given: str, data: str, client_secret: str) -> bool:
    """Whether ``given`` is the checksum of ``data``: constant time, hex case does not count, no secret means no."""
    return bool(client_secret) and _same(given, checksum(data, client_secret))


def secure_hash(fields: Mapping[str, str | None], secret: str) -> str:
    """Legacy: 32 upper-case hex digits of MD5 over the secret and all values that are not empty, in the order of their names.

    No names and no separators go in; "0" is not empty. MD5 is NAPAS's choice of 2012 and can not be another.
    """
    values = "".join(value for name, value in sorted(fields.items()) if value and name != NOT_HASHED)
    return hashlib.md5((secret + values).encode(), usedforsecurity=False).hexdigest().upper()


def is_secure_hash(given: str, fields: Mapping[str, str | None], secret: str) -> bool:
    """Whether ``given`` is the hash of ``fields``; as ``is_checksum``."""
    return bool(secret) and _same(given, secure_hash(fields, secret))


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.lower().encode(errors="replace"), expected.lower().encode())
