"""The only list of names whose values never reach a log, an audit entry or an error report."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

REDACTED = "[REDACTED]"

SECRET_NAMES = frozenset(
    {
        "access_key", "access_token", "api_key", "authorization", "callback_secret", "checksum", "checksum_key",
        "client_secret", "cookie", "credentials", "csrfmiddlewaretoken", "datakey", "hash_secret", "idempotency-key", "key1",
        "key2", "key_hash", "napaskey", "napasresult", "password", "private_key", "proxy-authorization", "secret",
        "secret_key", "set-cookie", "signature", "staff_token", "token", "vnp_securehash", "vpc_password", "vpc_securehash",
        "webhook-signature", "webhook_secret", "x-api-key", "x-bank-signature", "x-callback-signature", "x-csrftoken",
        "x-idempotency-key", "x-signature",
    }
)  # fmt: skip
PERSONAL_NAMES = frozenset({"customer_info", "name", "email", "phone", "address", "customer_ip", "device_id"})


def redact(value: Any, names: frozenset[str] = SECRET_NAMES) -> Any:
    """A copy of ``value`` (mappings and lists, nested) in which the values of secret names are replaced."""
    if isinstance(value, Mapping):
        return {key: REDACTED if _spellings(str(key)) & names else redact(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, names) for item in value]
    return value


@functools.lru_cache(maxsize=2048)
def _spellings(key: str) -> frozenset[str]:
    """A name in lower case, as it stands, with dashes and with underscores."""
    name = key.lower()
    return frozenset({name, name.replace("-", "_"), name.replace("_", "-")})


def mask(identifier: str) -> str:
    """``TESTTMN1`` -> ``TE****N1``: enough to recognise, too little to use."""
    if len(identifier) <= 4:
        return "*" * len(identifier)
    return identifier[:2] + "*" * (len(identifier) - 4) + identifier[-2:]
