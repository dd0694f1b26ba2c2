"""One line for several records, or several lines for one record, taken as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from reconciliation.matching import sql
from reconciliation.matching.fields import mask
from reconciliation.matching.scope import Scope
from reconciliation.matching.writing import write_group

_FEES = """
SELECT (SELECT sum(l_fee) FROM rc_line WHERE line = ANY(%(lines)s) HAVING count(l_fee) = count(*)),
       (SELECT sum(r_fee) FROM rc_record WHERE record = ANY(%(records)s) HAVING count(r_fee) = count(*)),
       (SELECT count(DISTINCT day) = 1 FROM (
            SELECT l_day AS day FROM rc_line WHERE line = ANY(%(lines)s)
            UNION ALL SELECT r_day FROM rc_record WHERE record = ANY(%(records)s)) d)
"""


def take_group(
    scope: Scope,
    strategy: str,
    score: int,
    lines: Sequence[int],
    records: Sequence[int],
    parts: Sequence[int],
    agreed: Sequence[str],
) -> int:
    """Match them together and take them out of the working tables; how many lines that is, 0 if somebody else was first.

    ``parts`` are the amounts that add up, ``agreed`` the fields that brought them together.
    """
    keys = {"lines": list(lines), "records": list(records)}
    [(theirs, ours, same_day)] = sql.rows(_FEES, keys)
    fields = [*agreed, "status", "currency", *(["date"] if same_day else [])]
    differed = [] if same_day else ["date"]
    if theirs is not None and ours is not None:
        (fields if abs(theirs - ours) <= scope.rules.fee_tolerance else differed).append("fee")
    try:
        with transaction.atomic():
            write_group(
                lines, records, account_id=scope.account.pk, run_id=scope.run_id, strategy=strategy, score=score,
                agreed=mask(*fields), differed=mask(*differed), evidence={"parts": list(parts), "sum": sum(parts)},
                created_at=scope.now,
            )  # fmt: skip
    except IntegrityError:
        return 0
    sql.execute("DELETE FROM rc_line WHERE line = ANY(%(lines)s)", keys)
    sql.execute("DELETE FROM rc_record WHERE record = ANY(%(records)s)", keys)
    return len(lines)
