"""The world in CI: some seeds of the true service, and each planted fault with the lowest seed that finds it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from payments_site.devstack.environment import PROJECT
from payments_site.kernel.faults import FAULT_POINTS
from tests.world.planted import PLANTED
from tests.world.steps import Steps

SEEDS = range(25)
STEPS = 120
TWICE = 7
# A change of the service changes the stories a little: the next seed may be the one that finds it then.
_FAULTY = [f"{fault.found_by}+:{name}" for name, fault in PLANTED.items()]
# Steps of rooms in which the world does not play: beat is a process of its own, and nobody reconciles here yet.
_ELSEWHERE = ("beat.", "reconcile.", "statement.")
_WAYS_TO_PAY = {"paid", "fail", "cancel", "pay_twice", "notice_twice", "silent", "wrong_amount", "pending", "part", "over"}

Told = dict[str, Any]


def world(*tasks: str, seconds: int) -> list[Told]:
    """What came of each seed, run in a process and a database of their own."""
    command = [sys.executable, "-m", "tests.world", "--json", "--steps", str(STEPS), *tasks]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "payments_site.settings.test"}
    run = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=seconds, check=False)
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert told, run.stderr
    return told


def summed(outcomes: list[Told], what: str) -> Counter[str]:
    return sum((Counter(one[what]) for one in outcomes), Counter())


# One test, so that one worker runs one process with one database.
@pytest.mark.timeout(1200)
def test_the_true_service_is_true_in_every_seed_and_every_planted_fault_is_found() -> None:
    told = world(f"{SEEDS[0]}-{SEEDS[-1]}", *_FAULTY, str(TWICE), seconds=1100)
    seeds, again = told[: len(SEEDS)], told[-1]
    found = {one["task"]: one["falsehood"] for one in seeds if one["falsehood"]}
    assert found == {}, f"once more: make world SEED={','.join(found)} ARGS='--steps {STEPS}'"
    assert again["story"] == seeds[TWICE]["story"], "the same seed has told another story"
    faulty = {one["task"]: one for one in told[len(SEEDS) : -1]}
    assert list(faulty) == _FAULTY
    assert [task for task, one in faulty.items() if not one["falsehood"]] == [], "planted, and not found by any of 50 seeds"
    assert [task for task, one in faulty.items() if not one["reached"]] == [], "planted where nobody comes"
    if beyond := {str(one["seed"]) for one in faulty.values() if one["seed"] not in SEEDS}:
        assert [one["falsehood"] for one in world(*beyond, seconds=300) if one["falsehood"]] == []
    everything_happened(seeds)


def everything_happened(seeds: list[Told]) -> None:
    """A world in which nobody does anything finds nothing."""
    assert set(summed(seeds, "points")) == {point for point in FAULT_POINTS if not point.startswith(_ELSEWHERE)}
    counts = summed(seeds, "counts")
    assert {way.__name__ for way in Steps.WAYS} <= set(counts)
    assert {f"pay {way}" for way in _WAYS_TO_PAY} <= set(counts)
    assert counts["killed"] > 2 * len(seeds)
    assert counts["met"] > 5 * len(seeds)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_by_one_of_the_first_fifty_seeds(name: str) -> None:
    [told] = world(f"0+:{name}", seconds=3000)
    assert told["falsehood"], f"no seed sees that {PLANTED[name].words}"
    assert told["reached"] > 0
