"""How many calls to one account may be under way at once in this process, whichever of its threads make them."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator


class NoSlot(Exception):
    """As many calls are under way as may be."""


class Slots:
    """Counted places by name. A name without calls takes no memory."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def taken(self, name: str, *, limit: int, wait_seconds: int = 0) -> Iterator[None]:
        """Hold a place during the block. Raises ``NoSlot`` when none of ``limit`` becomes free in time; 0 does not wait."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._taken[name] < limit, timeout=wait_seconds):
                self._forget(name)
                raise NoSlot(name)
            self._taken[name] += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken[name] -= 1
                self._forget(name)
                self._changed.notify_all()

    def under_way(self, name: str) -> int:
        """How many calls are under way."""
        with self._changed:
            return self._taken.get(name, 0)

    def _forget(self, name: str) -> None:
        if not self._taken[name]:
            del self._taken[name]
