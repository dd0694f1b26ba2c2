"""payOS's list of a day's transfers, by the names its API has for them. Nothing is settled: the money is in the bank account."""

from sandbox.kit.model import Account
from sandbox.kit.statement_files import Cells, Layout, row_by_row, vietnam
from sandbox.kit.statement_rows import Row
from sandbox.payos.links import bank_account

COLUMNS = (
    "orderCode",
    "paymentLinkId",
    "reference",
    "amount",
    "currency",
    "accountNumber",
    "description",
    "transactionDateTime",
    "status",
)
_STATUS = {"success": "PAID", "failed": "FAILED", "pending": "PROCESSING", "reversed": "CANCELLED"}


def _cells(account: Account, row: Row) -> Cells:
    return [
        row.reference,
        row.more.get("token", ""),
        row.number,
        row.amount,
        row.currency,
        bank_account(account)["account_number"],
        row.more.get("memo", ""),
        vietnam(int(row.at)).isoformat(),
        _STATUS.get(row.status, row.status),
    ]


LAYOUT = Layout(COLUMNS, row_by_row(_cells))
