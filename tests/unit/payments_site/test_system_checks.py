"""Each system check speaks when, and only when, its setting is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks

from payments_site import checks

ALL = (
    checks.check_keys,
    checks.check_addresses,
    checks.check_rates,
    checks.check_times,
    checks.check_database,
    checks.check_callbacks_of_a_deployment,
)

WRONG: list[tuple[str, Any, str]] = [
    ("FERNET_KEYS", [], "smartpost.E001"),
    ("FERNET_KEYS", ["short"], "smartpost.E001"),
    ("FERNET_KEYS", [Fernet.generate_key().decode(), ""], "smartpost.E001"),
    ("BLIND_INDEX_KEY", "", "smartpost.E002"),
    ("PUBLIC_BASE_URL", "pay.example.com", "smartpost.E003"),
    ("PUBLIC_BASE_URL", "", "smartpost.E003"),
    ("PUBLIC_BASE_URL", "https://pay.example.com/", "smartpost.E003"),
    ("PROVIDER_URLS", {"VNPAY_API_URL": "vnpay/api"}, "smartpost.E004"),
    ("TRUSTED_PROXIES", ["10.0.0.0/8", "proxy.internal"], "smartpost.E005"),
    ("RATE_LIMIT_CLIENT", "100", "smartpost.E006"),
    ("RATE_LIMIT_ADMIN", "many/m", "smartpost.E006"),
    ("RATE_LIMIT_WEBHOOK", "0/m", "smartpost.E006"),
    ("RATE_LIMIT_CLIENT", "100/year", "smartpost.E006"),
    ("PROVIDER_READ_TIMEOUT", 0, "smartpost.E007"),
    ("IDEMPOTENCY_LEASE_SECONDS", 30, "smartpost.E008"),
    ("CALLBACK_TIMEOUT_SECONDS", 0, "smartpost.E009"),
    ("CALLBACK_TIMEOUT_SECONDS", 600, "smartpost.E009"),
    ("CALLBACK_CONCURRENCY", 0, "smartpost.E009"),
    ("RESOLVER_FIRST_DELAYS", [], "smartpost.E010"),
    ("RESOLVER_FIRST_DELAYS", [300, 60], "smartpost.E010"),
    ("DATABASES", {"default": {"ENGINE": "django.db.backends.postgresql", "ATOMIC_REQUESTS": True}}, "smartpost.E011"),
    ("DATABASES", {"default": {"ENGINE": "django.db.backends.sqlite3"}}, "smartpost.E012"),
    ("CALLBACK_REQUIRE_HTTPS", False, "smartpost.W001"),
    ("CALLBACK_ALLOWED_HOSTS", frozenset({"127.0.0.1"}), "smartpost.W002"),
    ("CALLBACK_ALLOWED_HOSTS", frozenset({"localhost"}), "smartpost.W002"),
]


@pytest.fixture
def sound(settings: Any) -> Any:
    """Settings as a careful operator has them."""
    settings.CALLBACK_REQUIRE_HTTPS = True
    settings.CALLBACK_ALLOWED_HOSTS = frozenset({"hooks.partner.example"})
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "203.0.113.7", "2001:db8::/32"]
    return settings


def found() -> list[str]:
    return [str(message.id) for check in ALL for message in check()]


def test_sound_settings_are_silent(sound: Any) -> None:
    assert found() == []


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_a_wrong_setting_is_named_by_its_own_check(sound: Any, name: str, value: Any, expected: str) -> None:
    setattr(sound, name, value)
    assert found() == [expected]


def test_no_check_shows_a_secret(sound: Any) -> None:
    sound.FERNET_KEYS = ["my-secret-that-is-no-key"]
    assert "my-secret" not in str([message for check in ALL for message in check()])


def test_every_check_is_proved_above() -> None:
    text = Path(checks.__file__).read_text(encoding="utf-8")
    assert {expected for _, _, expected in WRONG} == {part for part in text.split('"') if part.startswith("smartpost.")}


def test_django_runs_them(sound: Any) -> None:
    sound.RATE_LIMIT_CLIENT = "often"
    sound.CALLBACK_REQUIRE_HTTPS = False
    ids = {message.id for message in run_checks(include_deployment_checks=True)}
    assert {"smartpost.E006", "smartpost.W001"} <= ids
    assert "smartpost.W001" not in {message.id for message in run_checks()}
