"""What an account may set about ZaloPay, because its documents disagree or contracts differ. A wrong value counts as not set."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transactions.providers.base import AccountContext


@dataclass(frozen=True)
class Choice:
    """What a method of ours is at ZaloPay; nothing at all lets the payer choose there."""

    bank_code: str = ""
    preferred: tuple[str, ...] = ()


METHODS = {
    "": Choice(),
    "wallet": Choice(preferred=("zalopay_wallet",)),
    "qr": Choice(preferred=("vietqr",)),  # any bank's app, and ZaloPay
    "bank_transfer": Choice(preferred=("vietqr",)),
    "card": Choice(preferred=("domestic_card", "international_card")),
    "domestic_card": Choice(preferred=("domestic_card", "account")),
    "international_card": Choice(preferred=("international_card",)),
    "zalopayapp": Choice(bank_code="zalopayapp"),
}
_BANK_CODE = re.compile(r"[A-Z0-9]{2,20}")


def choice(account: AccountContext, method: str) -> Choice | None:
    """What to send for ``method``, the option ``methods`` first; ``None`` for one that ZaloPay has not.

    ``methods``: ``{"international_card": {"bank_code": "CC", "preferred": []}}`` and the like.
    """
    every = account.options.get("methods")
    own = every.get(method) if isinstance(every, Mapping) else None
    if isinstance(own, Mapping):
        return Choice(str(own.get("bank_code") or ""), _texts(own.get("preferred")))
    return METHODS.get(method) or (Choice(bank_code=method) if is_bank_code(method) else None)


def is_bank_code(method: str) -> bool:
    """Whether it is written like a code of ZaloPay's bank list (``VTB``, ``CC``)."""
    return _BANK_CODE.fullmatch(method) is not None


def number(account: AccountContext, name: str) -> int | None:
    """A positive amount in đồng (``min_amount``, ``max_amount``, ``refund_fee_amount``), ``None`` where it is not set."""
    value = account.options.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def cancel_path(account: AccountContext) -> str | None:
    """Where an unpaid order is cancelled, ``None`` unless the option ``cancel`` is true: ZaloPay's page did not show the path."""
    path = account.options.get("cancel_path")
    if account.options.get("cancel") is not True:
        return None
    return path if isinstance(path, str) and path.startswith("/") else "/v2/cancel"


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
