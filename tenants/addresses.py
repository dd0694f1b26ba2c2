"""Addresses of this installation that are given to providers."""

from __future__ import annotations

from django.conf import settings

from tenants.models import ProviderAccount


def webhook_url(account: ProviderAccount, *, base: str | None = None) -> str:
    """Where the provider sends its notices of this account; ``base`` takes the place of ``PUBLIC_BASE_URL``."""
    return f"{base or settings.PUBLIC_BASE_URL}/api/v1/webhooks/{account.provider.code}/{account.public_id}"


def return_url(account: ProviderAccount) -> str:
    """Where the provider sends the payer's browser back to."""
    return f"{webhook_url(account)}/return"
