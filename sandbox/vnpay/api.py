"""The merchant API: querydr and refund, one JSON address for both."""

import json
import re
import secrets
import time

from sandbox.clock import Clock
from sandbox.state import JsonObject
from sandbox.vnpay.codes import QUERY_MESSAGES, REFUND_MESSAGES
from sandbox.vnpay.model import Ledger, Payment, Refund, Terminal
from sandbox.vnpay.refunds import DeclinedError, check_refund, move_on
from sandbox.vnpay.settings import Settings
from sandbox.vnpay.signing import (
    QUERY_REQUEST,
    QUERY_RESPONSE,
    REFUND_REQUEST,
    REFUND_RESPONSE,
    bar_message,
    sign,
    verify,
    vietnam_time,
)

_COMMON = {
    "vnp_RequestId": r"[A-Za-z0-9]{1,32}",
    "vnp_Version": r"2\.1\.0",
    "vnp_TxnRef": r"[A-Za-z0-9._:/-]{1,100}",
    "vnp_TransactionDate": r"[0-9]{14}",
    "vnp_CreateDate": r"[0-9]{14}",
    "vnp_IpAddr": r"[0-9A-Fa-f.:]{7,45}",
    "vnp_OrderInfo": r".{1,255}",
}
_QUERY_FORMATS = _COMMON | {"vnp_TransactionNo": r"[0-9]{0,15}"}
_REFUND_FORMATS = _COMMON | {
    "vnp_TransactionType": r"0[23]",
    "vnp_Amount": r"[0-9]{1,12}",
    "vnp_TransactionNo": r"[0-9]{0,15}",
    "vnp_CreateBy": r".{1,245}",
}
_OPTIONAL = {"vnp_TransactionNo"}


class MerchantApi:
    """Answers one request body at a time, signed in the document's order."""

    def __init__(self, ledger: Ledger, clock: Clock, settings: Settings) -> None:
        self._ledger = ledger
        self._clock = clock
        self._settings = settings
        self._request_ids: set[tuple[str, str, str]] = set()
        self._last_query: dict[tuple[str, str], float] = {}

    def clear(self) -> None:
        self._request_ids.clear()
        self._last_query.clear()

    def answer(self, text: str, forced_code: str | None = None) -> JsonObject:
        """The answer to a request body; never raises on bad input. A forced code refuses what else was in order."""
        body = read_body(text)
        command = "refund" if body.get("vnp_Command") == "refund" else "querydr"
        order = REFUND_REQUEST if command == "refund" else QUERY_REQUEST
        try:
            terminal = self._terminal(body, order, command)
            return self._signed(terminal, body, self._perform(body, command, forced_code))
        except DeclinedError as declined:
            return self._refusal(body, declined)

    def _perform(self, body: dict[str, str], command: str, forced_code: str | None) -> JsonObject:
        _check_formats(body, _REFUND_FORMATS if command == "refund" else _QUERY_FORMATS)
        if forced_code is not None:
            raise _declined(forced_code, command)
        return self._refund(body) if command == "refund" else self._query(body)

    def _terminal(self, body: dict[str, str], order: list[str], command: str) -> Terminal:
        if body.get("vnp_Command") != command or not body.get("vnp_TmnCode") or not body.get("vnp_SecureHash"):
            raise _declined("03", command)
        terminal = self._ledger.terminals.get(body["vnp_TmnCode"])
        if terminal is None:
            raise _declined("02", command)
        if not verify(terminal.hash_secret, bar_message(order, body), body["vnp_SecureHash"]):
            raise _declined("97", command)
        return terminal

    def _query(self, body: dict[str, str]) -> JsonObject:
        self._refuse_repeated_query(body)
        payment = self._payment(body, "querydr")
        move_on(payment)
        number = body.get("vnp_TransactionNo", "")
        refund = next((one for one in payment.refunds if one.number == number), None)
        if refund is None and number not in _numbers(payment):
            raise _declined("91", "querydr")
        if refund is None and payment.refunds and not _is_second(payment, number):
            refund = payment.refunds[-1]  # without a refund's number: the last thing that happened
        shown = _refund_fields(payment, refund) if refund else self._payment_fields(payment)
        if refund is None and _is_second(payment, number):
            shown["vnp_TransactionNo"] = number
        return {"vnp_ResponseCode": "00", "vnp_Message": QUERY_MESSAGES["00"]} | shown

    def _refund(self, body: dict[str, str]) -> JsonObject:
        payment = self._payment(body, "refund")
        number = body.get("vnp_TransactionNo", "")
        if number not in _numbers(payment):
            raise _declined("91", "refund")
        of_number = number if _is_second(payment, number) else payment.transaction_no
        amount, rest = divmod(int(body["vnp_Amount"]), 100)
        if rest:
            raise _declined("93", "refund")
        request_id, kind = body["vnp_RequestId"], body["vnp_TransactionType"]
        check_refund(payment, of_number=of_number, request_id=request_id, transaction_type=kind, amount=amount)
        refund = Refund(
            number=self._ledger.next_number(),
            request_id=request_id,
            transaction_type=kind,
            amount=amount,
            create_by=body["vnp_CreateBy"],
            order_info=body["vnp_OrderInfo"],
            pay_date=vietnam_time(self._clock.now()),
            due_at=time.time() + self._settings.refund_delay,
            of_number=of_number,
        )
        payment.refunds.append(refund)
        return {"vnp_ResponseCode": "00", "vnp_Message": REFUND_MESSAGES["00"]} | _refund_fields(payment, refund)

    def _refuse_repeated_query(self, body: dict[str, str]) -> None:
        day = vietnam_time(self._clock.now())[:8]
        request = (day, body["vnp_TmnCode"], body["vnp_RequestId"])
        payment = (body["vnp_TmnCode"], body["vnp_TxnRef"])
        since_last = time.monotonic() - self._last_query.get(payment, float("-inf"))
        if request in self._request_ids or since_last < self._settings.query_window:
            raise _declined("94", "querydr")
        self._request_ids.add(request)
        self._last_query[payment] = time.monotonic()

    def _payment(self, body: dict[str, str], command: str) -> Payment:
        date = body["vnp_TransactionDate"]
        payment = self._ledger.of_day(body["vnp_TmnCode"], body["vnp_TxnRef"], date)
        if payment is None or payment.create_date != date:
            raise _declined("91", command)
        return payment

    def _payment_fields(self, payment: Payment) -> JsonObject:
        ran_out = payment.state == "open" and payment.expired(self._clock.now())
        return {
            "vnp_Amount": str(payment.amount * 100),
            "vnp_BankCode": payment.bank_code,
            "vnp_PayDate": payment.pay_date,
            "vnp_TransactionNo": payment.transaction_no,
            "vnp_TransactionType": "01",
            "vnp_TransactionStatus": "02" if ran_out else payment.transaction_status,
            "vnp_OrderInfo": payment.order_info,
        }

    def _signed(self, terminal: Terminal, body: dict[str, str], result: JsonObject) -> JsonObject:
        order = REFUND_RESPONSE if body["vnp_Command"] == "refund" else QUERY_RESPONSE
        answer = _heading(body) | {"vnp_TmnCode": body["vnp_TmnCode"], "vnp_TxnRef": body["vnp_TxnRef"]} | result
        return answer | {"vnp_SecureHash": sign(terminal.hash_secret, bar_message(order, answer))}

    def _refusal(self, body: dict[str, str], declined: DeclinedError) -> JsonObject:
        # VNPay's error replies may come without a signature; ours do.
        answer = _heading(body) | {"vnp_ResponseCode": declined.code, "vnp_Message": declined.message}
        return answer | {name: body[name] for name in ("vnp_TmnCode", "vnp_TxnRef") if name in body}


