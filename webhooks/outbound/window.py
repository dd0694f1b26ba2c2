"""Fair shares of the drain: a slow or dead host may not fill the window in which deliveries are in flight.

A host begins with few places and earns one more by each delivery that it takes quickly, up to half the window; a slow or
timed-out one halves them. A dead host therefore holds a handful of places however long its queue is, and a quick one
reaches full speed within a few round trips.
"""

from __future__ import annotations

from dataclasses import dataclass

START = 16
FLOOR = 4
_REMEMBERED = 2000


@dataclass(slots=True)
class _Share:
    places: int
    taken: int = 0


class HostWindows:
    """Counts what is in flight, in all and by host. ``slow_after`` in seconds."""

    def __init__(self, total: int, slow_after: float) -> None:
        self._total = total
        self._slow_after = slow_after
        self._most = max(1, total // 2)
        self.start = min(START, self._most)
        self.in_flight = 0
        self._shares: dict[str, _Share] = {}

    @property
    def free(self) -> int:
        """How many more deliveries may be in flight."""
        return self._total - self.in_flight

    def rooms(self) -> dict[str, int]:
        """Free places of every host that is not at ``start`` of them."""
        return {host: max(0, share.places - share.taken) for host, share in self._shares.items()}

    def enter(self, host: str) -> None:
        """A delivery to ``host`` begins."""
        self._shares.setdefault(host, _Share(self.start)).taken += 1
        self.in_flight += 1

    def leave(self, host: str, seconds: float, *, delivered: bool) -> None:
        """It ended after ``seconds``."""
        share = self._shares[host]
        share.taken -= 1
        self.in_flight -= 1
        if seconds >= self._slow_after:
            share.places = max(min(FLOOR, self.start), share.places // 2)
        elif delivered:
            share.places = min(self._most, share.places + 1)
        if share.taken == 0 and (share.places == self.start or len(self._shares) > _REMEMBERED):
            del self._shares[host]
