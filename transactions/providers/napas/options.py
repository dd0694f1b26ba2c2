"""What can be set for one account because NAPAS's own documents leave it open (see README)."""

from __future__ import annotations

from dataclasses import dataclass

from transactions.providers.base import AccountContext, Limits

# Our own bounds: NAPAS publishes none.
LIMITS = Limits(min_amount=1_000, max_amount=500_000_000)


@dataclass(frozen=True)
class Options:
    """An account's options with their defaults. ``legacy``: the ``vpc_`` gateway instead of DPS."""

    legacy: bool
    access_code: str
    amount_factor: int
    min_amount: int
    max_amount: int
    channel: str

    def takes(self, amount: int) -> bool:
        """Whether ``amount`` đồng is within the account's bounds."""
        return self.min_amount <= amount <= self.max_amount


def options_of(account: AccountContext) -> Options:
    """The options of ``account``."""
    given = account.options
    return Options(
        legacy=given.get("mode") == "vpc",
        access_code=given.get("access_code") or "",
        amount_factor=given.get("amount_factor") or 100,
        min_amount=given.get("min_amount") or LIMITS.min_amount,
        max_amount=given.get("max_amount") or LIMITS.max_amount,
        channel=given.get("channel") or "6014",
    )
