"""VNPay's file of a day T. Its columns are not published; these are the API's names of what a merchant compares."""

from collections.abc import Iterator

from sandbox.kit.model import Account
from sandbox.kit.statement_files import Cells, Layout, row_by_row, vietnam
from sandbox.kit.statement_rows import Row
from sandbox.vnpay.model import Payment, Refund, Terminal
from sandbox.vnpay.refunds import move_on
from sandbox.vnpay.signing import read_vietnam_time

COLUMNS = (
    "TmnCode",
    "TxnRef",
    "TransactionNo",
    "BankTranNo",
    "BankCode",
    "CardType",
    "PayDate",
    "Amount",
    "CurrCode",
    "Fee",
    "NetAmount",
    "TransactionType",
    "TransactionStatus",
    "OriginalTransactionNo",
    "RequestId",
)
_PAY, _REFUND = "01", "02"
_CODES = {"success": "00", "failed": "02", "pending": "01", "reversed": "04"}
_REFUND_SENT = "06"


def account_of(terminal: Terminal) -> Account:
    """The terminal in the kit's words."""
    return Account(terminal.tmn_code, {"hash_secret": terminal.hash_secret}, name=terminal.name)


def rows_of(payment: Payment) -> Iterator[Row]:
    """Each time it was paid, and each refund that was sent to the bank."""
    if not payment.money_taken:
        return
    at = read_vietnam_time(payment.pay_date).timestamp()
    bank = {"bank": payment.bank_code, "card": payment.card_type}
    for number in (payment.transaction_no, payment.second_transaction_no):
        if number:
            yield Row("payment", number, payment.txn_ref, payment.amount, at, more=bank)
    move_on(payment)
    yield from (_refund_row(payment, one) for one in payment.refunds if one.status == _REFUND_SENT)


def _refund_row(payment: Payment, refund: Refund) -> Row:
    return Row(
        "refund",
        refund.number,
        refund.request_id,
        refund.amount,
        read_vietnam_time(refund.pay_date).timestamp(),
        original=refund.of_number or payment.transaction_no,
        payment_reference=payment.txn_ref,
        more={"bank": payment.bank_code, "card": payment.card_type},
    )


def _cells(account: Account, row: Row) -> Cells:
    is_refund = row.kind == "refund"
    return [
        account.identifier,
        row.payment_reference if is_refund else row.reference,
        row.number,
        f"VNP{row.number}",
        row.more.get("bank", ""),
        row.more.get("card", ""),
        f"{vietnam(row.at):%Y%m%d%H%M%S}",
        row.amount,
        row.currency,
        row.fee,
        row.net,
        _REFUND if is_refund else _PAY,
        _CODES.get(row.status, row.status),
        row.original,
        row.reference if is_refund else "",
    ]


LAYOUT = Layout(COLUMNS, row_by_row(_cells), encoding="utf-8-sig")
