"""What DPS says of an order: the `paymentResult` of return, notice, query and refund. Totals are numbers, other amounts text."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.kit.model import Payment, Refund
from sandbox.napas.codes import CANCELLED, TIME_OVER, WAITING, ending
from sandbox.state import JsonObject

_ENDED = {"cancelled": CANCELLED, "expired": TIME_OVER}
_REFUNDED = {"completed": "SUCCESS", "failed": "FAILURE", "processing": "PENDING"}


@dataclass(frozen=True)
class Told:
    """`result`, `response.gatewayCode`, `response.acquirerCode` and `response.message` of one answer."""

    result: str
    gateway: str
    bank: str
    message: str


PAID = Told("SUCCESS", "APPROVED", "00", "Giao dịch thành công")


def told(payment: Payment, waiting_result: str, *, as_paid: bool = False) -> Told:
    """The present state in DPS's words; a payment whose bank has not answered yet has `waiting_result`."""
    if as_paid or payment.state == "paid":
        return PAID
    if payment.state == "processing":
        code = payment.code if payment.code in WAITING else "TIMED_OUT"
        return Told(waiting_result, code, "68", "Chờ ngân hàng xác nhận")
    how = ending(_ENDED.get(payment.state, payment.code if payment.state == "failed" else TIME_OVER))
    return Told("FAILURE", how.dps, how.bank, how.vi)


def payment_result(payment: Payment, said: Told, number: str, amount_off: int = 0) -> JsonObject:
    """The whole decoded `data`: what became of the payment whose transaction has this number."""
    amount = str(payment.amount + amount_off)
    paid = said is PAID
    return _whole(
        payment,
        said,
        operation=payment.own.get("apiOperation", "PAY"),
        order=_order(payment, amount, captured=payment.received or (payment.amount if paid else 0)),
        transaction={"id": number, "amount": amount, "currency": "VND", "type": "PURCHASE"},
        at=payment.paid_at or payment.created_at,
    )


def refund_result(payment: Payment, refund: Refund) -> JsonObject:
    """What became of one refund, with the order's totals as they stand now."""
    said = Told(_REFUNDED[refund.state], "APPROVED", "00", "Hoàn tiền thành công")
    if refund.state == "processing":
        said = Told("PENDING", "PENDING", "", "Đang xử lý")
    if refund.state == "failed":
        said = refused_refund(refund.code or "DECLINED")
    return _refund(payment, said, refund.reference, refund.amount, refund.at)


def declined_refund(payment: Payment, reference: str, amount: int, at: float, code: str = "DECLINED") -> JsonObject:
    """A refund that was not made."""
    return _refund(payment, refused_refund(code), reference, amount, at)


def refused_refund(code: str) -> Told:
    return Told("FAILURE", code, "05", "Không hoàn được tiền")


def _refund(payment: Payment, said: Told, reference: str, amount: int, at: float) -> JsonObject:
    return _whole(
        payment,
        said,
        operation="REFUND_DOMESTIC",
        order=_order(payment, str(payment.amount), captured=payment.received),
        transaction={"id": reference, "amount": str(amount), "currency": "VND", "type": "REFUND"},
        at=at,
    )


def _whole(payment: Payment, said: Told, *, operation: str, order: JsonObject, transaction: JsonObject, at: float) -> JsonObject:
    result = {
        "apiOperation": operation,
        "merchantId": payment.account,
        "order": order,
        "response": {
            "gatewayCode": said.gateway,
            "acquirerCode": said.bank,
            "message": said.message,
            "acquirerMessage": None,
        },
        "result": said.result,
        "sourceOfFunds": {"provided": {"card": _card(payment)}, "type": "CARD"},
        "timeOfRecord": _time(at),
        "transaction": transaction,
        "channel": payment.own.get("channel", "6014"),
        "version": "1",
    }
    return {"paymentResult": result, "tokenResult": None}


def _order(payment: Payment, amount: str, captured: int) -> JsonObject:
    return {
        "id": payment.reference,
        "amount": amount,
        "currency": "VND",
        "creationTime": _time(payment.created_at),
        "reference": payment.description,
        "totalAuthorizedAmount": captured,
        "totalCapturedAmount": captured,
        "totalRefundedAmount": sum(one.amount for one in payment.refunds if one.state == "completed"),
    }


def _card(payment: Payment) -> JsonObject:
    card = payment.own.get("card", {})
    return {
        "brand": card.get("brand", "SGTT"),
        "number": card.get("number", ""),
        "nameOnCard": card.get("holder", ""),
        "issueDate": card.get("date", ""),
        "scheme": payment.own.get("cardScheme", "AtmCard"),
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
