"""Production refuses to start when something is missing or unsafe, names each fault, and shows no value."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from payments_site.devstack.environment import throwaway_production
from payments_site.settings.refusals import PROVIDER_ADDRESSES, REQUIRED, refuse_unsafe_start
from tests.architecture.source import ROOT

_START = "import django; django.setup(); from django.conf import settings; assert settings.DEBUG is False; print('started')"

UNSAFE = [
    ("DEBUG", "true", "DEBUG is on"),
    ("SECRET_KEY", "short", "SECRET_KEY is a default or too weak"),
    ("SECRET_KEY", "insecure-development-key-never-for-production-and-long-enough", "SECRET_KEY is a default"),
    ("SECRET_KEY", "ab" * 40, "SECRET_KEY is a default or too weak"),
    ("FERNET_KEYS", "not-a-fernet-key", "FERNET_KEYS holds something that is not a Fernet key"),
    ("PUBLIC_BASE_URL", "http://pay.example", "PUBLIC_BASE_URL is not https"),
    ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS allows every host"),
    ("VNPAY_PAYMENT_URL", "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html", "VNPAY_PAYMENT_URL is a sandbox's address"),
    ("VNPAY_API_URL", "http://127.0.0.1:8100/vnpay", "VNPAY_API_URL is a sandbox's address"),
]


def start(environ: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """A new process under production settings; nothing of this process's environment but the path reaches it."""
    whole = {"PATH": os.environ["PATH"], **environ, "DJANGO_SETTINGS_MODULE": "payments_site.settings.production"}
    arguments = [sys.executable, *(command or ("-c", _START))]
    return subprocess.run(arguments, cwd=ROOT, env=whole, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A complete production environment, of which a test spoils one variable."""
    for name, value in throwaway_production().items():
        if name != "DJANGO_SETTINGS_MODULE":
            monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_complete_environment_starts() -> None:
    run = start(throwaway_production())
    assert (run.returncode, run.stdout.strip()) == (0, "started"), run.stderr


def test_an_empty_environment_is_refused_with_every_name_at_once() -> None:
    run = start(dict.fromkeys(REQUIRED, ""))
    assert run.returncode != 0
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: production refuses to start")
    assert [name for name in REQUIRED if f"{name} is not set" not in last] == []


@pytest.mark.parametrize("name", REQUIRED)
def test_each_missing_secret_is_named(production: pytest.MonkeyPatch, name: str) -> None:
    production.delenv(name)
    with pytest.raises(ImproperlyConfigured, match=f"production refuses to start: {name} is not set$"):
        refuse_unsafe_start()


@pytest.mark.parametrize(("name", "value", "words"), UNSAFE)
def test_each_unsafe_value_is_named_and_not_shown(production: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    production.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe_start()
    assert words in str(refusal.value)
    assert value not in str(refusal.value).replace(words, "")


def test_all_faults_are_named_at_once(production: pytest.MonkeyPatch) -> None:
    for name, value, _ in UNSAFE:
        production.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe_start()
    assert [name for name, _, _ in UNSAFE if name not in str(refusal.value)] == []


def test_a_debug_build_is_refused_as_a_process() -> None:
    run = start({**throwaway_production(), "DEBUG": "1"})
    assert run.returncode != 0
    assert "DEBUG is on" in run.stderr


def test_secrets_may_be_files(tmp_path) -> None:
    environ = throwaway_production()
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FERNET_KEYS", "BLIND_INDEX_KEY"):
        path = tmp_path / name.lower()
        path.write_text(environ.pop(name) + "\n")
        environ[f"{name}_FILE"] = str(path)
    run = start(environ)
    assert run.returncode == 0, run.stderr


def test_every_address_of_a_provider_is_guarded_against_sandboxes() -> None:
    from payments_site.settings.providers import PROVIDER_URLS

    assert set(PROVIDER_URLS) == set(PROVIDER_ADDRESSES)


def test_the_deployment_check_finds_nothing() -> None:
    run = start(throwaway_production(), "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout
