"""Calls to providers: the one place that picks the HTTP client. (The breaker, the cap and the retries come here.)"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TypeVar

from payments_site.kernel.http import HttpClient
from tenants.models import ProviderAccount
from transactions.providers.base import Provider
from transactions.services.accounts import http_client

T = TypeVar("T")
Ask = Callable[[HttpClient], T]


class State(Enum):
    """What the breaker of an account says."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


def call(account: ProviderAccount, adapter: Provider, what: Ask[T], *, idempotent: bool = False, background: bool = False) -> T:
    """Run one call to a provider."""
    return what(http_client())


def availability(accounts: Sequence[ProviderAccount]) -> dict[int, State]:
    """The breaker's state of each account."""
    return {account.pk: State.CLOSED for account in accounts}
