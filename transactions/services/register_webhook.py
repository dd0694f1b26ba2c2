"""Telling a provider over its API where to send an account's notices."""

from __future__ import annotations

import functools
from datetime import datetime

from audit.services import Actor, record
from payments_site.kernel.errors import DomainError
from payments_site.kernel.http import ProviderSilent, ProviderUnreachable
from tenants.models import ProviderAccount
from transactions.providers import registry
from transactions.providers.base import CredentialsRefused, FateUnknown, ProviderRefused
from transactions.providers.optional import RegistersWebhook
from transactions.services import calls
from transactions.services.accounts import context_of, notify_url


class WebhookNotRegistered(DomainError):
    """The provider did not take the address, or nobody knows whether it did; in the provider's own words where it has some."""

    def __init__(self, code: str, said: str = "") -> None:
        self.code = code
        super().__init__()
        self._said = said

    def message(self, language: str) -> str:
        """The registry's text, and what the provider said."""
        return ": ".join(filter(None, [super().message(language), self._said]))


def can_register_webhook(account: ProviderAccount) -> bool:
    """Whether the provider takes the address over its API; elsewhere people enter it in the provider's portal."""
    return isinstance(registry.ADAPTERS.get(account.provider.code), RegistersWebhook)


def register_webhook(*, account: ProviderAccount, actor: Actor, now: datetime) -> str:
    """Register the account's address for notices at the provider, which tries it before it answers; returns the address.

    May be repeated. Raises ``WebhookNotRegistered``. Does HTTP: never inside a database transaction.
    """
    adapter = registry.get(account.provider.code)
    if not isinstance(adapter, RegistersWebhook):
        raise WebhookNotRegistered("PROVIDER_NOT_CONFIGURED")
    url = notify_url(account, adapter.code)
    ask = functools.partial(adapter.confirm_webhook, context_of(account, account.credentials_version), url)
    try:
        calls.call(account, adapter, ask)
    except CredentialsRefused as error:
        raise WebhookNotRegistered("PROVIDER_AUTHENTICATION_FAILED", _words(error)) from error
    except ProviderRefused as error:
        raise WebhookNotRegistered("PROVIDER_INVALID_RESPONSE", _words(error)) from error
    except (FateUnknown, ProviderSilent, ProviderUnreachable) as error:
        raise WebhookNotRegistered("PROVIDER_CONNECTION_ERROR") from error
    record(
        actor=actor, action="provider_account.webhook_registered", entity_type="provider_account", entity_id=account.public_id,
        now=now, tenant_id=account.tenant.public_id if account.tenant is not None else "", new={"notify_url": url},
    )  # fmt: skip
    return url


def _words(error: ProviderRefused) -> str:
    return f"{error.text} ({error.code})" if error.code else error.text
