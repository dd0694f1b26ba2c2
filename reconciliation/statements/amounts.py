"""Amounts as Vietnamese and other files write them, to whole đồng: ``1.234.567``, ``1,234,567``, ``1234567.00``, ``(1.000) ₫``.

Between thousands and decimals it never guesses: groups of three are thousands, one or two last digits are decimals and must be
zeros, and what could be both is refused.
"""

from __future__ import annotations

import re

from reconciliation.statements.faults import Fault

_LARGEST_DIGITS = 15
_CURRENCY = re.compile(r"(?:VN[DĐ]|[₫đĐ]|dong|đồng)\.?$", re.IGNORECASE)
_SPACED = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_PLAIN = re.compile(r"[0-9]+")
# Thousands by one separator, decimals by the other.
_FORMS = {
    ".": re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?"),
    ",": re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]+))?"),
}
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})")


def read_amount(text: str, decimal: str = "auto") -> str:
    """``-1.234.567 ₫`` -> ``-1234567``; a ``Fault`` where it is no amount of whole đồng, and nothing for nothing.

    ``decimal`` is the character before decimals where the file is known to have one.
    """
    rest = " ".join(text.split())
    if not rest:
        return ""
    negative = False
    if rest[0] == "(" and rest[-1] == ")":
        negative, rest = True, rest[1:-1].strip()
    rest = _CURRENCY.sub("", rest).strip()
    if rest[:1] in ("-", "+", "\N{MINUS SIGN}"):
        negative, rest = negative or rest[0] != "+", rest[1:].lstrip()
    elif rest[-1:] == "-":
        negative, rest = True, rest[:-1].rstrip()
    if _SPACED.fullmatch(rest):
        rest = rest.replace(" ", "")
    whole = rest if _PLAIN.fullmatch(rest) else _whole(rest, decimal)
    if isinstance(whole, Fault):
        return whole
    digits = whole.lstrip("0") or "0"
    if len(digits) > _LARGEST_DIGITS:
        return Fault("amount_too_large")
    return f"-{digits}" if negative and digits != "0" else digits


def _whole(text: str, decimal: str) -> str:
    """The whole đồng of an unsigned amount with separators."""
    if decimal == "auto":
        decimal = _decimal_of(text)
        if decimal == "":
            return Fault("amount_ambiguous")
    found = _FORMS[decimal].fullmatch(text)
    if found is None:
        return Fault("amount")
    if found[2] and found[2].strip("0"):
        return Fault("amount_fraction")
    return re.sub(r"[.,]", "", found[1])


def _decimal_of(text: str) -> str:
    """Which of the two separators comes before decimals in this text; empty where that can not be known."""
    last = max(text.rfind("."), text.rfind(","))
    mark, other = text[last : last + 1], "," if text[last : last + 1] == "." else "."
    if other in text:
        return mark  # 1.234,00 and 1,234.00: the last one
    if text.count(mark) > 1 or _THOUSANDS.fullmatch(text):
        return other  # 1.234.567 and 1.234
    # 1234.00 has decimals; 1234.567 has too, but then 1.234 elsewhere in the file would be 1 and not 1234.
    return "" if len(text) - last - 1 == 3 else mark


def add(first: str, second: str) -> str:
    """The sum of two amounts that were read; nothing counts as nothing."""
    if isinstance(first, Fault) or isinstance(second, Fault):
        return first if isinstance(first, Fault) else second
    return str(int(first) + int(second)) if first and second else first or second


def divide(amount: str, by: int) -> str:
    """An amount that the file writes in a smaller unit (``vnp_Amount`` is in hundredths)."""
    if not amount or isinstance(amount, Fault):
        return amount
    whole, rest = divmod(int(amount), by)
    return Fault("amount_fraction") if rest else str(whole)
