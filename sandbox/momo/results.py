"""What MoMo tells of a payment: the fields of IPN, redirect and query."""

from sandbox.clock import Clock
from sandbox.kit.model import Account, Payment, Refund
from sandbox.kit.notices import Wanted
from sandbox.momo.codes import message
from sandbox.momo.signing import RESULT, raw_string, sign
from sandbox.state import JsonObject

_OPEN = {"open": "1000", "processing": "7002", "expired": "1005"}
# What a payment was made with. The value for international cards is not published; it may be empty.
_PAY_TYPES = {"payWithATM": "napas", "atm": "napas", "payWithCC": "", "cc": ""}
_REFUND_CODES = {"processing": "7002", "completed": "0", "failed": "1080"}


def code_of(payment: Payment) -> str:
    """The resultCode of the payment's present state."""
    return payment.code or _OPEN.get(payment.state, "0")


def milliseconds(clock: Clock) -> int:
    return int(clock.timestamp() * 1_000)


def result_fields(payment: Payment, clock: Clock, wanted: Wanted) -> JsonObject:
    """The fields of IPN and redirect, unsigned; numbers are numbers."""
    code = "0" if wanted.told_paid else code_of(payment)
    number = wanted.subject or payment.transaction_no
    paid = code in {"0", "9000"}
    way = payment.own.get("way") or payment.method
    return {
        "partnerCode": payment.account,
        "orderId": payment.reference,
        "requestId": payment.own["requestId"],
        "amount": payment.amount + wanted.amount_off,
        "orderInfo": payment.description,
        "orderType": "momo_wallet",
        "transId": int(number) if number else milliseconds(clock),
        "resultCode": int(code),
        "message": message(code, payment.own["lang"]),
        "payType": _PAY_TYPES.get(way, "qr") if paid else "",
        "responseTime": milliseconds(clock),
        "extraData": payment.own["extraData"],
    }


def signed_result(account: Account, fields: JsonObject) -> JsonObject:
    """The fields with their signature; one given stands as it is."""
    message_text = raw_string(RESULT, fields, account["access_key"])
    return fields | {"signature": fields.get("signature", sign(account["secret_key"], message_text))}


def refund_trans(payment: Payment) -> list[JsonObject]:
    """The refunds of a payment as query shows them."""
    return [shown_refund(one) for one in payment.refunds]


def shown_refund(refund: Refund) -> JsonObject:
    return {
        "orderId": refund.reference,
        "amount": refund.amount,
        "resultCode": int(refund_code(refund)),
        "transId": int(refund.refund_no),
        "createdTime": int(refund.at * 1_000),
    }


def refund_code(refund: Refund) -> str:
    return refund.code or _REFUND_CODES[refund.state]
