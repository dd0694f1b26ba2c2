"""The test database of a worker. One worker of a run migrates, the others copy what came of it.

Migrating takes seconds of a core, a copy takes a tenth of one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from psycopg.sql import SQL, Identifier

_ONE_AT_A_TIME = 5_113_000_001  # an advisory lock; nobody else takes locks in the database "postgres"


@contextmanager
def own_database() -> Iterator[None]:
    """Django's test database while the block runs, migrated."""
    pattern = _pattern()
    with _alone() as cursor:
        copied = pattern is not None and _exists(cursor, pattern)
        if pattern is not None and copied:
            _copy(cursor, pattern, _own())
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"}, keepdb=copied)
        if pattern is not None and not copied:
            connection.close()
            _copy(cursor, connection.settings_dict["NAME"], pattern)
    yield
    teardown_databases(made, verbosity=0)
    if pattern is not None:
        with _alone() as cursor:  # whoever has not copied it yet migrates
            _drop(cursor, pattern)


def _pattern() -> str | None:
    """What the workers of this run copy; None where there is one process only, which would copy nothing."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    return f"test_pattern_{run[:16]}" if run else None


def _own() -> str:
    return str(connection.creation._get_test_db_name())


@contextmanager
def _alone() -> Iterator[Any]:
    """A cursor beside the test database, while no other worker of any run has one."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        yield cursor


def _exists(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name])
    return bool(cursor.fetchone()[0])


def _copy(cursor: Any, source: str, target: str) -> None:
    _drop(cursor, target)
    cursor.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(target), Identifier(source)))


def _drop(cursor: Any, name: str) -> None:
    cursor.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))
