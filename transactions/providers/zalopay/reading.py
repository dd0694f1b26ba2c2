"""ZaloPay's field texts as our values."""

from __future__ import annotations

from collections.abc import Mapping

from transactions.providers.jsontext import digits

_LONGEST_AMOUNT = 12
# For the record: nothing about the payer (app_user, merchant_user_id, zp_user_id), nor the order's texts, which are ours.
_RECORDED = (
    "app_id",
    "app_trans_id",
    "app_time",
    "amount",
    "zp_trans_id",
    "server_time",
    "channel",
    "user_fee_amount",
    "discount_amount",
    "return_code",
    "return_message",
    "sub_return_code",
    "sub_return_message",
    "refund_id",
)


def amount_of(text: str) -> int | None:
    """đồng; ``None`` when it is not digits, which equals no amount."""
    return digits(text, longest=_LONGEST_AMOUNT)


def number_of(text: str) -> str | None:
    """A number ZaloPay gave, ``None`` for its "0" and for nothing."""
    return text if text.strip("0") else None


def record_of(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields for the record."""
    return {name: fields[name] for name in _RECORDED if fields.get(name)}
