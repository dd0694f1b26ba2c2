"""NAPAS's file of a day, as an acquirer might report it to a merchant: names after the member banks' file, semicolons between.

NAPAS publishes none for merchants. RRC 0000 is a success on both sides (the members' file: 0115 and 0117 are one-sided).
"""

from sandbox.kit.model import Account
from sandbox.kit.statement_files import Cells, Layout, row_by_row, vietnam
from sandbox.kit.statement_rows import Row

COLUMNS = (
    "MID",
    "TRANS_TYPE",
    "ORDER_ID",
    "TRANS_ID",
    "ORIGINAL_TRANS_ID",
    "REFUND_ID",
    "AMOUNT",
    "FEE",
    "NET",
    "CURRENCY",
    "CARD_SCHEME",
    "TRANS_DATE",
    "TRANS_TIME",
    "RRC",
)
_CODES = {"success": "0000", "failed": "0005", "pending": "0068", "reversed": "0117"}


def _cells(account: Account, row: Row) -> Cells:
    """REFUND_ID is the transaction id under which the merchant asked for the refund."""
    is_refund = row.kind == "refund"
    when = vietnam(row.at)
    return [
        account.identifier,
        "REFUND" if is_refund else "PURCHASE",
        row.payment_reference if is_refund else row.reference,
        row.number,
        row.original,
        row.reference if is_refund else "",
        f"{row.amount:,}",
        f"{row.fee:,}",
        f"{row.net:,}",
        row.currency,
        row.more.get("cardScheme", "AtmCard"),
        f"{when:%d/%m/%Y}",
        f"{when:%H:%M:%S}",
        _CODES.get(row.status, row.status),
    ]


LAYOUT = Layout(COLUMNS, row_by_row(_cells), delimiter=";")
