"""Vietnamese text made safe for providers that take only ASCII without special characters."""

from __future__ import annotations

import re
import unicodedata

_LETTERS_WITHOUT_MARKS = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})


def to_ascii(text: str) -> str:
    """``text`` with marks taken off (``Đặng Ánh`` -> ``Dang Anh``); what has no ASCII form becomes a space."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS_WITHOUT_MARKS))
    bare = (character for character in decomposed if not unicodedata.combining(character))
    return "".join(character if character.isascii() else " " for character in bare)


def plain(text: str, *, limit: int, fallback: str, keep: str = ".:-") -> str:
    """ASCII letters, digits, single spaces and the characters of ``keep``; at most ``limit`` long.

    ``fallback``, itself made plain, stands in for a text of which no letter or digit is left.
    """
    for candidate in (text, fallback):
        cleaned = re.sub(rf"[^A-Za-z0-9{re.escape(keep)}]+", " ", to_ascii(candidate)).strip()[:limit].strip()
        if re.search(r"[A-Za-z0-9]", cleaned):
            return cleaned
    raise ValueError("the fallback has no letter or digit")
