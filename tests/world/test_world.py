"""The world in CI: some seeds of the true service, and each planted fault with the lowest seed that finds it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from payments_site.devstack.environment import PROJECT
from payments_site.kernel.faults import FAULT_POINTS
from tests.world.planted import PLANTED
from tests.world.steps import Steps

SEEDS = range(25)
STEPS = 120
# A fault must be found by one of so many.
MOST = 50
_FAULTY = [f"{fault.found_by}:{name}" for name, fault in PLANTED.items()]


def world(*tasks: str, seconds: int) -> dict[str, dict[str, Any]]:
    """{task: what came of it}, run in a process and a database of their own."""
    command = [sys.executable, "-m", "tests.world", "--json", "--steps", str(STEPS), *tasks]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "payments_site.settings.test"}
    run = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=seconds, check=False)
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert told, run.stderr
    return {one["task"]: one for one in told}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, Any]]:
    """All that is run here, by one process."""
    return world(f"{SEEDS[0]}-{SEEDS[-1]}", *_FAULTY, seconds=590)


def summed(outcomes: dict[str, dict[str, Any]], what: str) -> Counter[str]:
    return sum((Counter(outcomes[str(seed)][what]) for seed in SEEDS), Counter())


@pytest.mark.timeout(600)
def test_no_seed_of_the_true_service_finds_anything_false(outcomes: dict[str, dict[str, Any]]) -> None:
    found = {seed: outcomes[str(seed)]["falsehood"] for seed in SEEDS if outcomes[str(seed)]["falsehood"]}
    assert found == {}, "once more: make world SEED=" + ",".join(map(str, found))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_by_its_seed(outcomes: dict[str, dict[str, Any]], name: str) -> None:
    fault = PLANTED[name]
    outcome = outcomes[f"{fault.found_by}:{name}"]
    assert outcome["falsehood"], f"seed {fault.found_by} does not see that {fault.words}"
    assert outcome["reached"] > 0
    assert fault.found_by in SEEDS  # where the true service is clean, so it was the fault that was found


@pytest.mark.timeout(600)
def test_every_fault_point_is_passed_and_processes_die_and_meet(outcomes: dict[str, dict[str, Any]]) -> None:
    assert set(summed(outcomes, "points")) == FAULT_POINTS
    counts = summed(outcomes, "counts")
    assert counts["killed"] > 2 * len(SEEDS)
    assert counts["met"] > 5 * len(SEEDS)


@pytest.mark.timeout(600)
def test_everybody_does_everything_somewhere(outcomes: dict[str, dict[str, Any]]) -> None:
    counts = summed(outcomes, "counts")
    ways: list[Callable[..., None]] = list(Steps.WAYS)
    assert {way.__name__ for way in ways} <= {name for name, times in counts.items() if times}
    paid = {name for name in counts if name.startswith("pay ")}
    assert {"pay paid", "pay fail", "pay cancel", "pay pay_twice", "pay silent", "pay part", "pay over"} <= paid


@pytest.mark.timeout(300)
def test_a_seed_tells_the_same_story_again() -> None:
    stories = [world("7", seconds=290)["7"]["story"] for _ in range(2)]
    assert stories[0] == stories[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_no_lower_seed_finds_a_planted_fault(name: str) -> None:
    fault = PLANTED[name]
    assert fault.found_by < MOST
    told = world(f"0-{fault.found_by}:{name}", seconds=3000)
    assert [task for task, one in told.items() if one["falsehood"]] == [f"{fault.found_by}:{name}"]
