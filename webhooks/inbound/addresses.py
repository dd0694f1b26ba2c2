"""Where notices may come from: an account's own list, and the addresses that its provider is known to send from."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from payments_site.api.context import is_listed
from tenants.models import ProviderAccount, SystemConfiguration

_PREFIX = "webhook.addresses"


@dataclass(frozen=True)
class Allowed:
    """What an account allows: entries that are addresses or networks, and entries that are neither and so allow nothing."""

    entries: tuple[str, ...]
    unreadable: tuple[str, ...]


def key_of_known(provider_code: str, environment: str) -> str:
    """The system setting that holds a provider's known addresses; operators edit it in the admin."""
    return f"{_PREFIX}.{provider_code}.{environment}"


def known(provider_code: str, environment: str) -> list[Any]:
    """The addresses that a provider is known to send from; [] where nobody entered any."""
    row = SystemConfiguration.objects.filter(key=key_of_known(provider_code, environment)).first()
    return row.value if row is not None and isinstance(row.value, list) else []


def is_checked(account: ProviderAccount) -> bool:
    """Whether the account cares at all: it has a list of its own, or refuses other addresses."""
    return bool(account.ip_allowlist) or account.ip_allowlist_enforced


def allowed(account: ProviderAccount) -> Allowed:
    """The account's own list and its provider's known addresses together."""
    entries = [*account.ip_allowlist, *known(account.provider.code, account.environment)]
    good = tuple(str(entry) for entry in entries if _is_network(entry))
    return Allowed(good, tuple(str(entry) for entry in entries if not _is_network(entry)))


def may_send(account: ProviderAccount, address: str | None) -> bool:
    """Whether a notice of the account may come from ``address``. With nothing to compare with, every address may:
    a list that nobody filled in must not cost a payment (``validate_webhook_config`` complains of it)."""
    if not is_checked(account):
        return True
    entries = allowed(account).entries
    return not entries or is_listed(address, entries)


def _is_network(entry: Any) -> bool:
    try:
        ipaddress.ip_network(entry if isinstance(entry, str) else "", strict=False)
    except ValueError:
        return False
    return True
