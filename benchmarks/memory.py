"""How much memory a process and PostgreSQL take together, at most."""

from __future__ import annotations

import os
import threading
from pathlib import Path


class Memory:
    """Looks ten times a second while it is entered. Shared pages count once, split among those who share them (Pss)."""

    def __init__(self, postmaster: int) -> None:
        self._postmaster, self._over = postmaster, threading.Event()
        self._peak, self._parts = 0, (0, 0)

    def __enter__(self) -> Memory:
        self._over.clear()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def peaks(self) -> dict[str, int]:
        """MB at the moment at which both together took most."""
        own, theirs = self._parts
        return {"total": self._peak >> 10, "python": own >> 10, "postgres": theirs >> 10}

    def _look(self) -> None:
        while not self._over.wait(0.1):
            own = _pss(os.getpid())
            theirs = sum(_pss(pid) for pid in [self._postmaster, *_children(self._postmaster)])
            if own + theirs > self._peak:
                self._peak, self._parts = own + theirs, (own, theirs)


def _pss(pid: int) -> int:
    """kB."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it has just ended
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _children(pid: int) -> list[int]:
    try:
        return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
