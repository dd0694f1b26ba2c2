"""What a provider should have kept, in SQL: the same as ``transactions.fees.fee_of``, held to it by a test."""

from __future__ import annotations

# The account's schedules, each with the moment at which the next one takes its place.
SCHEDULES = """
SELECT valid_from, lead(valid_from, 1, 'infinity') OVER (ORDER BY valid_from) AS valid_to,
       basis_points::bigint AS points, fixed, minimum, coalesce(maximum, 9223372036854775807) AS maximum,
       vat_basis_points::bigint AS vat
FROM tenants_feeschedule WHERE account_id = %(account)s
"""
# Basis points of a positive amount, half up; a bigint division throws the rest away.
_BEFORE_VAT = "least(greatest(({amount} * s.points + 5000) / 10000 + s.fixed, s.minimum), s.maximum)"


def fee_sql(amount: str) -> str:
    """The fee on the column ``amount`` by the schedule ``s``; NULL where no schedule is in force."""
    before = _BEFORE_VAT.format(amount=amount)
    # least and greatest pass over a NULL, so a missing schedule has to be asked for.
    return f"CASE WHEN s.points IS NOT NULL THEN least({before} + ({before} * s.vat + 5000) / 10000, {amount}) END"
