"""What a provider keeps. Pure."""

from __future__ import annotations

from typing import Protocol

from payments_site.kernel.money import basis_points_of


class Schedule(Protocol):
    """A fee schedule's numbers (``tenants.FeeSchedule``)."""

    basis_points: int
    fixed: int
    minimum: int
    maximum: int | None
    vat_basis_points: int


def fee_of(amount: int, schedule: Schedule | None) -> int:
    """The fee on ``amount`` in đồng, VAT included: percent plus fixed part, bounded, half up; never more than the amount."""
    if schedule is None:
        return 0
    fee = basis_points_of(amount, schedule.basis_points) + schedule.fixed
    fee = max(fee, schedule.minimum)
    if schedule.maximum is not None:
        fee = min(fee, schedule.maximum)
    return min(fee + basis_points_of(fee, schedule.vat_basis_points), amount)
