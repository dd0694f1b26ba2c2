"""What the providers' own books say: money taken and refunds made, read from the sandboxes."""

from __future__ import annotations

from dataclasses import dataclass

from tests.world.sandboxes import Sandboxes

_CODES = ("vnpay", "momo", "zalopay", "napas", "payos", "vietqr")


@dataclass(frozen=True)
class Money:
    """So many đồng that a provider has taken for an order, under a number of its own."""

    code: str
    account: str
    reference: str
    number: str
    amount: int
    is_second: bool = False


@dataclass(frozen=True)
class Given:
    """A refund at a provider; ``reference`` is ours, "" for one made in the portal."""

    code: str
    account: str
    order: str
    reference: str
    number: str
    amount: int


def money_taken(sandboxes: Sandboxes) -> list[Money]:
    """Every amount that a provider has taken."""
    return [fact for code in _CODES for fact in (_vnpay_money(sandboxes) if code == "vnpay" else _kit_money(sandboxes, code))]


def refunds_made(sandboxes: Sandboxes) -> list[Given]:
    """Every refund that a provider has made or works on."""
    made = []
    for payment in sandboxes.provider("vnpay").ledger.payments.values():
        for one in payment.refunds:
            if one.status != "09":
                made.append(Given("vnpay", payment.tmn_code, payment.txn_ref, one.request_id, one.number, one.amount))
    for code in ("momo", "zalopay", "napas"):
        for payment in sandboxes.provider(code).ledger.payments():
            for one in payment.refunds:
                if one.state != "failed":
                    made.append(Given(code, payment.account, payment.reference, one.reference, one.refund_no, one.amount))
    return made


def _vnpay_money(sandboxes: Sandboxes) -> list[Money]:
    facts = []
    for payment in sandboxes.provider("vnpay").ledger.payments.values():
        numbers = [payment.transaction_no, payment.second_transaction_no] if payment.money_taken else []
        for place, number in enumerate(numbers):
            if number:
                facts.append(Money("vnpay", payment.tmn_code, payment.txn_ref, number, payment.amount, bool(place)))
    return facts


def _kit_money(sandboxes: Sandboxes, code: str) -> list[Money]:
    facts = []
    for payment in sandboxes.provider(code).ledger.payments():
        by_transfer = [(one.number, one.amount) for one in payment.transfers]
        whole = [(number, payment.amount) for number in (payment.transaction_no, payment.second_no) if number]
        told = by_transfer if code in ("payos", "vietqr") else whole if payment.received else []
        for place, (number, amount) in enumerate(told):
            facts.append(Money(code, payment.account, payment.reference, number, amount, bool(place)))
    return facts
