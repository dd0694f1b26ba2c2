"""Integer money. The only currency is VND, whose smallest unit is the đồng itself: 100000 is 100.000 ₫."""

from __future__ import annotations

VND = "VND"
CURRENCIES = (VND,)


def format_vnd(amount: int) -> str:
    """``100000`` -> ``100.000 ₫``, as Vietnamese readers write it."""
    return f"{amount:,}".replace(",", ".") + " ₫"


def basis_points_of(amount: int, basis_points: int) -> int:
    """``basis_points`` (1/100 of a percent) of ``amount``, rounded half up to the đồng."""
    return (amount * basis_points + 5_000) // 10_000


def percent_to_basis_points(percent: str) -> int:
    """``"1.10"`` -> ``110``. Raises ``ValueError`` for anything that is not a percentage with at most two decimals."""
    whole, _, decimals = percent.strip().partition(".")
    if not percent.isascii() or not whole.isdigit() or len(decimals) > 2 or (decimals and not decimals.isdigit()):
        raise ValueError("a percentage with at most two decimals is expected")
    return int(whole) * 100 + int((decimals + "00")[:2])


def basis_points_to_percent(basis_points: int) -> str:
    """``110`` -> ``"1.10"``."""
    return f"{basis_points // 100}.{basis_points % 100:02d}"
