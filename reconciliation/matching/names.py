"""What names our orders without the provider's number: memos of transfers, and references that several lines share.

A memo may name several orders (one transfer pays them all), an order may stand in several lines (a split payment), and banks cut
memos off, so that only the beginning of a reference is left. Amounts must add up, and no other choice may do so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reconciliation.matching import pairing, sql
from reconciliation.matching.evidence import NUMBERS_CONTRADICT, undone
from reconciliation.matching.groups import take_group
from reconciliation.matching.scope import Scope
from reconciliation.matching.subset import only_subset

_FITS = f"NOT coalesce({NUMBERS_CONTRADICT}, false) AND l_status = 'success' AND r_status = 'success'"
_BY_MEMO = f"""
CREATE TEMP TABLE rc_named AS
SELECT DISTINCT l.line, r.record, false AS cut
FROM rc_line l CROSS JOIN unnest(l_memo) AS memo(name) JOIN rc_record r ON r_reference = memo.name AND r_out = l_out
WHERE NOT twin AND {_FITS}
UNION
SELECT l.line, r.record, true
FROM rc_line l CROSS JOIN unnest(l_memo) AS memo(name)
JOIN rc_record r ON left(r_reference, {{length}}) = left(memo.name, {{length}}) AND r_out = l_out
WHERE NOT twin AND {_FITS} AND length(memo.name) >= {{length}} AND length(memo.name) < length(r_reference)
  AND starts_with(r_reference, memo.name)
"""
_BY_REFERENCE = f"""
CREATE TEMP TABLE rc_named AS
SELECT l.line, r.record, false AS cut FROM rc_line l JOIN rc_record r ON r_reference = l_reference AND r_out = l_out
WHERE NOT twin AND {_FITS}
"""
_NAMED = f"""
SELECT n.line, n.record, l_amount, r_amount FROM rc_named n JOIN rc_line l USING (line) JOIN rc_record r USING (record)
WHERE (l_core OR r_core) AND l_currency = 'VND' AND NOT {undone("r.")} ORDER BY n.line, n.record
"""
# Another amount, but the memo names this order and no other, in full, and no other transfer is left that may pay a part of it.
_ALONE = """cardinality(l_memo) = 1 AND NOT n.cut AND NOT EXISTS (
    SELECT FROM rc_named o JOIN rc_line ol ON ol.line = o.line WHERE o.record = n.record AND o.line <> n.line)"""
# The least that must be left of a reference for it to name anything.
_LEAST_OF_A_NAME = 6
_SAME_AMOUNT = "l_amount = r_amount AND l_currency = 'VND'"
# More lines or records than this under one name are no split payment.
_MOST_NAMED = 12


@dataclass(frozen=True)
class Named:
    """Lines and records that name each other, with their amounts."""

    records_of: dict[int, list[int]]
    lines_of: dict[int, list[int]]
    line_amount: dict[int, int]
    record_amount: dict[int, int]


def memo(scope: Scope, _batch_done: Callable[[], None]) -> int:
    """References of ours in the memo of a transfer; several in one memo where the amounts add up."""
    _name(scope, _BY_MEMO.format(length=_LEAST_OF_A_NAME))
    made = pairing.take(scope, "memo", 85, _SAME_AMOUNT, named=True)
    made += pairing.take(scope, "memo", 85, _ALONE, named=True)
    return made + _several_orders(scope, _named(scope))


def split(scope: Scope, _batch_done: Callable[[], None]) -> int:
    """Several lines that name one record, by reference or memo, and together are its amount."""
    made = 0
    for statement in (_BY_REFERENCE, _BY_MEMO.format(length=_LEAST_OF_A_NAME)):
        _name(scope, statement)
        named = _named(scope)
        for record, lines in _lonely(named.lines_of, named.records_of):
            amounts = [named.line_amount[line] for line in lines]
            if sum(amounts) == named.record_amount[record]:
                made += take_group(scope, "split", 80, lines, [record], amounts, ("reference", "amount"))
    return made


def _several_orders(scope: Scope, named: Named) -> int:
    made = 0
    for line, records in _lonely(named.records_of, named.lines_of):
        amounts = [named.record_amount[record] for record in records]
        chosen = only_subset(amounts, named.line_amount[line])
        if chosen is not None:
            parts = [records[place] for place in chosen]
            made += take_group(scope, "memo", 85, [line], parts, [amounts[place] for place in chosen], ("memo", "amount"))
    return made


def _lonely(many_of: dict[int, list[int]], one_of: dict[int, list[int]]) -> Iterable[tuple[int, list[int]]]:
    """One with its several, of which nobody else names any."""
    for one, many in many_of.items():
        if 2 <= len(many) <= _MOST_NAMED and all(one_of[other] == [one] for other in many):
            yield one, many


def _name(scope: Scope, statement: str) -> None:
    sql.execute("DROP TABLE IF EXISTS rc_named")
    sql.execute(statement, scope.values())


def _named(scope: Scope) -> Named:
    found = Named(defaultdict(list), defaultdict(list), {}, {})
    for line, record, line_amount, record_amount in sql.rows(_NAMED, scope.values()):
        found.records_of[line].append(record)
        found.lines_of[record].append(line)
        found.line_amount[line], found.record_amount[record] = line_amount, record_amount
    return found
