"""System checks: what Django cannot know of our settings, said before anything is served rather than at the first payment."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from payments_site.api.throttling import parse_rate

RATES = ("RATE_LIMIT_CLIENT", "RATE_LIMIT_ADMIN", "RATE_LIMIT_WEBHOOK")
MAX_CALLBACK_SECONDS = 60


def check_keys(**_: Any) -> list[CheckMessage]:
    """Without them personal data and credentials can neither be written nor read."""
    found: list[CheckMessage] = []
    if not settings.FERNET_KEYS or not all(_is_fernet_key(key) for key in settings.FERNET_KEYS):
        found.append(
            Error("FERNET_KEYS must hold at least one key, each of them made by Fernet.generate_key.", id="smartpost.E001")
        )
    if not settings.BLIND_INDEX_KEY:
        found.append(Error("BLIND_INDEX_KEY is empty: payers could not be looked up by e-mail or phone.", id="smartpost.E002"))
    return found


def check_addresses(**_: Any) -> list[CheckMessage]:
    """Addresses that are given to providers, or that we call."""
    found: list[CheckMessage] = []
    if not _is_web_address(settings.PUBLIC_BASE_URL) or settings.PUBLIC_BASE_URL.endswith("/"):
        hint = "https://pay.example.com, without a slash at its end; webhook and return addresses are made from it."
        found.append(Error("PUBLIC_BASE_URL is not an absolute address.", hint=hint, id="smartpost.E003"))
    for name, url in settings.PROVIDER_URLS.items():
        if url and not _is_web_address(url):
            found.append(Error(f"{name} is not an absolute address.", id="smartpost.E004"))
    for text in settings.TRUSTED_PROXIES:
        if not _is_network(text):
            found.append(Error("TRUSTED_PROXIES holds something that is neither an address nor a network.", id="smartpost.E005"))
    return found


def check_rates(**_: Any) -> list[CheckMessage]:
    """A limit that cannot be read would fail every request."""
    return [
        Error(f"{name} is not a rate.", hint="For example 100/m: a number, then s, m, h or d.", id="smartpost.E006")
        for name in RATES
        if not _is_rate(getattr(settings, name))
    ]


def check_times(**_: Any) -> list[CheckMessage]:
    """Times that depend on one another."""
    found: list[CheckMessage] = []
    connect, read = settings.PROVIDER_CONNECT_TIMEOUT, settings.PROVIDER_READ_TIMEOUT
    if connect <= 0 or read <= 0:
        found.append(Error("PROVIDER_CONNECT_TIMEOUT and PROVIDER_READ_TIMEOUT must be positive.", id="smartpost.E007"))
    elif connect + read >= settings.IDEMPOTENCY_LEASE_SECONDS:
        hint = "A repeat of the same key would take over a create that still waits for its provider."
        found.append(Error("IDEMPOTENCY_LEASE_SECONDS is not longer than a provider may take.", hint=hint, id="smartpost.E008"))
    if not 1 <= settings.CALLBACK_TIMEOUT_SECONDS <= MAX_CALLBACK_SECONDS or settings.CALLBACK_CONCURRENCY < 1:
        text = f"CALLBACK_TIMEOUT_SECONDS must be 1 to {MAX_CALLBACK_SECONDS} and CALLBACK_CONCURRENCY at least 1."
        found.append(Error(text, id="smartpost.E009"))
    delays = list(settings.RESOLVER_FIRST_DELAYS)
    if not delays or delays[0] <= 0 or delays != sorted(delays):
        found.append(Error("RESOLVER_FIRST_DELAYS must be rising numbers of seconds.", id="smartpost.E010"))
    return found


def check_database(**_: Any) -> list[CheckMessage]:
    """Services own their transactions: a provider must not be called, and a notice not be answered, inside one of Django's."""
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        return [Error("ATOMIC_REQUESTS is on.", id="smartpost.E011")]
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        return [Error("PostgreSQL is the only database of this service.", id="smartpost.E012")]
    return []


def check_callbacks_of_a_deployment(**_: Any) -> list[CheckMessage]:
    """What is handy on a developer's machine and a hole on a server."""
    return list(_callback_holes())


def _callback_holes() -> Iterator[CheckMessage]:
    if not settings.CALLBACK_REQUIRE_HTTPS:
        yield Warning("CALLBACK_REQUIRE_HTTPS is off: callbacks could be read on their way.", id="smartpost.W001")
    if any(host in ("localhost", "*") or _is_network(host) for host in settings.CALLBACK_ALLOWED_HOSTS):
        text = "CALLBACK_ALLOWED_HOSTS lets callbacks reach an address of this machine or its network."
        yield Warning(text, id="smartpost.W002")


def register_checks() -> None:
    """Make ``manage.py check`` (and every command that checks first) run them."""
    for check in (check_keys, check_addresses, check_rates, check_times, check_database):
        register(check, Tags.security)
    register(check_callbacks_of_a_deployment, Tags.security, deploy=True)


def _is_fernet_key(key: str) -> bool:
    return _parses(Fernet, key)


def _is_network(text: str) -> bool:
    return _parses(lambda value: ipaddress.ip_network(value, strict=False), text)


def _is_rate(text: str) -> bool:
    return _parses(parse_rate, text) and parse_rate(text)[0] > 0


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, KeyError, IndexError):
        return False
    return True


def _is_web_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname)
