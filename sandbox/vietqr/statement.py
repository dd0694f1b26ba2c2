"""The bank's statement of an account, as Vietnamese banks write it: a head, a table of debits, credits and balances, a total."""

from collections.abc import Sequence

from sandbox.kit.model import Account
from sandbox.kit.statement_files import Cells, Layout, vietnam
from sandbox.kit.statement_rows import Row

COLUMNS = ("STT", "Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Số dư", "Loại tiền", "Nội dung")
_OPENING_BALANCE = 100_000_000
_OUT = {"debit", "refund"}


def _above(account: Account, _rows: Sequence[Row]) -> list[Cells]:
    owner = account["account_name"]
    return [["SAO KÊ TÀI KHOẢN"], ["Số tài khoản", account["account_number"]], ["Chủ tài khoản", owner], []]


def _cells(_account: Account, rows: Sequence[Row]) -> list[Cells]:
    balance, lines = _OPENING_BALANCE, []
    for number, row in enumerate(rows, 1):
        out = row.kind in _OUT
        balance += -row.amount if out else row.amount
        when = f"{vietnam(row.at):%d/%m/%Y %H:%M:%S}"
        sides = (_dotted(row.amount), "") if out else ("", _dotted(row.amount))
        lines.append([number, when, row.number, *sides, _dotted(balance), row.currency, row.more.get("memo", "")])
    return list(lines)


def _below(_account: Account, rows: Sequence[Row]) -> list[Cells]:
    gone = sum(row.amount for row in rows if row.kind in _OUT)
    come = sum(row.amount for row in rows if row.kind not in _OUT)
    return [["", "Tổng cộng", "", _dotted(gone), _dotted(come)]]


def _dotted(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


# Banks' files open in Excel only with the mark of UTF-8 at their head.
LAYOUT = Layout(COLUMNS, _cells, encoding="utf-8-sig", above=_above, below=_below)
