"""How far an import is, for those who wait: written beside the import's own transaction, which nobody sees into."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from types import TracebackType

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from reconciliation.models import Statement

_EVERY_SECONDS = 1
_UPDATE = """
UPDATE reconciliation_statement SET state = %s, rows_read = %s, rows_bad = %s, bytes_read = %s, updated_at = %s WHERE id = %s
"""


class Progress:
    """Tells at most once a second, over a connection of its own that is opened when there is first something to tell."""

    def __init__(self, statement: Statement, now: datetime) -> None:
        self._statement_id, self._now = statement.pk, now
        self._started = self._told = time.monotonic()
        self._beside: BaseDatabaseWrapper | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._beside is not None:
            self._beside.close()

    def tell(self, *, rows: int, bad: int, read: int) -> None:
        """So many rows and bytes."""
        at = time.monotonic()
        if at - self._told < _EVERY_SECONDS:
            return
        self._told = at
        if self._beside is None:
            self._beside = connection.copy()
        moment = self._now + timedelta(seconds=int(at - self._started))
        with self._beside.cursor() as cursor:
            cursor.execute(_UPDATE, [Statement.State.READING, rows, bad, read, moment, self._statement_id])
