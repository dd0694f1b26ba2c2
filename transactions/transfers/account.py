"""A bank account to which money goes back, and what is wrong with one that was typed in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from transactions.providers.banks import directory

_NUMBER = re.compile(r"[A-Za-z0-9]{4,19}")
_LONGEST_NAME = 100


@dataclass(frozen=True)
class BankAccount:
    """As the bank told it or as a person typed it in; "" is what nobody knows. Personal: kept sealed, shown to few."""

    bank_bin: str = ""
    bank_name: str = ""
    account_number: str = field(default="", repr=False)
    account_name: str = field(default="", repr=False)

    @classmethod
    def told(cls, words: Mapping[str, Any]) -> BankAccount:
        """Out of a sealed column's JSON; other words in it (the memo) are left out."""
        return cls(**{name: str(words.get(name) or "") for name in cls.__dataclass_fields__})

    def words(self) -> dict[str, str]:
        """What is known of it, to be sealed."""
        known = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in known.items() if value}

    @property
    def bank(self) -> str:
        """The bank as people know it: by its BIN, else as it was told."""
        known = directory.by_bin(self.bank_bin)
        return known.short_name if known is not None else self.bank_name or self.bank_bin

    @property
    def can_be_paid(self) -> bool:
        """Whether a person can make a transfer to it."""
        return bool(self.account_number and self.bank)

    @property
    def masked(self) -> str:
        """``Vietcombank ••••6789``: enough to recognise, not enough to use."""
        hidden = f"••••{self.account_number[-4:]}" if len(self.account_number) > len("1234") else "••••"
        return f"{self.bank} {hidden}".strip() if self.account_number else self.bank


def problems(account: BankAccount) -> dict[str, str]:
    """``{field: what is wrong}`` of an account that a person typed in; {} = good. Nothing is asked of a bank."""
    found = {}
    if directory.by_bin(account.bank_bin) is None:
        found["bank_bin"] = gettext_noop("choose a bank")
    if not _NUMBER.fullmatch(account.account_number):
        found["account_number"] = gettext_noop("4 to 19 letters or digits are expected")
    if not 1 <= len(account.account_name.strip()) <= _LONGEST_NAME:
        found["account_name"] = gettext_noop("the name on the account is expected")
    return found
