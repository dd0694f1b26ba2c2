"""Planted lines as the files that a provider or a bank would give, in the columns of its documents and of everyday statements."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from tests.factories.planted.world import VIETNAM, Line, World

VNPAY = (
    "TmnCode", "TxnRef", "TransactionNo", "BankTranNo", "BankCode", "CardType", "PayDate", "Amount", "CurrCode", "Fee",
    "NetAmount", "TransactionType", "TransactionStatus", "OriginalTransactionNo", "RequestId",
)  # fmt: skip
BANK = ("STT", "Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Số dư", "Loại tiền", "Nội dung")
_STATUS = {"success": "00", "pending": "01", "failed": "02", "reversed": "04"}


def of_day(world: World, day: date) -> bytes:
    """The file of a day; lines in the order in which the money came."""
    lines = sorted((one for one in world.lines if one.listed == day), key=lambda one: one.at)
    return _vnpay(lines) if world.provider == "vnpay" else _bank(lines)


def _vnpay(lines: Sequence[Line]) -> bytes:
    return _csv([VNPAY, *(_vnpay_row(one) for one in lines)])


def _vnpay_row(line: Line) -> list[str | int]:
    refund = line.kind == "refund"
    return [
        "PLANTED1", line.payment_reference if refund else line.reference, line.number, f"VNP{line.number}", "NCB", "ATM",
        f"{line.at.astimezone(VIETNAM):%Y%m%d%H%M%S}", line.amount, line.currency, line.fee,
        -line.amount if refund else line.amount - line.fee, "02" if refund else "01", _STATUS[line.status], line.original,
        line.reference if refund else "",
    ]  # fmt: skip


def _bank(lines: Sequence[Line]) -> bytes:
    """With the lines about the account above it and the total below, as banks write them."""
    balance, rows = 50_000_000, []
    for number, one in enumerate(lines, 1):
        out = one.kind == "debit"
        balance += -one.amount if out else one.amount
        sides = (_dotted(one.amount), "") if out else ("", _dotted(one.amount))
        when = f"{one.at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"
        rows.append([number, when, one.number, *sides, _dotted(balance), one.currency, one.memo])
    total = ["", "Tổng cộng", "", "", _dotted(sum(one.amount for one in lines if one.kind != "debit"))]
    return _csv([["SAO KÊ TÀI KHOẢN"], ["Số tài khoản", "257678859"], [], BANK, *rows, total])


def _dotted(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def _csv(rows: Sequence[Sequence[str | int]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")
