"""Which of some amounts add up to a sum, if only one choice does. Pure, and bounded: it gives up rather than search for long."""

from __future__ import annotations

from collections.abc import Sequence

MOST_CANDIDATES = 24
_MOST_SUMS = 200_000


def only_subset(amounts: Sequence[int], total: int, *, least: int = 2) -> tuple[int, ...] | None:
    """Positions of the amounts that add up to ``total``; None where none do, several choices do, or there are too many to tell.

    Amounts are positive. A choice has at least ``least`` of them.
    """
    if len(amounts) < least or min(amounts) <= 0 or sum(amounts) < total:
        return None
    if sum(amounts) == total:  # all of them: no part of positive amounts is as much as the whole
        return tuple(range(len(amounts)))
    if len(amounts) > MOST_CANDIDATES:
        return None
    # Every sum that can be reached, with the one choice that reaches it; None once a second one does.
    reached: dict[int, tuple[int, ...] | None] = {0: ()}
    for position, amount in enumerate(amounts):
        for before, chosen in list(reached.items()):
            after = before + amount
            if after > total:
                continue
            reached[after] = None if after in reached or chosen is None else (*chosen, position)
        if len(reached) > _MOST_SUMS:
            return None
    found = reached.get(total)
    return found if found is not None and len(found) >= least else None
