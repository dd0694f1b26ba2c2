"""One seed under way: its chance, its clock, what was seen, and how an act is carried out (plainly, killed, or in a race)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.world.clockwork import WorldClock
from tests.world.model import Falsehood, Truth
from tests.world.process import End, Process, meet
from tests.world.stage import Stage

_KILLED, _MET = 0.20, 0.60
# What is not known yet of an act: how many statements it makes, and how many after a commit.
_STATEMENTS, _BEGINNINGS = 20, 3
# So long after a failure a provider's circuit has closed again; what is in Redis is older than that.
_REDIS_FORGETS = timedelta(seconds=15)


@dataclass(frozen=True)
class Act:
    """Something that a process of the service does. ``ended`` is told in the world's own thread."""

    name: str
    work: Callable[[], Any]
    ended: Callable[[End], None] = lambda _end: None

    @property
    def kind(self) -> str:
        """What it is, without what it is about."""
        return self.name.partition(" ORD")[0]


class Scene:
    """What every step of the world is given."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage, self.seed = stage, seed
        self.chance = Random(seed)
        self.clock = WorldClock(self.chance)
        self.truth = Truth()
        self.counts: Counter[str] = Counter()
        self.points: Counter[str] = Counter()
        self.story: list[str] = []
        self.is_calm = False
        self._lengths: dict[str, int] = {}
        self._beginnings: dict[str, int] = {}
        self._names = 0
        self._processes = 0
        stage.begin(self.clock)

    @property
    def now(self) -> datetime:
        return self.clock.look()

    def name(self, kind: str) -> str:
        """A name that this seed has not used."""
        self._names += 1
        return f"{kind}-{self.seed}-{self._names}"

    def false(self, what: str) -> None:
        """The seed has found something that must not be. Raises ``Falsehood``."""
        raise Falsehood(what)

    def pass_time(self, by: timedelta) -> None:
        """Let time pass; what Redis holds is too old after a while."""
        self.clock.move(by)
        if by >= _REDIS_FORGETS:
            self.stage.forget_redis()

    def do(self, act: Act, *, beside: Act | None = None) -> None:
        """Carry it out: the seed says whether it is killed, or held while ``beside`` comes in between."""
        draw = self.chance.random()
        if beside is not None and not self.is_calm and draw < _MET:
            self._meet(act, beside)
        elif not self.is_calm and draw > 1 - _KILLED:
            self._kill(act)
            if beside is not None:
                self._plainly(beside)
        else:
            self._plainly(act)
            if beside is not None:
                self._plainly(beside)

    def _plainly(self, act: Act) -> None:
        process = self._process(act)
        end = self.stage.left.begin(process, act.work).result(60)
        self._over(act, process, end)

    def _kill(self, act: Act) -> None:
        process = self._process(act)
        draw = self.chance.random()
        if draw < 0.2:
            process.die_point = self.chance.randint(1, 3)
        elif draw < 0.4:
            process.die_at = self._some_statement(act)
        else:
            process.die_begin = self.chance.randint(1, self._beginnings.get(act.kind, _BEGINNINGS))
        end = self.stage.left.begin(process, act.work).result(60)
        self._over(act, process, end)

    def _meet(self, first: Act, second: Act) -> None:
        held, other = self._process(first), self._process(second)
        held.hold_at = self._some_statement(first)
        ends = meet(self.stage.left, self.stage.right, (held, first.work), (other, second.work))
        self.counts["met"] += held.held.is_set()
        self._over(first, held, ends[0])
        self._over(second, other, ends[1])

    def _some_statement(self, act: Act) -> int:
        """One of those that the newest act of this kind made."""
        return self.chance.randint(1, self._lengths.get(act.kind, _STATEMENTS))

    def _process(self, act: Act) -> Process:
        self._processes += 1
        return Process(f"{self._processes:05}{act.name}")

    def _over(self, act: Act, process: Process, end: End) -> None:
        self.counts["acts"] += 1
        self.points.update(process.points)
        if process.statements and not end.crash:
            self._lengths[act.kind] = process.statements
            self._beginnings[act.kind] = max(1, process.beginnings)
        if end.crash:
            self.counts["killed"] += 1
            self.stage.receivers.excuse(process.name)
        how = f" (killed at {end.crash})" if end.crash else f" ({end.error!r})" if end.error else ""
        at = f" held at {process.hold_at}" if process.held.is_set() else ""
        self.story.append(f"{self.now:%d %H:%M:%S} {act.name}{at}{how}")
        if end.error is not None:
            raise Falsehood(f"{act.name}: {end.error!r}") from end.error
        act.ended(end)
        self._nothing_false()

    def _nothing_false(self) -> None:
        told = [*self.stage.complaints, *self.stage.receivers.falsehoods]
        if told:
            raise Falsehood(told[0])
