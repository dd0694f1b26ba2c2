"""How long and how hard is measured."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """The arguments of the command line."""

    rounds: int = 5
    seconds: float = 5.0
    clients: int = 16
    callbacks: int = 4000

    def say(self, text: str) -> None:
        """Progress, for people; results go to stdout."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
