"""Personal data of payers: sealed under the payment's data key, found again by keyed hashes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from payments_site.kernel.sealing import KeyDestroyed, blind_index, new_data_key, seal, unseal, unwrap
from transactions.models import DataKey, Transaction
from transactions.providers.folding import to_ascii

_SHORTEST, _LONGEST, _MOST_WORDS = 2, 10, 8
ERASED = {"erased": True}


def fresh_key(now: datetime) -> tuple[bytes, DataKey]:
    """A new data key and its (unsaved) row."""
    key, wrapped = new_data_key(settings.FERNET_KEYS)
    return key, DataKey(wrapped=wrapped, created_at=now)


def key_of(row: DataKey) -> bytes:
    """The plain data key of a row. Raises ``KeyDestroyed`` after erasure."""
    return unwrap(None if row.wrapped is None else bytes(row.wrapped), settings.FERNET_KEYS)


def seal_json(value: Any, key: bytes) -> bytes:
    """``value`` as JSON, sealed."""
    return seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), key)


def unseal_json(sealed: bytes | memoryview[int], key: bytes) -> Any:
    """What ``seal_json`` took, as a column gives it back."""
    return json.loads(unseal(bytes(sealed), key))


def payer_of(payment: Transaction) -> dict[str, Any]:
    """``{customer_info, customer_ip, device_id, user_agent}`` as the client sent them; ``ERASED`` marks an erased payer."""
    if payment.payer_sealed is None:
        return {}
    try:
        return dict(unseal_json(payment.payer_sealed, key_of(payment.data_key)))
    except KeyDestroyed:
        return {"customer_info": dict(ERASED)}


def email_index(email: str) -> bytes:
    """The keyed hash of an e-mail address, blind to case and surrounding spaces."""
    return blind_index("email:" + email.strip(), settings.BLIND_INDEX_KEY)


def phone_index(phone: str) -> bytes:
    """The keyed hash of a phone number: ``+84 90 123-45-67`` and ``0901234567`` are the same."""
    digits = re.sub(r"\D", "", phone)
    if digits.startswith("84") and len(digits) > 10:
        digits = "0" + digits[2:]
    return blind_index("phone:" + digits, settings.BLIND_INDEX_KEY)


def search_terms(customer_info: Mapping[str, Any] | None, order_id: str) -> list[int]:
    """Keyed hashes of every beginning (2 to 10 characters) of the words of name and order: ``ngu`` finds ``Nguyễn``."""
    words = _words(str((customer_info or {}).get("name") or ""))[:_MOST_WORDS] + _words(order_id)[:_MOST_WORDS]
    starts = {word[:length] for word in words for length in range(_SHORTEST, min(len(word), _LONGEST) + 1)}
    return sorted(_term(start) for start in starts)


def query_terms(text: str) -> list[int]:
    """The hashes that a payment must have to be found by ``text``: one for each of its words; [] finds nothing."""
    words = _words(text)
    if not words or any(len(word) < _SHORTEST for word in words):
        return []
    return sorted({_term(word[:_LONGEST]) for word in words})


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", to_ascii(text).lower())


def _term(start: str) -> int:
    digest = blind_index("term:" + start, settings.BLIND_INDEX_KEY)
    return int.from_bytes(digest[:4], "big", signed=True)


def indexes(customer_info: Mapping[str, Any] | None) -> tuple[bytes | None, bytes | None]:
    """(e-mail index, phone index) of what the client told of the payer."""
    info = customer_info or {}
    email, phone = info.get("email"), info.get("phone")
    return (email_index(email) if email else None, phone_index(phone) if phone else None)
