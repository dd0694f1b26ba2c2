"""A refund is taken from receipts: the one that fits, else as many as it takes, never more than is left of any."""

from __future__ import annotations

import random

import pytest

from transactions.services._allocations import split


@pytest.mark.parametrize(
    ("lefts", "amount", "parts"),
    [
        ([(1, 60), (2, 40)], 100, [(1, 60), (2, 40)]),
        ([(1, 60), (2, 40)], 40, [(2, 40)]),
        ([(1, 60), (2, 40)], 30, [(1, 30)]),
        ([(1, 60), (2, 80)], 70, [(2, 70)]),
        ([(1, 60), (2, 0), (3, 40)], 61, [(1, 60), (3, 1)]),
        ([(1, 60), (2, 40)], 101, []),
        ([(1, 0)], 1, []),
        ([], 1, []),
    ],
)
def test_a_refund_is_taken_from_these_receipts(lefts: list[tuple[int, int]], amount: int, parts: list[tuple[int, int]]) -> None:
    assert split(lefts, amount) == parts


def test_whatever_is_left_the_parts_are_the_amount_and_within_each_receipt() -> None:
    dice = random.Random(20261122)
    for _ in range(2_000):
        lefts = [(number, dice.choice([0, dice.randint(1, 50)])) for number in range(dice.randint(0, 6))]
        amount = dice.randint(1, 200)
        parts = split(lefts, amount)
        if sum(left for _number, left in lefts) < amount:
            assert parts == []
            continue
        assert sum(part for _number, part in parts) == amount
        assert len({number for number, _part in parts}) == len(parts)
        assert all(0 < part <= dict(lefts)[number] for number, part in parts)
