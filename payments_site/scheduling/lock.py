"""The right to be the beat that works: a lock in PostgreSQL, which is there whenever there is anything to schedule.

It is a lock of a session, so it needs a connection of its own that stays open. When its holder is killed, PostgreSQL sees the
connection go and the lock is free at once; when the holder's machine vanishes, after ``SILENCE``. Behind a pooler that lends
connections by the transaction it would hold nothing: give beat PostgreSQL's own address.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)

# Any number that nothing else locks; the two halves are what pg_locks shows (classid, objid).
LOCK_CLASS, LOCK_ID = 1_397_968_468, 1  # "SmPT"
# Seconds without a sign of life, on either side, after which the connection of a vanished machine counts as closed.
SILENCE = 15
_CONNECT_SECONDS = 5
_KEEPALIVES: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": SILENCE * 1000,
    "connect_timeout": _CONNECT_SECONDS,
}
# The server looks for a vanished client in the same time.
_SERVER = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2"


class BeatLock:
    """Held or not; never blocks for longer than connecting may take."""

    def __init__(self, database: BaseDatabaseWrapper = connection) -> None:
        self._database = database
        self._session: psycopg.Connection[Any] | None = None
        self._held = False

    def hold(self) -> bool:
        """Whether we hold it now: checks that we still do, or tries to take it. False while PostgreSQL is away."""
        try:
            return self._still_held() or self._taken()
        except psycopg.OperationalError as error:
            logger.warning("beat can not reach PostgreSQL: %s", type(error).__name__)
            self.release()
            return False

    def release(self) -> None:
        """Give it back, and close its connection."""
        session, self._session, self._held = self._session, None, False
        if session is None:
            return
        with contextlib.suppress(psycopg.OperationalError):  # the connection has gone, and the lock with it
            session.execute("SELECT pg_advisory_unlock_all()")
        session.close()

    def _still_held(self) -> bool:
        if self._held and self._session is not None:
            self._session.execute("SELECT 1")  # raises where the connection has gone, and the lock with it
        return self._held

    def _taken(self) -> bool:
        if self._session is None:
            self._session = self._connect()
        row = self._session.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK_CLASS, LOCK_ID)).fetchone()
        self._held = bool(row and row[0])
        return self._held

    def _connect(self) -> psycopg.Connection[Any]:
        wanted = {**self._database.get_connection_params(), **_KEEPALIVES, "application_name": session_name(), "options": _SERVER}
        for ours in ("context", "cursor_factory", "prepare_threshold"):  # Django's, not of a plain connection
            wanted.pop(ours, None)
        return psycopg.connect(**wanted, autocommit=True)


def session_name() -> str:
    """How this beat is called in ``pg_stat_activity``: ``beat@host:pid``, at most 63 bytes."""
    return f"beat@{socket.gethostname()[:40]}:{os.getpid()}"
