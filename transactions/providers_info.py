"""A provider as clients and payers see it."""

from __future__ import annotations

from typing import Any

from payments_site.kernel.money import CURRENCIES
from tenants.models import ProviderAccount
from tenants.selectors import TenantContext
from transactions.providers import registry


def provider_line(tenant: TenantContext, account: ProviderAccount, language: str) -> dict[str, Any] | None:
    """Limits (the narrower of the tenant's and the provider's), methods, health; None where there is no adapter."""
    adapter = registry.ADAPTERS.get(account.provider.code)
    if adapter is None:
        return None
    return {
        "provider_code": adapter.code,
        "name": account.provider.name,
        "environment": account.environment,
        "methods": [
            {"code": method.code, "name": method.name_en if language == "en" else method.name_vi} for method in adapter.methods
        ],
        "min_amount": max(tenant.min_amount, adapter.limits.min_amount),
        "max_amount": min(tenant.max_amount, adapter.limits.max_amount),
        "currencies": list(CURRENCIES),
        "capabilities": sorted(capability.value for capability in adapter.capabilities),
        "health": "healthy",
    }
