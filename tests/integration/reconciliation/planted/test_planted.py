"""Planted worlds: every planted difference is found with its type and amount, none is invented, no match is wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.factories.planted import gateway, transfers
from tests.factories.planted_runs import reconciled
from tests.factories.world import Role

pytestmark = pytest.mark.django_db
FEW, MORE = range(5), range(5, 20)
SEEDS = [*FEW, *(pytest.param(seed, marks=pytest.mark.slow) for seed in MORE)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_gateways_two_weeks_come_to_the_planted_differences(acme: Role, tmp_path: Path, seed: int) -> None:
    world = gateway.plant(seed)
    found = reconciled(world, acme, tmp_path)
    assert found.groups == set(world.groups)
    assert found.open == Counter(world.findings)
    assert found.closed == set(world.closed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_banks_two_weeks_come_to_the_planted_differences(acme: Role, tmp_path: Path, seed: int) -> None:
    world = transfers.plant(seed)
    found = reconciled(world, acme, tmp_path)
    assert found.groups - set(world.groups) == set()  # not one wrong
    left = set(world.groups) - found.groups
    assert left <= set(world.ambiguous)
    assert len(left) * 20 <= len(world.ambiguous), f"{len(left)} of {len(world.ambiguous)} ambiguous ones are left open"
    of_left = {key for group in left for side in group for key in side}
    assert Counter({one: n for one, n in found.open.items() if one[1] not in of_left}) == Counter(world.findings)
    assert set(world.closed) - {one for one in world.closed if one[1] in of_left} <= found.closed
