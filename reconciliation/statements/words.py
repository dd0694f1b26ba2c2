"""Names of columns and words of states, compared without case, marks, spaces and points."""

from __future__ import annotations

import re

from transactions.providers.folding import to_ascii

_REST = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """``Mã giao dịch (VNPAY)`` -> ``magiaodichvnpay``."""
    return _REST.sub("", to_ascii(text).lower())


def word(text: str) -> str:
    """A word of a state or a type: folded, but ``-1`` is not ``1``, and a word of signs only (``+``) is itself."""
    stripped = text.strip()
    folded = fold(stripped)
    if not folded:
        return stripped
    return f"-{folded}" if stripped.startswith("-") and folded.isdigit() else folded
