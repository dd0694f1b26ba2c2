"""What becomes of a memo between the QR and the receiving bank: apps and banks add, fold, cut and lose parts of it."""

from collections.abc import Callable

_LOST_AT_THE_END = 3

_STYLES: dict[str, Callable[[str], str]] = {
    "exact": lambda memo: memo,
    # As Vietcombank's statements show a transfer from its app.
    "prefixed": lambda memo: f"MBVCB.7391045528.{memo}.CT tu 9988776655 NGUYEN THI ANH toi",
    "no_spaces": lambda memo: memo.replace(" ", ""),
    "spaced": lambda memo: f"{memo[: len(memo) // 2]} {memo[len(memo) // 2 :]}",
    "lower": str.lower,
    "truncated": lambda memo: memo[:-_LOST_AT_THE_END],
    "accented": lambda memo: f"Chuyển khoản {memo} cảm ơn nhé",
    "none": lambda _memo: "",
}
STYLES = (*_STYLES, "two_orders")


def written(memo: str, style: str, other: str = "") -> str:
    """The memo as it arrives. `two_orders`: the payer paid two orders at once and names both. KeyError for an unknown style."""
    return f"{memo} {other}" if style == "two_orders" else _STYLES[style](memo)
