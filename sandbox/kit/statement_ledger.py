"""The lines that every ledger of the kit has: payments (the second time too) and completed refunds, or each transfer."""

from collections.abc import Iterator

from sandbox.kit.model import Account, Payment, Refund
from sandbox.kit.statement_files import Cells, Layout, row_by_row, vietnam
from sandbox.kit.statement_rows import Row
from sandbox.state import JsonObject


def _cells(_account: Account, row: Row) -> Cells:
    when = f"{vietnam(row.at):%Y-%m-%d %H:%M:%S}"
    return [row.kind, row.reference, row.number, row.original, row.amount, row.fee, row.net, row.status, when]


# The file of a provider that has no form of its own.
PLAIN = Layout(("type", "reference", "number", "original_number", "amount", "fee", "net", "status", "time"), row_by_row(_cells))


def payment_rows(payment: Payment) -> Iterator[Row]:
    """A line for each time the whole amount was taken; `held` money was not."""
    if payment.state != "paid":
        return
    for number in (payment.transaction_no, payment.second_no):
        if number:
            yield Row("payment", number, payment.reference, payment.amount, payment.paid_at, more=_words(payment))


def refund_rows(payment: Payment, original_of: str) -> Iterator[Row]:
    """A line for each refund that is done, by API or in the portal. `original_of`: where a refund names the payment's number."""
    for refund in payment.refunds:
        if refund.state == "completed":
            yield _refund(payment, refund, refund.own.get(original_of, payment.transaction_no))


def transfer_rows(payment: Payment) -> Iterator[Row]:
    """A line for each transfer that came in."""
    for one in payment.transfers:
        yield Row("payment", one.number, payment.reference, one.amount, one.at, more={"memo": one.memo, "token": payment.token})


def _words(payment: Payment) -> JsonObject:
    """What the provider keeps of it in plain words."""
    return {name: value for name, value in payment.own.items() if isinstance(value, str)} | {"method": payment.method}


def _refund(payment: Payment, refund: Refund, original: str) -> Row:
    return Row(
        "refund",
        refund.refund_no,
        refund.reference,
        refund.amount,
        refund.at,
        original=original,
        payment_reference=payment.reference,
    )
