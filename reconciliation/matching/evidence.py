"""What of a line and a record agrees and what differs, in SQL over the columns ``l_...`` and ``r_...``."""

from __future__ import annotations

from reconciliation.matching.fields import BITS

# Field, what must be true for it to agree, and to differ; NULL (not known on one side) is neither.
_TESTS = (
    ("number", "l_number = r_number", "l_number <> r_number"),
    ("reference", "l_reference = r_reference", "l_reference <> r_reference AND l_reference IS DISTINCT FROM r_payment"),
    ("amount", "l_currency = 'VND' AND l_amount = r_amount", "l_currency = 'VND' AND l_amount <> r_amount"),
    ("fee", "abs(l_fee - r_fee) <= %(tolerance)s", "abs(l_fee - r_fee) > %(tolerance)s"),
    (
        "net",
        "NOT l_out AND abs(l_net - (r_amount - r_fee)) <= %(tolerance)s",
        "NOT l_out AND abs(l_net - (r_amount - r_fee)) > %(tolerance)s",
    ),
    (
        "status",
        "l_status = r_status OR l_status = 'reversed' AND r_status = 'failed'",
        "l_status <> r_status AND NOT (l_status = 'reversed' AND r_status = 'failed')",
    ),
    ("currency", "l_currency = 'VND'", "l_currency <> 'VND'"),
    ("date", "l_day = r_day", "l_day <> r_day"),
    ("original", "l_original = r_original OR l_reference = r_payment", "l_original <> r_original"),
    ("memo", "r_reference = ANY(l_memo)", "cardinality(l_memo) > 0 AND r_reference <> ALL(l_memo)"),
    (
        "time",
        "l_at BETWEEN r_at - %(window)s AND r_at + %(window)s",
        "l_at NOT BETWEEN r_at - %(window)s AND r_at + %(window)s",
    ),
)


def _sum(cases: list[tuple[str, str]]) -> str:
    return " + ".join(f"CASE WHEN {condition} THEN {BITS[field]} ELSE 0 END" for field, condition in cases)


AGREED = _sum([(field, agrees) for field, agrees, _differs in _TESTS])
DIFFERED = _sum([(field, differs) for field, _agrees, differs in _TESTS])


def folded(column: str) -> str:
    """A reference without what files lose or add between its letters and digits, and blind to case."""
    return f"upper(translate({column}, ' -_./:#,;|*''\"()[]', ''))"


# Two names that can not be the same one badly written: neither holds the other.
NAMES_CONTRADICT = (
    f"l_reference <> r_reference AND l_reference IS DISTINCT FROM r_payment"
    f" AND position({folded('r_reference')} IN {folded('l_reference')}) = 0"
    f" AND position({folded('l_reference')} IN {folded('r_reference')}) = 0"
)
# The provider gave them two numbers.
NUMBERS_CONTRADICT = "l_number <> r_number"
# Somebody has said that they are not the same.
UNDONE = """EXISTS (SELECT FROM reconciliation_match u WHERE u.account_id = %(account)s AND u.undone_at IS NOT NULL
    AND u.line_id = line AND (u.receipt_id = x_receipt OR u.refund_id = x_refund))"""


def undone(prefix: str = "") -> str:
    """The condition that the pair of this row was undone once; ``prefix`` says of which table."""
    return UNDONE.replace("x_receipt", f"{prefix}receipt_id").replace("x_refund", f"{prefix}refund_id").replace(
        "= line", f"= {'l.' if prefix else ''}line"
    )  # fmt: skip
