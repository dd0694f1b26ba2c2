"""The generator itself: it knows nothing of what it judges, says the same of a seed each time, and leaves nothing out."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories import planted
from tests.factories.planted import files, gateway, transfers
from tests.factories.planted.sums import Loose, is_as_planted
from tests.factories.planted.world import Fees, World

PLANTS = [gateway.plant, transfers.plant]
TYPES = {
    "missing_at_provider", "missing_in_system", "amount", "fee", "status", "duplicate", "currency", "timing", "refund_unknown",
    "unidentified_money",
}  # fmt: skip


def test_it_imports_nothing_of_the_reconciliation() -> None:
    for path in Path(planted.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in ("reconciliation", "sandbox")], path.name


@pytest.mark.parametrize("plant", PLANTS)
def test_a_seed_is_the_same_world_each_time(plant: Callable[[int], World]) -> None:
    assert plant(7).truth() == plant(7).truth()
    assert plant(7).truth() != plant(8).truth()


@pytest.mark.parametrize(("plant", "stories"), [(gateway.plant, gateway.STORIES), (transfers.plant, transfers.STORIES)])
def test_every_story_is_told_with_every_seed(plant: Callable[[int], World], stories: list[Callable[..., None]]) -> None:
    for seed in range(20):
        assert {story.__name__ for story in stories} <= set(plant(seed).told)


@pytest.mark.parametrize("seed", range(20))
def test_every_type_of_difference_is_planted_with_every_seed(seed: int) -> None:
    told = {kind for plant in PLANTS for kind, _about, _amount in plant(seed).findings}
    assert told == TYPES
    assert gateway.plant(seed).closed  # and some that end by themselves
    assert len(transfers.plant(seed).ambiguous) >= 60


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("seed", range(3))
def test_the_truth_names_only_what_is_there_and_each_thing_once(plant: Callable[[int], World], seed: int) -> None:
    truth = json.loads(plant(seed).truth())
    world = plant(seed)
    lines, records = {one.key for one in world.lines}, {one.key for one in world.records}
    for side, known in (("lines", lines), ("records", records)):
        used = [key for group in truth["groups"] for key in group[side]]
        assert len(used) == len(set(used))
        assert set(used) <= known
    assert {about for _kind, about, _amount in truth["findings"]} <= lines | records


@pytest.mark.parametrize("plant", PLANTS)
def test_every_line_stands_in_one_file(plant: Callable[[int], World]) -> None:
    world = plant(3)
    text = "".join(files.of_day(world, day).decode("utf-8-sig") for day in world.days)
    for line in world.lines:
        assert (line.number or line.memo) in text
    assert {line.listed for line in world.lines} <= set(world.days)


def test_fees_are_rounded_half_up_with_tax_on_top() -> None:
    assert Fees(110, 1_650, 1_000).of(100_000) == 3_025
    assert Fees(110, 0, 0).of(150) == 2  # 1.65
    assert Fees(100, 0, 0).of(150) == 2  # 1.5
    assert Fees(100, 0, 0).of(149) == 1  # 1.49


def test_a_world_in_which_chance_made_sums_alike_is_seen() -> None:
    story = transfers.Transfers(1)
    day = story.world.days[0]
    story.lump(day)
    assert is_as_planted(story.loose)
    [line] = story.loose.lines
    other = story.loose.records[0]
    story.loose.records += [other, other]
    assert not is_as_planted(story.loose)
    assert is_as_planted(Loose())
    assert line.amount == sum(one.amount for one in story.world.records)
