"""MoMo's file of a day. Its columns are not published; these are the fields that its API calls a payment and a refund by."""

from sandbox.kit.model import Account
from sandbox.kit.statement_files import Cells, Layout, row_by_row
from sandbox.kit.statement_rows import Row

COLUMNS = (
    "partnerCode",
    "type",
    "orderId",
    "requestId",
    "transId",
    "refundTransId",
    "amount",
    "fee",
    "currency",
    "payType",
    "resultCode",
    "responseTime",
)
# As in an IPN: the word for international cards is not published.
_PAY_TYPES = {"payWithATM": "napas", "atm": "napas", "payWithCC": "", "cc": ""}
_CODES = {"success": 0, "failed": 1001, "pending": 7002, "reversed": 1017}


def _cells(account: Account, row: Row) -> Cells:
    """A refund has an orderId of its own; transId stays its payment's."""
    is_refund = row.kind == "refund"
    return [
        account.identifier,
        row.kind,
        row.reference,
        row.more.get("requestId", ""),
        row.original if is_refund else row.number,
        row.number if is_refund else "",
        row.amount,
        row.fee,
        row.currency,
        _PAY_TYPES.get(row.more.get("way") or row.more.get("method", ""), "qr"),
        _CODES.get(row.status, row.status),
        int(row.at * 1_000),
    ]


LAYOUT = Layout(COLUMNS, row_by_row(_cells))
