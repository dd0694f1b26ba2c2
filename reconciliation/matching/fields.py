"""The fields that are compared, as bits of ``Match.agreed`` and ``Match.differed``; in neither: not known on one side."""

from __future__ import annotations

from collections.abc import Mapping

# Never renumbered: rows that exist are read by it.
BITS: Mapping[str, int] = {
    "number": 1,  # the provider's number of the payment or refund
    "reference": 2,  # ours
    "amount": 4,
    "fee": 8,  # against the fee schedule in force, VAT included
    "net": 16,
    "status": 32,
    "currency": 64,
    "date": 128,  # the business day
    "original": 256,  # of a refund: the payment it gives back
    "memo": 512,  # our reference in a bank's memo
    "time": 1024,  # within the account's window
}
# A difference of these is money or its state, and so an item; the others are evidence.
SERIOUS = BITS["amount"] | BITS["fee"] | BITS["net"] | BITS["status"] | BITS["currency"]


def names(bits: int) -> list[str]:
    """The fields of a mask, in the order of the table."""
    return [name for name, bit in BITS.items() if bits & bit]


def mask(*fields: str) -> int:
    """The bits of these fields."""
    return sum(BITS[name] for name in fields)
