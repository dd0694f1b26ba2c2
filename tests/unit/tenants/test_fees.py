"""Fees as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from payments_site.kernel.errors import InvalidInput
from tenants import fees
from tenants.fees import FeeTerms
from tenants.models import FeeSchedule


def test_a_fee_of_the_contract_becomes_basis_points_and_back() -> None:
    fee = {"percent": "1.10", "fixed": 1650, "min": 0, "max": None, "vat_percent": "10"}
    terms = fees.parse(fee)
    assert terms == FeeTerms(basis_points=110, fixed=1650, minimum=0, maximum=None, vat_basis_points=1000)
    assert fees.shown(FeeSchedule(**terms.columns())) == {**fee, "vat_percent": "10.00"}
    assert fees.terms_of(FeeSchedule(**terms.columns())) == terms


def test_what_is_left_out_is_nothing() -> None:
    assert fees.parse({}) == FeeTerms(0, 0, 0, None, 0)


@pytest.mark.parametrize(
    ("fee", "field"),
    [
        ({"percent": "100.01"}, "fee.percent"),
        ({"percent": "1.234"}, "fee.percent"),
        ({"percent": 1.1}, "fee.percent"),
        ({"percent": None}, "fee.percent"),
        ({"percent": "1.²"}, "fee.percent"),
        ({"percent": "-1"}, "fee.percent"),
        ({"vat_percent": "ten"}, "fee.vat_percent"),
        ({"fixed": -1}, "fee.fixed"),
        ({"fixed": 1.5}, "fee.fixed"),
        ({"fixed": True}, "fee.fixed"),
        ({"min": 10**16}, "fee.min"),
        ({"max": "5"}, "fee.max"),
        ({"min": 10, "max": 9}, "fee.max"),
    ],
)
def test_a_fee_that_makes_no_sense_is_refused_by_field(fee: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        fees.parse(fee)
    assert caught.value.details["field"] == field
