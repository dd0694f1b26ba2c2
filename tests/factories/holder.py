"""Another connection that holds an advisory lock, as another process would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection


@contextmanager
def advisory_lock(room: int, key: int) -> Iterator[None]:
    """Hold it meanwhile."""
    parameters = {
        name: value for name, value in connection.get_connection_params().items()
        if name in ("dbname", "user", "password", "host", "port")
    }  # fmt: skip
    with psycopg.connect(**parameters, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [room, key])
        yield
