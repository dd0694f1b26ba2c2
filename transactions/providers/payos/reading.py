"""payOS's data as our values. Amounts are đồng there too; times without a zone are Vietnam's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from payments_site.kernel.clock import VIETNAM
from transactions.providers.base import Transfer

_MOST_AMOUNT = 10**15
_LONGEST_TEXT = 500
_CODE = re.compile(r"[1-9][0-9]{0,15}")
_NUMBER = re.compile(r"[!-~]{1,100}")
# What is kept as payOS's own words: nothing of the payer (counterAccount*, virtualAccount*, the memo) is among it.
_KEPT = (
    "orderCode", "amount", "amountPaid", "amountRemaining", "currency", "status", "id", "paymentLinkId", "reference",
    "transactionDateTime", "createdAt", "canceledAt", "code", "desc", "transId", "paymentMethod",
)  # fmt: skip
_PAYER = {
    "bank_bin": "counterAccountBankId",
    "bank_name": "counterAccountBankName",
    "account_number": "counterAccountNumber",
    "account_name": "counterAccountName",
}


def order_code_of(value: object) -> str:
    """An order code as our reference; "" for what can not be one."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if _CODE.fullmatch(text) else ""


def amount_of(value: object) -> int | None:
    """A whole amount above zero; ``None`` for anything else, which equals no amount."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value < _MOST_AMOUNT else None


def number_of(value: object) -> str:
    """A bank's or payOS's own name of something; "" for what can not be one."""
    return value if isinstance(value, str) and _NUMBER.fullmatch(value) else ""


def moment_of(value: object) -> datetime | None:
    """A time in ISO 8601 or as ``YYYY-MM-DD HH:mm:ss``."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment


def transfer_of(row: Mapping[str, Any]) -> Transfer | None:
    """The transfer that a webhook or a row of ``transactions`` tells of; ``None`` where it can not be told from others."""
    number, amount = number_of(row.get("reference")), amount_of(row.get("amount"))
    if not number or amount is None or row.get("currency", "VND") != "VND":
        return None
    return Transfer(
        number=number,
        amount=amount,
        paid_at=moment_of(row.get("transactionDateTime")),
        memo=text_of(row.get("description")),
        payer=_payer_of(row),
    )


def text_of(value: object) -> str:
    """``value`` if it is text, without spaces at its ends and without what no database takes (NUL, halves of a letter)."""
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value if letter.isprintable()).strip()[:_LONGEST_TEXT]


def record_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """payOS's own words for the record, without the payer's."""
    record: dict[str, Any] = {name: _kept(data[name]) for name in _KEPT if name in data}
    record = {name: value for name, value in record.items() if value is not None}
    rows = data.get("transactions")
    if isinstance(rows, list):
        record["transactions"] = [record_of(row) for row in rows if isinstance(row, dict)]
    return record


def _kept(value: object) -> int | str | None:
    if isinstance(value, int):
        return value
    return text_of(value) or None


def _payer_of(row: Mapping[str, Any]) -> dict[str, str]:
    told = {ours: text_of(row.get(theirs)) for ours, theirs in _PAYER.items()}
    return {name: value for name, value in told.items() if value}
