"""A provider as clients and payers see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from payments_site.kernel.money import CURRENCIES
from tenants.models import ProviderAccount
from tenants.selectors import TenantContext
from transactions.availability import HEALTH, availability
from transactions.providers import registry
from transactions.providers.circuits import State
from transactions.providers.limits import limits_of


def provider_lines(tenant: TenantContext, accounts: Sequence[ProviderAccount], language: str) -> list[dict[str, Any]]:
    """The lines of those that have an adapter; how they fare is asked for all at once."""
    states = availability(accounts)
    lines = [provider_line(tenant, account, language, states[account.pk]) for account in accounts]
    return [line for line in lines if line is not None]


def provider_line(
    tenant: TenantContext, account: ProviderAccount, language: str, state: State | None = None
) -> dict[str, Any] | None:
    """Limits (the narrower of the tenant's and the provider's), methods, health; None where there is no adapter.

    ``health`` is "healthy", "degraded" (a trial decides) or "down" (not called for the moment).
    """
    adapter = registry.ADAPTERS.get(account.provider.code)
    if adapter is None:
        return None
    low, high = limits_of(account, adapter)
    return {
        "provider_code": adapter.code,
        "name": account.provider.name,
        "environment": account.environment,
        "methods": [
            {"code": method.code, "name": method.name_en if language == "en" else method.name_vi} for method in adapter.methods
        ],
        "min_amount": max(tenant.min_amount, low),
        "max_amount": min(tenant.max_amount, high),
        "currencies": list(CURRENCIES),
        "capabilities": sorted(capability.value for capability in adapter.capabilities),
        "health": HEALTH[state if state is not None else availability([account])[account.pk]],
    }
