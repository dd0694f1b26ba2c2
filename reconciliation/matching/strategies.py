"""The strategies, in order, each with the score of its evidence. None of them guesses: what could be two things is left open.

``number`` comes first and is made while the working tables are (``staging``); the others work on what it leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciliation.matching import names, pairing, sums
from reconciliation.matching.evidence import NUMBERS_CONTRADICT, folded
from reconciliation.matching.scope import Scope
from reconciliation.matching.writing import batches, write_batch

_FITS = f"NOT coalesce({NUMBERS_CONTRADICT}, false)"
_SAME_AMOUNT = "l_amount = r_amount AND l_currency = 'VND'"
# A short text at the end of a longer one proves nothing.
_LEAST = 8


@dataclass(frozen=True)
class Strategy:
    """``run`` matches what it is certain of and returns how many lines that were; ``batch_done`` is called at each border."""

    name: str
    score: int
    run: Callable[[Scope, Callable[[], None]], int]


def _number(scope: Scope, batch_done: Callable[[], None]) -> int:
    """The provider's own number, batch after batch."""
    made = 0
    for low, high in batches():
        made += write_batch(scope, low, high)
        batch_done()
    return made


def _reference(scope: Scope, _batch_done: Callable[[], None]) -> int:
    """Our reference, letter by letter; where several carry it, those whose amount is the same."""
    # Our reference of a refund is sent with every try, and the provider may give each try a number.
    same = f"l_reference = r_reference AND (l_out OR {_FITS})"
    made = pairing.take(scope, "reference", 95, same) + pairing.take(scope, "reference", 95, f"{same} AND {_SAME_AMOUNT}")
    return made + pairing.take(scope, "reference", 95, same, successes=False)


def _reference_folded(scope: Scope, _batch_done: Callable[[], None]) -> int:
    """Our reference with its spaces, marks, case or beginning lost, or with something before it."""
    line, record = folded("l_reference"), folded("r_reference")
    ends = f"right({line}, {_LEAST}) = right({record}, {_LEAST}) AND length({line}) >= {_LEAST} AND length({record}) >= {_LEAST}"
    shorter = f"right({line}, least(length({line}), length({record}))) = right({record}, least(length({line}), length({record})))"
    same = f"{ends} AND {shorter} AND {_FITS}"
    return pairing.take(scope, "reference_folded", 90, same) + pairing.take(
        scope, "reference_folded", 90, f"{same} AND {_SAME_AMOUNT}"
    )


def _original(scope: Scope, _batch_done: Callable[[], None]) -> int:
    """Of a refund: the payment that it gives back, by the provider's number or our reference, and the amount."""
    same = f"l_out AND (l_original = r_original OR l_reference = r_payment) AND {_FITS} AND {_SAME_AMOUNT}"
    return pairing.take(scope, "original", 88, same)


def _amount_time(scope: Scope, _batch_done: Callable[[], None]) -> int:
    """The same amount at nearly the same time, once on each side, where no name says anything else."""
    same = (
        f"{_SAME_AMOUNT} AND l_at BETWEEN r_at - %(window)s AND r_at + %(window)s"
        " AND (l_number IS NULL OR r_number IS NULL) AND (l_reference IS NULL OR r_reference IS NULL)"
        " AND coalesce(cardinality(l_memo), 0) = 0 AND r_status = 'success' AND NOT (l_out AND l_original IS NOT NULL)"
    )
    return pairing.take(scope, "amount_time", 60, same)


STRATEGIES = (
    Strategy("number", 100, _number),
    Strategy("reference", 95, _reference),
    Strategy("reference_folded", 90, _reference_folded),
    Strategy("original", 88, _original),
    Strategy("memo", 85, names.memo),
    Strategy("split", 80, names.split),
    Strategy("lump", 70, sums.lump),
    Strategy("amount_time", 60, _amount_time),
)
