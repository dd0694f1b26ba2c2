"""The world's clock: the service, Django and the provider sandboxes all read it, and it moves when the world moves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from sandbox.clock import Clock

_EPOCH = datetime(2027, 1, 1, tzinfo=UTC)
# Nothing of the service happens in no time at all, and no two moments of it are the same.
_TICK = timedelta(milliseconds=1)


class WorldClock:
    """Begins at a moment of the seed's choice: near midnight in Vietnam, at a month's end, or anywhere in the year."""

    def __init__(self, chance: Random) -> None:
        day = chance.choice([30, 58, chance.randrange(365)])
        hour = chance.choice([15, 16, chance.randrange(24)])  # 17:00 UTC is midnight in Vietnam
        self._now = _EPOCH + timedelta(days=day, hours=hour, minutes=chance.randrange(60))
        self.began = self._now

    def read(self) -> datetime:
        """The present, which every look moves on a little."""
        self._now += _TICK
        return self._now

    def look(self) -> datetime:
        """The present, without moving it."""
        return self._now

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by

    def move_to(self, moment: datetime) -> None:
        """Let time pass until then; a moment that has passed changes nothing."""
        self._now = max(self._now, moment)


class SandboxClock(Clock):
    """The same present for the providers."""

    def __init__(self, look: Callable[[], datetime]) -> None:
        super().__init__()
        self._look = look

    def now(self) -> datetime:
        """To the second, as the sandbox's own clock gives it."""
        return self._look().replace(microsecond=0)

    def timestamp(self) -> float:
        """Unix seconds with their fraction."""
        return self._look().timestamp()
