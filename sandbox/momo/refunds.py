"""Refunds at MoMo: under an id of their own, of a payment named by its transId."""

from typing import TYPE_CHECKING

from sandbox.kit.calls import Call
from sandbox.kit.model import Account, Payment, Refund
from sandbox.momo.checks import Refused, check_amount
from sandbox.momo.results import refund_code, shown_refund
from sandbox.state import JsonObject

if TYPE_CHECKING:
    from sandbox.momo.provider import MomoSandbox

# A refund that MoMo refuses with one of these is on its books as failed.
_ON_THE_BOOKS = frozenset({"1080", "1081", "1088", "99"})


class Refunds:
    """Makes and shows refunds."""

    def __init__(self, momo: "MomoSandbox") -> None:
        self._momo = momo

    def make(self, account: Account, body: JsonObject, call: Call) -> JsonObject:
        """Accepts a refund or raises Refused: 41 used id, 42 no such payment, 22, 1081 over the rest, 1088 not to be refunded."""
        if self._momo.is_taken(account.identifier, body["orderId"]):
            raise Refused("41")
        payment = self._momo.ledger.paid_under(account.identifier, str(body["transId"]))
        amount = int(body["amount"])
        if payment is None:
            raise Refused(call.forced or "42")
        check_amount(amount, payment.method, payment.amount)
        refund = Refund(body["orderId"], self._momo.ledger.next_number(), amount, own={"transId": str(body["transId"])})
        refused = call.forced or self._reason_against(account, payment, refund)
        if refused:
            self._remember(payment, refund, refused)
            raise Refused(refused)
        self._momo.start_refund(payment, refund)
        return self._told(refund)

    def show(self, account: Account, body: JsonObject, call: Call) -> JsonObject:
        """What became of a refund; 42 for one that MoMo has no trace of."""
        if call.forced:
            raise Refused(call.forced)
        found = self._momo.ledger.find_refund(account.identifier, body["orderId"])
        if found is None:
            raise Refused("42")
        payment, refund = found
        self._momo.refresh(payment)
        return self._told(refund) | {"refundTrans": [shown_refund(refund)]}

    def _reason_against(self, account: Account, payment: Payment, refund: Refund) -> str:
        self._momo.refresh(payment)
        if payment.state != "paid" or not account.options.get("refundable", True):
            return "1088"
        # What was refunded by hand counts against the first time the payment was paid.
        others = [one for one in payment.refunds if one.own.get("transId", payment.transaction_no) == refund.own["transId"]]
        taken = sum(one.amount for one in others if one.state != "failed")
        return "1081" if taken + refund.amount > payment.amount else ""

    def _remember(self, payment: Payment, refund: Refund, code: str) -> None:
        if code in _ON_THE_BOOKS:
            refund.state, refund.code, refund.at = "failed", code, self._momo.clock.timestamp()
            self._momo.ledger.keep_refund(payment, refund)

    def _told(self, refund: Refund) -> JsonObject:
        return {"amount": refund.amount, "transId": int(refund.refund_no), "resultCode": int(refund_code(refund))}
