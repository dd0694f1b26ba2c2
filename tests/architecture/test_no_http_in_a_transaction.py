"""A provider is never called while a database transaction is open: a slow provider would hold rows and connections."""

from __future__ import annotations

import ast
import socket

import pytest
from django.db import transaction

from payments_site.kernel.http import HttpClient, ProviderUnreachable
from tests.architecture.source import APPS, modules
from tests.conftest import HttpInsideTransaction, OutsideWorld

NOWHERE = "http://127.0.0.1:1/"
CLIENTS = ("urllib3", "requests", "httpx", "aiohttp", "http.client", "urllib.request", "websockets", "ftplib", "smtplib")
# The client of providers, whose hook is proved here, and the drain of callbacks, which runs outside any request.
DOORS = {
    "payments_site/kernel/http.py": {"urllib3"},
    "webhooks/outbound/exchange.py": {"aiohttp"},
    "webhooks/outbound/delivery.py": {"aiohttp"},
    "webhooks/outbound/guard.py": {"aiohttp"},
}


def imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {client for client in CLIENTS for name in found if name == client or name.startswith(f"{client}.")}


@pytest.mark.django_db
def test_a_provider_called_inside_a_transaction_fails_the_test() -> None:
    with transaction.atomic(), pytest.raises(HttpInsideTransaction, match=NOWHERE):
        HttpClient().request("GET", NOWHERE)


@pytest.mark.django_db
def test_the_client_of_the_services_is_watched_as_well() -> None:
    with transaction.atomic(), transaction.atomic(), pytest.raises(HttpInsideTransaction):
        HttpClient().post_json(NOWHERE, {})


def test_a_provider_called_in_a_real_transaction_fails_the_test(committed_db: None) -> None:
    with transaction.atomic(), pytest.raises(HttpInsideTransaction):
        HttpClient().request("GET", NOWHERE)


@pytest.mark.django_db
def test_a_provider_may_be_called_before_and_after_a_transaction() -> None:
    with transaction.atomic():
        pass
    with pytest.raises(ProviderUnreachable):
        HttpClient().request("GET", NOWHERE)


def test_a_test_reaches_no_other_machine() -> None:
    with socket.socket() as outside, pytest.raises(OutsideWorld):
        outside.connect(("203.0.113.1", 80))


def test_nobody_opens_a_way_out_of_his_own() -> None:
    served = [module for module in modules(*APPS) if not module.path.startswith("payments_site/devstack/")]
    found = {module.path: imports(module.tree) for module in served}
    own = {path: sorted(names - DOORS.get(path, set())) for path, names in found.items()}
    assert {path: names for path, names in own.items() if names} == {}
