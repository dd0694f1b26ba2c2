"""A provider's fee as people write it (percent, đồng), turned into what is stored (basis points)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from payments_site.kernel import money
from payments_site.kernel.errors import InvalidInput
from tenants.models import FeeSchedule
from tenants.rules import MAX_MONEY, Problem, money_fault

_MAX_PERCENT_LENGTH = 6


@dataclass(frozen=True)
class FeeTerms:
    """The columns of a ``FeeSchedule``."""

    basis_points: int
    fixed: int
    minimum: int
    maximum: int | None
    vat_basis_points: int

    def columns(self) -> dict[str, int | None]:
        """Column names and values."""
        return asdict(self)


def parse(fee: Mapping[str, Any]) -> FeeTerms:
    """The terms behind ``{percent, fixed, min, max, vat_percent}``; what is left out is 0 (``max``: none).

    Raises ``InvalidInput`` naming ``fee.percent`` and so on.
    """
    problems: list[Problem] = []
    terms = FeeTerms(
        basis_points=_basis_points(fee, "percent", problems),
        fixed=_amount(fee, "fixed", problems) or 0,
        minimum=_amount(fee, "min", problems) or 0,
        maximum=_amount(fee, "max", problems),
        vat_basis_points=_basis_points(fee, "vat_percent", problems),
    )
    if terms.maximum is not None and terms.maximum < terms.minimum and not problems:
        problems.append({"field": "fee.max", "constraint": "at least fee.min"})
    if problems:
        raise InvalidInput(*problems)
    return terms


def terms_of(row: FeeSchedule) -> FeeTerms:
    """The terms of a stored schedule."""
    return FeeTerms(row.basis_points, row.fixed, row.minimum, row.maximum, row.vat_basis_points)


def shown(row: FeeSchedule) -> dict[str, Any]:
    """A stored schedule in the API's words."""
    return {
        "percent": money.basis_points_to_percent(row.basis_points),
        "fixed": row.fixed,
        "min": row.minimum,
        "max": row.maximum,
        "vat_percent": money.basis_points_to_percent(row.vat_basis_points),
    }


def _basis_points(fee: Mapping[str, Any], name: str, problems: list[Problem]) -> int:
    text = fee.get(name, "0")
    try:
        if not isinstance(text, str) or len(text) > _MAX_PERCENT_LENGTH:
            raise ValueError("not a short text")
        points = money.percent_to_basis_points(text)
    except ValueError:
        points = -1
    if 0 <= points <= 10_000:
        return points
    problems.append({"field": f"fee.{name}", "constraint": 'a percentage from "0" to "100" with at most two decimals'})
    return 0


def _amount(fee: Mapping[str, Any], name: str, problems: list[Problem]) -> int | None:
    value = fee.get(name)
    if value is None:
        return None
    fault = money_fault(value, least=0)
    if fault:
        problems.append({"field": f"fee.{name}", "constraint": fault})
        return None
    return int(value)


__all__ = ["MAX_MONEY", "FeeTerms", "parse", "shown", "terms_of"]
