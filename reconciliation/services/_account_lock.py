"""One at a time works on the matches of an account: a run, an undo, a match by hand.

The lock is PostgreSQL's and belongs to the connection, so that it goes with a process that is killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# The first half of the key, so that nobody else's advisory locks are met.
_ROOM = 0x5245_434F


@contextmanager
def locked(account_id: int, *, wait: bool) -> Iterator[bool]:
    """Hold the account's lock meanwhile; gives whether it is held. With ``wait``, it is."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {'pg_advisory_lock' if wait else 'pg_try_advisory_lock'}(%s, %s)", [_ROOM, account_id])
        held = cursor.fetchone()[0] is not False
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_ROOM, account_id])


def hold_until_commit(account_id: int) -> bool:
    """Take the account's lock for this database transaction; False if somebody works on the account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_ROOM, account_id])
        return bool(cursor.fetchone()[0])
