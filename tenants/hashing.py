"""How keys and tokens are kept: only as a hash, by which the presented text is looked up."""

from __future__ import annotations

import hashlib


def hash_key(text: str) -> bytes:
    """SHA-256 of a key's text. Keys are 256 random bits, so a fast hash without salt gives nothing away."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
