"""Public ids: a prefix that says what it is, then 26 characters that sort by time and cannot be guessed."""

from __future__ import annotations

import re
import secrets
import time

# Crockford's base 32: no i, l, o, u, so an id read over the telephone survives.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

PROJECT = "prj"
TENANT = "tnt"
ACCOUNT = "acc"
API_KEY = "key"
TRANSACTION = "txn"
ATTEMPT = "att"
RECEIPT = "rcp"
REFUND = "rfn"
EVENT = "evt"
NOTICE = "whk"
DELIVERY = "cb"
ENDPOINT = "cbe"
RECONCILIATION = "rec"
APPROVAL = "apr"
NOTIFICATION = "ntf"
REQUEST = "req"
ISSUE = "iss"
STATEMENT = "stm"
RECONCILIATION_ITEM = "rci"

ID_LENGTH = 30

_CLIENT_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")


def base32(number: int, length: int) -> str:
    """``number`` in lower-case Crockford base 32, padded with zeros to ``length``."""
    digits = []
    for _ in range(length):
        digits.append(_ALPHABET[number & 31])
        number >>= 5
    if number:
        raise ValueError("the number does not fit the length")
    return "".join(reversed(digits))


def new_id(prefix: str) -> str:
    """``txn_`` + 48 bits of milliseconds + 80 random bits: sortable by time of making, unguessable."""
    milliseconds = time.time_ns() // 1_000_000
    return f"{prefix}_{base32((milliseconds << 80) | secrets.randbits(80), 26)}"


def request_id(offered: str | None) -> str:
    """The client's ``X-Request-ID`` if it is well formed, else a new ``req_...``."""
    if offered and _CLIENT_REQUEST_ID.fullmatch(offered):
        return offered
    return new_id(REQUEST)
