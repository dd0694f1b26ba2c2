"""Fixtures for every test. PostgreSQL and Valkey are real, started once for all workers by the devstack plugin."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test.utils import setup_databases, teardown_databases
from rest_framework.test import APIClient

from payments_site.kernel import http as provider_http
from tests.factories.world import Role, World, make_world

_connect = socket.socket.connect


class OutsideWorld(RuntimeError):
    """A test tried to reach a machine other than this one."""


def _only_loopback(self: socket.socket, address: Any) -> None:
    if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
        raise OutsideWorld(f"a test connects to {address!r}")
    _connect(self, address)


socket.socket.connect = _only_loopback  # type: ignore[method-assign]


class HttpInsideTransaction(AssertionError):
    """A provider was called while a database transaction was open."""


def _no_http_inside_atomic(url: str) -> None:
    connection = transaction.get_connection()
    blocks = [block for block in connection.atomic_blocks if not getattr(block, "_from_testcase", False)]
    if connection.in_atomic_block and blocks:
        raise HttpInsideTransaction(url)


provider_http.on_request(_no_http_inside_atomic)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None) -> Iterator[None]:
    """The test database of this worker, always: pytest-django's own makes none where no test asks for ``db``, and the tests of
    ``committed_db`` would then commit to the database that ``DATABASE_URL`` names."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def world(db: None) -> World:
    """``acme``, ``partner`` and ``stranger``, rolled back after the test."""
    return make_world()


@pytest.fixture
def acme(world: World) -> Role:
    """The tenant under test."""
    return world.acme


@pytest.fixture
def api() -> APIClient:
    """A client of the HTTP API."""
    return APIClient()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Real commits, seen by other processes and threads. Nothing is cleaned up: use tenants of your own (``make_world``)."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    """Rate limits of one test do not count in the next."""
    cache.clear()
