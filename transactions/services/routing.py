"""In which order a payer is offered the tenant's providers, and who steps in for one that is down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tenants.models import ProviderAccount
from tenants.selectors import TenantContext, accounts_of, fee_in_force
from transactions.availability import availability
from transactions.fees import fee_of
from transactions.models import Transaction
from transactions.providers import registry
from transactions.providers.base import Provider
from transactions.providers.circuits import State
from transactions.providers.limits import limits_of
from transactions.services.accounts import Route

_DEFAULT_PRIORITY = 100
_WORTH_A_CALL = (State.CLOSED, State.HALF_OPEN)


@dataclass(frozen=True)
class Choice:
    """One provider a payer may choose. ``fee`` is what this payment would cost the tenant there, in đồng."""

    account: ProviderAccount
    route: Route
    state: State
    fee: int

    @property
    def available(self) -> bool:
        """Whether a call is worth trying."""
        return self.state in _WORTH_A_CALL


def choices(*, tenant: TenantContext, payment: Transaction, now: datetime) -> list[Choice]:
    """The providers that take this payment, best first: those that answer before those that are down, then by priority (low
    numbers first), then the cheapest.

    One that does not take the amount or the method, or needs longer than the payment has left, is not offered.
    """
    accounts = [account for account in accounts_of(tenant) if _takes(account, payment, now)]
    states = availability(accounts)
    found = [_choice(account, payment, states[account.pk], now) for account in accounts]
    return sorted(found, key=lambda choice: (not choice.available, _priority(choice.account), choice.fee))


def _choice(account: ProviderAccount, payment: Transaction, state: State, now: datetime) -> Choice:
    adapter = registry.get(account.provider.code)
    return Choice(
        account=account,
        route=Route(account, adapter, account.credentials_version),
        state=state,
        fee=fee_of(payment.amount, fee_in_force(account.pk, now)),
    )


def _takes(account: ProviderAccount, payment: Transaction, now: datetime) -> bool:
    adapter = registry.ADAPTERS.get(account.provider.code)
    if adapter is None or not _is_offered(account, adapter, payment.amount):
        return False
    if payment.payment_method and not adapter.accepts_method(payment.payment_method):
        return False
    shortest = adapter.limits.min_expiry_minutes
    return shortest is None or payment.expires_at - now >= timedelta(minutes=shortest)


def _is_offered(account: ProviderAccount, adapter: Provider, amount: int) -> bool:
    """Whether the provider takes the amount, and the tenant wants payers of such an amount to see it."""
    low, high = limits_of(account, adapter)
    smallest, largest = account.options.get("offered_from"), account.options.get("offered_to")
    return max(low, smallest or 0) <= amount <= min(high, largest or high)


def _priority(account: ProviderAccount) -> int:
    return int(account.options.get("priority", _DEFAULT_PRIORITY))
