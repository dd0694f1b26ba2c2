"""One seed from its beginning to the comparison of the books."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.world.compare import compare
from tests.world.model import Falsehood
from tests.world.planted import PLANTED
from tests.world.process import Stuck
from tests.world.quiet import let_it_end
from tests.world.scene import Scene
from tests.world.setting import open_shops
from tests.world.staff import Office
from tests.world.stage import Stage
from tests.world.steps import STEPS, Steps


@dataclass
class Outcome:
    """What came of a seed; ``falsehood`` is empty where all was well."""

    seed: int
    falsehood: str
    seconds: float = 0
    counts: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    story: list[str] = field(default_factory=list)
    # How often a planted fault's line was reached.
    reached: int = 0


def run_seed(stage: Stage, seed: int, *, fault: str = "", steps: int = STEPS) -> Outcome:
    """Run it, with a planted fault of the service if one is named."""
    began = time.monotonic()
    scene = Scene(stage, seed)
    falsehood = ""
    with ExitStack() as planted:
        if fault:
            planted.enter_context(PLANTED[fault].planted())
        try:
            open_shops(scene)
            office = Office(scene)
            Steps(scene, office).run(steps)
            let_it_end(scene, office)
            compare(scene)
        except Falsehood as found:
            falsehood = str(found)
        except Stuck as stuck:
            falsehood = f"stuck: {stuck}"
    counts = Counter({**scene.counts, "events": len(scene.story)})
    reached = PLANTED[fault].calls if fault else 0
    return Outcome(seed, falsehood, round(time.monotonic() - began, 2), counts, scene.points, scene.story, reached)
