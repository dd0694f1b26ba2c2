"""What an account takes: the provider's limits, narrowed by the account's own contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from transactions.providers.base import Provider


class HasOptions(Protocol):
    """A provider account, as far as this module looks at it."""

    options: Mapping[str, Any]


def limits_of(account: HasOptions, adapter: Provider) -> tuple[int, int]:
    """The smallest and the largest amount, in đồng, both inclusive."""
    low, high = account.options.get("min_amount"), account.options.get("max_amount")
    limits = adapter.limits
    return max(limits.min_amount, low or limits.min_amount), min(limits.max_amount, high or limits.max_amount)
