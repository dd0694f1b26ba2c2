"""Sealing of personal data: one data key per transaction, itself wrapped by the installation's Fernet keys.

Destroying the wrapped key destroys the plaintext everywhere it was copied to (rows, backups), which is how personal data is
erased while the evidence stays. Keys are passed in; nothing here reads settings.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class KeyDestroyed(Exception):
    """The data key of this record was destroyed: its personal data is erased for good."""


class SealBroken(Exception):
    """The sealed bytes or the wrapped key do not belong to these keys."""


@functools.lru_cache(maxsize=8)
def _master(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def new_data_key(master_keys: Sequence[str]) -> tuple[bytes, bytes]:
    """A fresh data key and the same wrapped by the newest master key: ``(key, wrapped)``."""
    key = Fernet.generate_key()
    return key, _master(tuple(master_keys)).encrypt(key)


def unwrap(wrapped: bytes | None, master_keys: Sequence[str]) -> bytes:
    """The data key. Raises ``KeyDestroyed`` when there is none any more, ``SealBroken`` under foreign master keys."""
    if not wrapped:
        raise KeyDestroyed
    try:
        return _master(tuple(master_keys)).decrypt(bytes(wrapped))
    except InvalidToken as error:
        raise SealBroken from error


def seal(plaintext: bytes, key: bytes) -> bytes:
    """``plaintext`` encrypted and authenticated under a data key."""
    return Fernet(key).encrypt(plaintext)


def unseal(sealed: bytes, key: bytes) -> bytes:
    """The bytes that ``seal`` took. Raises ``SealBroken`` when they were changed or the key is another."""
    try:
        return Fernet(key).decrypt(bytes(sealed))
    except InvalidToken as error:
        raise SealBroken from error


def blind_index(value: str, secret: str) -> bytes:
    """A keyed hash by which an e-mail or a phone number is found again without being stored readable."""
    return hmac.new(secret.encode(), value.strip().lower().encode(), hashlib.sha256).digest()
