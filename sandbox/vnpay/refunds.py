"""Refunds: what VNPay accepts, and how an accepted one goes on from 05 (in work) to 06 (sent to the bank)."""

import time

from sandbox.vnpay.codes import REFUND_EXCEEDS, REFUND_MESSAGES
from sandbox.vnpay.model import Payment, Refund

FULL, PARTIAL = "02", "03"
_IN_WORK, _SENT, _REFUSED = "05", "06", "09"
STATES = (_IN_WORK, _SENT, _REFUSED)


class DeclinedError(Exception):
    """A query or refund request that is answered with this code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def move_on(payment: Payment) -> None:
    """Sends every refund whose delay is over to the bank."""
    for refund in payment.refunds:
        if refund.status == _IN_WORK and refund.due_at is not None and refund.due_at <= time.time():
            refund.status, refund.due_at = _SENT, None


def check_refund(payment: Payment, *, of_number: str, request_id: str, transaction_type: str, amount: int) -> None:
    """Returns only if VNPay takes this refund of the payment with that number; else DeclinedError by the code table."""
    if not payment.money_taken:
        raise _declined("95")
    move_on(payment)
    if any(one.request_id == request_id or (one.status == _IN_WORK and one.of_number == of_number) for one in payment.refunds):
        raise _declined("94")
    refunded = sum(one.amount for one in payment.refunds if one.status != _REFUSED and one.of_number == of_number)
    if transaction_type == FULL and refunded:
        raise _declined("04")
    if amount <= 0 or amount > payment.amount or (transaction_type == FULL and amount != payment.amount):
        raise _declined("93")
    if refunded + amount > payment.amount:
        raise DeclinedError("02", REFUND_EXCEEDS)


def set_state(payment: Payment, refund: Refund, status: str) -> None:
    """Puts a refund into this state for good: no delay moves it afterwards."""
    refund.status, refund.due_at = status, None


def _declined(code: str) -> DeclinedError:
    return DeclinedError(code, REFUND_MESSAGES[code])
