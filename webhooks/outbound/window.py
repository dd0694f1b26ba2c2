"""Fair shares of the drain: a slow or dead endpoint may not fill the window in which deliveries are in flight.

A lane (a tenant's endpoint on a host) begins with few places and earns one more by each delivery that it takes quickly, up to
half the window; a slow or timed-out one halves them. A dead endpoint therefore holds a handful of places however long its
queue is, and a quick one reaches full speed within a few round trips. No host holds more than half the window, whoever calls
it, and neither do all slow lanes together: however many endpoints are dead, the other half is for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from webhooks.outbound.parcel import Lane

START = 16
FLOOR = 4
_REMEMBERED = 2000
_UNBOUNDED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Shares:
    """How many may be taken: in all, of the named lanes and hosts, and of any other.

    The lanes in ``slow`` get no more than ``slow_room`` together.
    """

    limit: int
    rooms: Mapping[Lane, int]
    room: int
    host_rooms: Mapping[str, int] = field(default_factory=dict)
    host_room: int = _UNBOUNDED
    slow: frozenset[Lane] = frozenset()
    slow_room: int = _UNBOUNDED


@dataclass(slots=True)
class _Share:
    places: int
    taken: int = 0


class Windows:
    """Counts what is in flight, in all, by lane and by host. ``slow_after`` in seconds."""

    def __init__(self, total: int, slow_after: float) -> None:
        self._total = total
        self._slow_after = slow_after
        self._most = max(1, total // 2)
        self.start = min(START, self._most)
        self.in_flight = 0
        self._lanes: dict[Lane, _Share] = {}
        self._hosts: dict[str, int] = {}

    @property
    def free(self) -> int:
        """How many more deliveries may be in flight."""
        return self._total - self.in_flight

    def shares(self, limit: int) -> Shares:
        """What the next claim may take, if it takes ``limit`` at the most."""
        slow = frozenset(lane for lane, share in self._lanes.items() if share.places < self.start)
        return Shares(
            limit=limit,
            rooms=self.rooms(),
            room=self.start,
            host_rooms={host: max(0, self._most - taken) for host, taken in self._hosts.items()},
            host_room=self._most,
            slow=slow,
            slow_room=max(0, self._most - sum(self._lanes[lane].taken for lane in slow)),
        )

    def rooms(self) -> dict[Lane, int]:
        """Free places of every lane that is not at ``start`` of them."""
        return {lane: max(0, share.places - share.taken) for lane, share in self._lanes.items()}

    def enter(self, lane: Lane) -> None:
        """A delivery in ``lane`` begins."""
        self._lanes.setdefault(lane, _Share(self.start)).taken += 1
        self._hosts[lane.host] = self._hosts.get(lane.host, 0) + 1
        self.in_flight += 1

    def leave(self, lane: Lane, seconds: float, *, delivered: bool) -> None:
        """It ended after ``seconds``."""
        share = self._lanes[lane]
        share.taken -= 1
        self.in_flight -= 1
        self._hosts[lane.host] -= 1
        if not self._hosts[lane.host]:
            del self._hosts[lane.host]
        if seconds >= self._slow_after:
            share.places = max(min(FLOOR, self.start), share.places // 2)
        elif delivered:
            share.places = min(self._most, share.places + 1)
        if share.taken == 0 and (share.places == self.start or len(self._lanes) > _REMEMBERED):
            del self._lanes[lane]