def _numbers(payment: Payment) -> set[str]:
    """What vnp_TransactionNo may be for this payment; without a number it is the first time that it was paid."""
    return {"", "0", payment.transaction_no, payment.second_transaction_no}


def _is_second(payment: Payment, number: str) -> bool:
    return bool(number) and number == payment.second_transaction_no


def read_body(text: str) -> dict[str, str]:
    """The JSON object's texts and whole numbers, as text (an SDK sends numbers); anything else counts as absent."""
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(body, dict):
        return {}
    return {name: str(value) for name, value in body.items() if type(value) in (str, int)}


def _check_formats(body: dict[str, str], formats: dict[str, str]) -> None:
    for name, pattern in formats.items():
        value = body.get(name, "" if name in _OPTIONAL else None)
        if value is None or not re.fullmatch(pattern, value):
            raise _declined("03", body["vnp_Command"])


def _heading(body: dict[str, str]) -> JsonObject:
    return {"vnp_ResponseId": secrets.token_hex(16), "vnp_Command": body.get("vnp_Command", "")}


def _refund_fields(payment: Payment, refund: Refund) -> JsonObject:
    return {
        "vnp_Amount": str(refund.amount * 100),
        "vnp_BankCode": payment.bank_code,
        "vnp_PayDate": refund.pay_date,
        "vnp_TransactionNo": refund.number,
        "vnp_TransactionType": refund.transaction_type,
        "vnp_TransactionStatus": refund.status,
        "vnp_OrderInfo": refund.order_info,
    }


def _declined(code: str, command: str) -> DeclinedError:
    messages = REFUND_MESSAGES if command == "refund" else QUERY_MESSAGES
    return DeclinedError(code, messages.get(code, messages["99"]))
