"""ZaloPay's file of a day. Its columns are not published; these are the keys that its documents name for reconciliation."""

from sandbox.kit.model import Account
from sandbox.kit.statement_files import Cells, Layout, row_by_row, vietnam
from sandbox.kit.statement_rows import Row

COLUMNS = (
    "app_id",
    "type",
    "app_trans_id",
    "zp_trans_id",
    "m_refund_id",
    "refund_id",
    "amount",
    "discount_amount",
    "user_fee_amount",
    "merchant_fee_amount",
    "settled_amount",
    "currency",
    "return_code",
    "trans_time",
)
_CODES = {"success": 1, "failed": 2, "pending": 3, "reversed": 2}


def _cells(account: Account, row: Row) -> Cells:
    """A refund stands beside the ids of its payment. A discount is ZaloPay's own: the merchant gets the whole amount."""
    is_refund = row.kind == "refund"
    return [
        account.identifier,
        "REFUND" if is_refund else "PAYMENT",
        row.payment_reference if is_refund else row.reference,
        row.original if is_refund else row.number,
        row.reference if is_refund else "",
        row.number if is_refund else "",
        row.amount,
        0,
        0,
        row.fee,
        row.net,
        row.currency,
        _CODES.get(row.status, row.status),
        f"{vietnam(row.at):%Y-%m-%d %H:%M:%S}",
    ]


LAYOUT = Layout(COLUMNS, row_by_row(_cells))
