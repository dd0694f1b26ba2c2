"""Accounts, credentials and adapters put together: what a service needs to talk to a provider."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings

from payments_site.kernel.errors import DomainError
from tenants.models import ProviderAccount
from tenants.selectors import TenantContext, account_for, credentials
from transactions.models import PaymentAttempt
from transactions.providers import registry
from transactions.providers.base import AccountContext, Provider
from transactions.providers.limits import limits_of


class ProviderNotConfigured(DomainError):
    """The tenant has no active account at this provider, or the provider has no adapter here."""

    code = "PROVIDER_NOT_CONFIGURED"


class ProviderInactive(DomainError):
    """Operators switched the provider off."""

    code = "PROVIDER_INACTIVE"


@dataclass(frozen=True)
class Route:
    """Through which account, with which adapter and version of credentials, a payment goes."""

    account: ProviderAccount
    adapter: Provider
    version: int

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and the largest amount it takes, in đồng: the provider's, narrowed by the account's own contract."""
        return limits_of(self.account, self.adapter)

    @property
    def context(self) -> AccountContext:
        """The account as the adapter takes it."""
        return context_of(self.account, self.version)


def context_of_attempt(attempt: PaymentAttempt) -> AccountContext:
    """The account as an attempt must ask: its own terminal, with that terminal's newest key, and the options it was made with.

    New credentials for the same identifier take the place of the old ones; another identifier is another terminal, which knows
    nothing of the attempt.
    """
    account, version = attempt.account, attempt.credentials_version
    context = context_of(account, account.credentials_version)
    if version != account.credentials_version:
        own = context_of(account, version)
        field = registry.get(attempt.provider_code).identifier_field
        context = context if own.credentials.get(field) == context.credentials.get(field) else own
    return context if attempt.account_options is None else replace(context, options=attempt.account_options)


def context_of(account: ProviderAccount, version: int) -> AccountContext:
    """An account with one version of its credentials."""
    return AccountContext(
        environment=account.environment,
        credentials=credentials(account.pk, version),
        urls=settings.PROVIDER_URLS,
        api_url=account.api_url,
        server_ip=settings.SERVER_IP,
        options=account.options,
    )


def route_for(tenant: TenantContext, provider_code: str) -> Route:
    """The tenant's active account, else its project's. Raises ``ProviderNotConfigured``, ``ProviderInactive``."""
    account, provider_is_active = account_for(tenant, provider_code)
    if account is None or provider_code not in registry.ADAPTERS:
        raise ProviderNotConfigured({"provider_code": provider_code})
    if not provider_is_active:
        raise ProviderInactive({"provider_code": provider_code})
    return Route(account, registry.get(provider_code), account.credentials_version)


def notify_url(account: ProviderAccount, provider_code: str) -> str:
    """The address a provider sends this account's notices to."""
    return f"{settings.PUBLIC_BASE_URL}/api/v1/webhooks/{provider_code}/{account.public_id}"


def return_url(account: ProviderAccount, provider_code: str) -> str:
    """The address to which a provider sends the payer back."""
    return f"{notify_url(account, provider_code)}/return"
