"""What an account may set about MoMo, because MoMo's documents disagree or contracts differ. A wrong value counts as not set."""

from __future__ import annotations

from collections.abc import Mapping

from transactions.providers.base import AccountContext

WALLET, ATM, CARD, CHOICE = "captureWallet", "payWithATM", "payWithCC", "payWithMethod"
REQUEST_TYPES = {
    "": CHOICE,  # the payer chooses at MoMo
    "card": CHOICE,  # MoMo has no "any card"
    "wallet": WALLET,
    "qr": WALLET,
    "domestic_card": ATM,
    "international_card": CARD,
}
_SMALLEST, _SMALLEST_ATM, _LARGEST = 1_000, 10_000, 50_000_000


def auto_capture(account: AccountContext) -> bool:
    """``auto_capture``: false holds the money until it is captured or released."""
    return account.options.get("auto_capture") is not False


def request_type(account: AccountContext, method: str) -> str | None:
    """MoMo's requestType for a method of ours, ``request_types`` first (method -> type); ``None`` for a method MoMo has not."""
    own = account.options.get("request_types")
    chosen = own.get(method) if isinstance(own, Mapping) else None
    return chosen if chosen in REQUEST_TYPES.values() else REQUEST_TYPES.get(method)


def amounts(account: AccountContext, chosen: str) -> tuple[int, int]:
    """Smallest and largest amount of a requestType, in đồng. ``card_max_amount``: pages name 10 and 50 million for cards."""
    smallest = _SMALLEST_ATM if chosen == ATM else _SMALLEST
    own = account.options.get("card_max_amount") if chosen == CARD else None
    return smallest, own if isinstance(own, int) and not isinstance(own, bool) and own > 0 else _LARGEST


def text(account: AccountContext, name: str) -> str:
    """A text option, ``""`` where it is not set."""
    value = account.options.get(name)
    return value if isinstance(value, str) else ""
