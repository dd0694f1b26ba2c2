"""Vietnam's banks by code and by BIN. The banks are data (``banks.json`` says where they come from); nothing is asked of anybody.

A BIN does not name a bank for ever: banks are renamed and merged and keep theirs. So codes are the keys, each BIN leads to one
bank, and every name that a bank had leads to the name that it has now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DATA = Path(__file__).with_name("banks.json")


@dataclass(frozen=True)
class Bank:
    """A bank under its present name. ``bin`` is empty for one that has none.

    ``sends`` and ``receives`` say whether VietQR transfers leave its app and reach its accounts. ``other_codes`` are what others
    call it, and codes of banks that have become it.
    """

    code: str
    bin: str
    short_name: str
    name_vi: str
    name_en: str
    sends: bool
    receives: bool
    swift: str = ""
    other_codes: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()


def by_code(code: str) -> Bank | None:
    """The bank of ``code`` in any case, also of a former or another usual code."""
    return _BY_CODE.get(code.strip().upper())


def by_bin(number: str) -> Bank | None:
    """The bank that has this BIN today."""
    return _BY_BIN.get(number)


def name_of(number: str, locale: str = "vi") -> str:
    """The short and the full name of the bank with this BIN; "" for an unknown BIN."""
    bank = by_bin(number)
    if bank is None:
        return ""
    return f"{bank.short_name} - {bank.name_en if locale == 'en' else bank.name_vi}"


def _bank(row: Mapping[str, Any]) -> Bank:
    return Bank(
        code=row["code"],
        bin=row["bin"] or "",
        short_name=row["short_name"],
        name_vi=row["name_vi"],
        name_en=row["name_en"],
        sends=row["vietqr"] == "both",
        receives=row["vietqr"] in ("both", "receive"),
        swift=row["swift"],
        other_codes=tuple(row["other_codes"]),
        former_names=tuple(row["former_names"]),
    )


def _index(pairs: Iterable[tuple[str, Bank]]) -> Mapping[str, Bank]:
    """Raises ``ValueError`` for a key that leads to two banks."""
    found: dict[str, Bank] = {}
    for key, bank in pairs:
        if found.setdefault(key, bank) is not bank:
            raise ValueError(f"{key} leads to two banks")
    return found


BANKS: tuple[Bank, ...] = tuple(_bank(row) for row in json.loads(_DATA.read_text(encoding="utf-8"))["banks"])
_BY_CODE = _index((code, bank) for bank in BANKS for code in (bank.code, *bank.other_codes))
_BY_BIN = _index((bank.bin, bank) for bank in BANKS if bank.bin)
