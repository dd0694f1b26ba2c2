"""The control API's words that all providers share, in VNPay's: older names stay beside them."""

from dataclasses import asdict

from sandbox.control import ControlError, field
from sandbox.state import JsonObject
from sandbox.vnpay.model import Payment, Refund

# The shared name of an outcome, and VNPay's.
OUTCOMES = {"paid": "pay", "notice_twice": "ipn_twice", "slow_notice": "slow_ipn", "expire": "fail", "pending": "late"}
TARGETS = {"query": "querydr", "notice": "ipn"}
STATES = {"processing": "05", "completed": "06", "failed": "09"}
_STATE_OF = {status: state for state, status in STATES.items()}
_NAMES = {"reference": "txn_ref", "notice": "ipn", "wait_notice": "wait_ipn", "data": "fields", "notify_url": "ipn_url"}
# How long the bank keeps quiet about a pending payment: longer than any test shifts the clock.
NEVER_SECONDS = 10 * 365 * 86_400.0


def read_shared(body: JsonObject) -> JsonObject:
    """The body of a control call with VNPay's names; one that has both keeps VNPay's."""
    shared = {_NAMES[name]: value for name, value in body.items() if name in _NAMES}
    return shared | {name: value for name, value in body.items() if name not in _NAMES}


def read_pay(body: JsonObject) -> JsonObject:
    """The body of `pay` in VNPay's words: `expire` is code 11, `pending` a bank that stays silent."""
    wanted = read_shared(body)
    outcome = wanted.get("outcome")
    if outcome == "expire":
        wanted["code"] = "11"
    if outcome == "pending":
        wanted |= {"seconds": NEVER_SECONDS, "wait_ipn": False}
    if isinstance(outcome, str):
        wanted["outcome"] = OUTCOMES.get(outcome, outcome)
    return wanted


def read_refund_state(body: JsonObject) -> JsonObject:
    """The body of `refunds` in VNPay's words."""
    state = body.get("state")
    return {"status": STATES.get(state, state)} | body if isinstance(state, str) else body


def read_fault_target(body: JsonObject) -> JsonObject:
    target = body.get("target")
    return body | {"target": TARGETS.get(target, target)} if isinstance(target, str) else body


def read_settings(body: JsonObject) -> JsonObject:
    """`notice_intervals` and `notice_timeout` in VNPay's words: it calls at one interval, so many times."""
    wanted = {name: value for name, value in body.items() if name not in {"notice_intervals", "notice_timeout"}}
    if "notice_timeout" in body:
        wanted["ipn_timeout"] = body["notice_timeout"]
    if "notice_intervals" in body:
        waits = field(body, "notice_intervals", list)
        if len(set(waits)) > 1:
            raise ControlError("notice_intervals: VNPay waits as long each time")
        wanted |= {"ipn_calls": len(waits) + 1} | ({"ipn_interval": waits[0]} if waits else {})
    return wanted


def shown(payment: Payment, orders_made: int) -> JsonObject:
    """What every provider's payment shows, by the shared names."""
    return {
        "reference": payment.txn_ref,
        "account": payment.tmn_code,
        "received": _received(payment),
        "code": payment.response_code,
        "session_id": "",
        "method": payment.card_type,
        "merchant_return_url": payment.return_url,
        "transfers": [],
        "notices": [asdict(one) | {"acknowledged": one.acknowledged} for one in payment.ipn],
        "refunds": [shown_refund(one) for one in payment.refunds],
        "orders_made": orders_made,
    }


def shown_refund(refund: Refund) -> JsonObject:
    """A refund by both its names. One that nobody asked for by the API was made in the portal."""
    return asdict(refund) | {
        "reference": refund.request_id,
        "refund_no": refund.number,
        "state": _STATE_OF[refund.status],
        "source": "api" if refund.request_id else "portal",
    }


def left_to_refund(payment: Payment) -> int:
    return _received(payment) - sum(one.amount for one in payment.refunds if one.status != STATES["failed"])


def _received(payment: Payment) -> int:
    if not payment.money_taken:
        return 0
    return payment.amount * (2 if payment.second_transaction_no else 1)
