"""Planted lines as the files that a provider or a bank would give, in the columns of its documents and of everyday statements."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from tests.factories.planted.columns import GATEWAYS, Columns
from tests.factories.planted.world import VIETNAM, Line, World

BANK = ("STT", "Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Số dư", "Loại tiền", "Nội dung")


def of_day(world: World, day: date) -> bytes:
    """The file of a day; lines in the order in which the money came."""
    lines = sorted((one for one in world.lines if one.listed == day), key=lambda one: one.at)
    return _gateway(GATEWAYS[world.provider], lines) if world.provider in GATEWAYS else _bank(lines)


def _gateway(columns: Columns, lines: Sequence[Line]) -> bytes:
    return _csv([columns.header, *(columns.row(one) for one in lines)], columns.delimiter)


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


def _csv(rows: Sequence[Sequence[str | int]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")
