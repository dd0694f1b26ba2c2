"""Refunds at ZaloPay: asynchronous, under the merchant's m_refund_id, of a payment named by its zp_trans_id."""

from typing import TYPE_CHECKING

from sandbox.kit.calls import Call
from sandbox.kit.model import Account, Payment, Refund
from sandbox.state import JsonObject
from sandbox.zalopay import codes
from sandbox.zalopay.checks import Refused, check_fresh, check_refund_id

if TYPE_CHECKING:
    from sandbox.zalopay.provider import ZalopaySandbox

_SECONDS_A_DAY = 86_400


class Refunds:
    """Makes and shows refunds."""

    def __init__(self, zalopay: "ZalopaySandbox") -> None:
        self._zalopay = zalopay

    def make(self, account: Account, body: JsonObject, _call: Call) -> JsonObject:
        """Accepts a refund or raises Refused by the code table."""
        now = self._zalopay.clock.now()
        check_fresh(body["timestamp"], now)
        if self._zalopay.ledger.find_refund(account.identifier, body["m_refund_id"]):
            raise Refused("-23")
        check_refund_id(body["m_refund_id"], body["app_id"], now)
        payment = self._zalopay.ledger.paid_under(account.identifier, str(body["zp_trans_id"]))
        if payment is None:
            raise Refused("-101")
        self._check_payment(account, payment, body)
        refund = Refund(
            body["m_refund_id"],
            self._zalopay.next_trans_id(),
            body["amount"],
            own={"zp_trans_id": str(body["zp_trans_id"]), "refund_fee_amount": body.get("refund_fee_amount", 0)},
        )
        if self._zalopay.settings.refund_approval:
            refund.own["approval"], refund.at = True, now.timestamp()
            self._zalopay.ledger.keep_refund(payment, refund)
        else:
            self._zalopay.start_refund(payment, refund)
        return _told(refund)

    def show(self, account: Account, body: JsonObject, _call: Call) -> JsonObject:
        """What became of a refund; -101 for one that ZaloPay has no trace of."""
        check_fresh(body["timestamp"], self._zalopay.clock.now())
        found = self._zalopay.ledger.find_refund(account.identifier, body["m_refund_id"])
        if found is None:
            raise Refused("-101")
        payment, refund = found
        self._zalopay.refresh(payment)
        return _told(refund)

    def _check_payment(self, account: Account, payment: Payment, body: JsonObject) -> None:
        self._zalopay.refresh(payment)
        days = self._zalopay.settings.refund_days
        if days and payment.paid_at + days * _SECONDS_A_DAY < self._zalopay.clock.timestamp():
            raise Refused("-13")
        if not account.options.get("refundable", True):
            raise Refused("-28")
        # What was refunded by hand counts against the first time the payment was paid.
        number = str(body["zp_trans_id"])
        others = [one for one in payment.refunds if one.own.get("zp_trans_id", payment.transaction_no) == number]
        taken = sum(one.amount for one in others if one.state != "failed")
        if not 0 < body["amount"] <= payment.amount - taken or body.get("refund_fee_amount", 0) > body["amount"]:
            raise Refused("-14")


def _told(refund: Refund) -> JsonObject:
    """1 done, 2 failed, 3 in process: sub code 2 to ask again, -1 to wait for a person."""
    return_code, code = {"completed": (1, "1"), "failed": (2, "0"), "processing": (3, "2")}[refund.state]
    if refund.state == "processing" and refund.own.get("approval"):
        code = "-1"
    return {
        "return_code": return_code,
        "return_message": codes.head(return_code),
        "sub_return_code": int(code),
        "sub_return_message": codes.text(code, refund=True),
        "refund_id": int(refund.refund_no),
    }
