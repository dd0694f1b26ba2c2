"""Our references in bank memos: how they are made, and how they are found again after banks and payers have been at them.

A reference is ``SP``, the attempt's number in base 32 (at least 6 characters, without I, L, O and U), and two check characters:
memos are typed by hand now and then, and one wrong or two swapped characters must not pay somebody else's order. A memo may
reach us in any case, with marks lost, cut into pieces by spaces or points, with other texts stuck to it, with several references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from payments_site.kernel.ids import base32
from transactions.providers.folding import to_ascii

PREFIX = "SP"
SHORTEST, LONGEST = 10, 13

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK_LENGTH = 2
_SHORTEST_NUMBER = SHORTEST - len(PREFIX) - _CHECK_LENGTH
_LONGEST_NUMBER = LONGEST - len(PREFIX) - _CHECK_LENGTH
# A prime near 32 * 32: as 32 has no part in it, every single wrong character and every two swapped neighbours change the rest.
_MODULUS = 1021
_READ_AS = str.maketrans("OIL", "011")
_LONGEST_MEMO = 500


def reference(number: int) -> str:
    """The reference of an attempt: 10 characters, up to 13 for very many attempts. Raises ``ValueError`` past 45 bits."""
    length = next((n for n in range(_SHORTEST_NUMBER, _LONGEST_NUMBER) if number < 32**n), _LONGEST_NUMBER)
    return PREFIX + base32(number, length).upper() + _check(number)


def is_reference(text: str) -> bool:
    """Whether ``text`` is a reference as ``reference`` writes it."""
    number = text[len(PREFIX) : -_CHECK_LENGTH]
    if not (text.startswith(PREFIX) and _SHORTEST_NUMBER <= len(number) <= _LONGEST_NUMBER and set(number) <= set(_ALPHABET)):
        return False
    if len(number) > _SHORTEST_NUMBER and number[0] == "0":
        return False
    return text[-_CHECK_LENGTH:] == _check(_value(number))


def candidates(memo: str) -> tuple[str, ...]:
    """Every reference of ours that ``memo`` can be read to hold, the most certain first; each only once.

    First those that stand alone, then those with other letters or digits stuck to them, then those that were cut into pieces. O
    is read as 0, I and L as 1. Whether such an order exists is for the caller to see.
    """
    words = re.findall(r"[A-Z0-9]+", to_ascii(memo[:_LONGEST_MEMO]).upper())
    found = dict.fromkeys(whole for word in words if (whole := _read(word)) is not None)
    for text in (*words, "".join(words)):
        found |= dict.fromkeys(_inside(text))
    return tuple(found)


def _inside(text: str) -> Iterator[str]:
    """References that begin anywhere in ``text``; the longer reading of one place first."""
    for start in (match.start() for match in re.finditer(f"(?={PREFIX})", text)):
        for length in range(LONGEST, SHORTEST - 1, -1):
            read = _read(text[start : start + length]) if start + length <= len(text) else None
            if read is not None:
                yield read


def _read(text: str) -> str | None:
    """``text`` as a reference, its look-alikes corrected; ``None`` if it is none."""
    corrected = text[: len(PREFIX)] + text[len(PREFIX) :].translate(_READ_AS)
    return corrected if is_reference(corrected) else None


def _check(number: int) -> str:
    return base32(number % _MODULUS, _CHECK_LENGTH).upper()


def _value(text: str) -> int:
    value = 0
    for character in text:
        value = value * 32 + _ALPHABET.index(character)
    return value
