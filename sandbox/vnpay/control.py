"""The control API under /_control/vnpay/: scripts play the buyer, the bank and the bad luck."""

import asyncio
from collections import Counter
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.control import ControlError, field, one_of, read_fault, read_object
from sandbox.faults import ALL_MODES
from sandbox.state import JsonObject
from sandbox.vnpay.cashier import Outcome
from sandbox.vnpay.checks import PageError
from sandbox.vnpay.ipn import METHODS, MODES
from sandbox.vnpay.model import Payment, Refund, Terminal
from sandbox.vnpay.refunds import FULL, PARTIAL, STATES, move_on, set_state
from sandbox.vnpay.scenarios import SCENARIOS, Scenario, name_of_amount, scenario
from sandbox.vnpay.signing import signed_query, vietnam_time
from sandbox.vnpay.uniform import (
    NEVER_SECONDS,
    left_to_refund,
    read_fault_target,
    read_pay,
    read_refund_state,
    read_settings,
    read_shared,
    shown_refund,
)
from sandbox.vnpay.uniform import shown as shared

if TYPE_CHECKING:
    from sandbox.vnpay.provider import VnpaySandbox

FAULT_TARGETS = ("querydr", "refund", "page", "ipn", "statement")
_MOST_SENDS = 500


class Control:
    """One method a route; the README's table is the contract."""

    def __init__(self, vnpay: "VnpaySandbox") -> None:
        self._vnpay = vnpay

    def routes(self) -> list[web.RouteDef]:
        base = "/_control/vnpay"
        return [
            web.post(f"{base}/terminals", self.put_terminal),
            web.post(f"{base}/accounts", self.put_terminal),
            web.get(f"{base}/payments", self.list_payments),
            web.get(f"{base}/payments/{{txn_ref:.+}}", self.show_payment),
            web.post(f"{base}/pay", self.pay),
            web.post(f"{base}/ipn", self.send_ipn),
            web.post(f"{base}/notify", self.send_ipn),
            web.post(f"{base}/sign", self.sign),
            web.post(f"{base}/faults", self.add_fault),
            web.post(f"{base}/portal_refunds", self.refund_outside),
            web.post(f"{base}/refunds/{{ref:.+}}", self.set_refund),
            web.post(f"{base}/settings", self.change_settings),
            web.post(f"{base}/reset", self.reset),
        ]

    async def put_terminal(self, request: web.Request) -> web.Response:
        """Registers a terminal, or changes it: the same tmn_code replaces all of it."""
        body = read_shared(await read_object(request))
        websites = body.get("websites")
        if websites is not None and not (isinstance(websites, list) and all(isinstance(one, str) for one in websites)):
            raise ControlError("websites: must be a list of host names")
        terminal = Terminal(
            tmn_code=field(body, "tmn_code", str),
            hash_secret=field(body, "hash_secret", str),
            ipn_url=field(body, "ipn_url", str, ""),
            name=field(body, "name", str, ""),
            websites=websites,
            approved=field(body, "approved", bool, True),
        )
        if not (len(terminal.tmn_code) == 8 and terminal.tmn_code.isalnum() and terminal.hash_secret):
            raise ControlError("tmn_code: must be 8 letters and digits; hash_secret: must not be empty")
        self._vnpay.ledger.terminals[terminal.tmn_code] = terminal
        self._vnpay.statements.take_terms(terminal.tmn_code, body)
        self._vnpay.changed()
        shown = {name: value for name, value in asdict(terminal).items() if name != "hash_secret"}
        return web.json_response(shown | {"notify_url": terminal.ipn_url}, status=201)

    async def list_payments(self, _request: web.Request) -> web.Response:
        payments = self._vnpay.ledger.payments.values()
        orders = Counter((one.tmn_code, one.txn_ref) for one in payments)
        return web.json_response({"payments": [self._show(one, orders[one.tmn_code, one.txn_ref]) for one in payments]})

    async def show_payment(self, request: web.Request) -> web.Response:
        payment = self._find(request.match_info["txn_ref"], request.query.get("tmn_code") or request.query.get("account"))
        return web.json_response(self._show(payment))

    async def pay(self, request: web.Request) -> web.Response:
        """Ends a payment as the buyer would, through the same strict checks as the browser."""
        body = read_pay(await read_object(request))
        seconds = field(body, "seconds", float) if "seconds" in body else None
        try:
            payment = self._payment_to_end(body)
            chosen = _chosen(body, payment.amount)
            wait = field(body, "wait_ipn", bool, not (chosen.late or chosen.ipn in {"after_return", "slow"}))
            first_answer = self._play(payment, chosen, seconds)
        except PageError as refused:
            message = f"the payment page refuses with code {refused.code}"
            raise ControlError(message, error_code=refused.code) from None
        if wait:
            await first_answer.wait()
        return web.json_response(self._show(payment))

    def _play(self, payment: Payment, chosen: Scenario, seconds: float | None) -> asyncio.Event:
        silent = payment.state == "processing" and payment.settle_at - self._vnpay.clock.timestamp() > NEVER_SECONDS / 2
        if not silent:
            return self._vnpay.play(payment, chosen, seconds)
        # Of a bank that never answers by itself, this call is the answer, however late it is.
        self._vnpay.cashier.settle(payment, Outcome(chosen.kind, chosen.code))
        payment.ipn_mode = chosen.ipn
        self._vnpay.changed()
        return self._vnpay.postman.begin(payment, seconds)

    async def send_ipn(self, request: web.Request) -> web.Response:
        """Sends a correctly signed IPN outside VNPay's rule; these tries do not count among the ten."""
        body = read_shared(await read_object(request))
        payment = self._find(field(body, "txn_ref", str), body.get("tmn_code"))
        terminal = self._vnpay.ledger.terminals[payment.tmn_code]
        method, times = one_of(body, "method", METHODS, "GET"), field(body, "times", int, 1)
        if not 1 <= times <= _MOST_SENDS or not terminal.ipn_url:
            raise ControlError(f"times: 1 to {_MOST_SENDS}; the terminal must have an ipn_url")
        overrides = field(body, "overrides", dict, {})
        signed, query = sign_with(terminal.hash_secret, self._vnpay.provisional_result(payment) | overrides)
        sends = [self._vnpay.postman.send(terminal.ipn_url, query, signed, kind="control", method=method) for _ in range(times)]
        at_once = field(body, "concurrently", bool, False)
        answers = list(await asyncio.gather(*sends)) if at_once else [await send for send in sends]
        payment.ipn.extend(answers)
        self._vnpay.changed()
        told = [asdict(one) for one in answers]
        return web.json_response({"txn_ref": payment.txn_ref, "reference": payment.txn_ref, "answers": told})

    async def sign(self, request: web.Request) -> web.Response:
        """Any fields as VNPay would sign them with the terminal's key."""
        body = read_shared(await read_object(request))
        terminal = self._vnpay.ledger.terminals.get(field(body, "tmn_code", str))
        if terminal is None:
            raise ControlError("no such terminal", status=404)
        signed, query = sign_with(terminal.hash_secret, field(body, "fields", dict))
        return web.json_response({"query": query, "secure_hash": signed["vnp_SecureHash"], "fields": signed})

    async def add_fault(self, request: web.Request) -> web.Response:
        body = read_fault_target(await read_object(request))
        self._vnpay.faults.add(read_fault(body, FAULT_TARGETS, ALL_MODES))
        return web.json_response({"status": "ok"}, status=201)

    async def refund_outside(self, request: web.Request) -> web.Response:
        """A refund made by hand in VNPay's portal: querydr shows it, no request of the merchant belongs to it."""
        body = read_shared(await read_object(request))
        payment = self._find(field(body, "txn_ref", str), body.get("tmn_code"))
        amount = field(body, "amount", int)
        if not 0 < amount <= left_to_refund(payment):
            raise ControlError("amount: more than what is left of the payment")
        refund = Refund(
            number=self._vnpay.ledger.next_number(),
            request_id="",
            transaction_type=FULL if amount == payment.amount else PARTIAL,
            amount=amount,
            create_by="portal",
            order_info="Hoan tien tren trang quan tri",
            pay_date=vietnam_time(self._vnpay.clock.now()),
            status="06",
            of_number=payment.transaction_no,
        )
        payment.refunds.append(refund)
        self._vnpay.changed()
        return web.json_response(shown_refund(refund), status=201)

    async def set_refund(self, request: web.Request) -> web.Response:
        """Puts a refund (by its number, its request id, or its payment's txn_ref: the last one) into a state."""
        status = one_of(read_refund_state(await read_object(request)), "status", STATES)
        payment, refund = self._find_refund(request.match_info["ref"])
        set_state(payment, refund, status)
        self._vnpay.changed()
        return web.json_response(shown_refund(refund))

    async def change_settings(self, request: web.Request) -> web.Response:
        """Changes the named times (seconds) and counts; answers with all of them."""
        body = read_settings(await read_object(request))
        settings = self._vnpay.settings
        known = {one.name for one in fields(settings)}
        if unknown := body.keys() - known:
            raise ControlError(f"unknown settings {sorted(unknown)}; known: {sorted(known)}")
        for name in body:
            setattr(settings, name, field(body, name, int if name == "ipn_calls" else float))
        return web.json_response(asdict(settings))

    async def reset(self, _request: web.Request) -> web.Response:
        self._vnpay.reset()
        self._vnpay.changed()
        return web.json_response({"status": "ok"})

    def _show(self, payment: Payment, orders_made: int | None = None) -> JsonObject:
        if orders_made is None:
            key = (payment.tmn_code, payment.txn_ref)
            orders_made = sum(1 for one in self._vnpay.ledger.payments.values() if (one.tmn_code, one.txn_ref) == key)
        return show(payment) | shared(payment, orders_made) | {"return_url": self._return_url(payment)}

    def _return_url(self, payment: Payment) -> str | None:
        return self._vnpay.cashier.return_url(payment) if payment.finished else None

    def _payment_to_end(self, body: JsonObject) -> Payment:
        if "payment_url" in body:
            query = field(body, "payment_url", str).partition("?")[2].partition("#")[0]
            return self._vnpay.cashier.open(query)
        return self._find(field(body, "txn_ref", str), body.get("tmn_code"))

    def _find(self, txn_ref: str, tmn_code: str | None) -> Payment:
        payment = self._vnpay.ledger.newest(txn_ref, tmn_code)
        if payment is None:
            raise ControlError("no such payment: its page was never opened", status=404)
        move_on(payment)
        return payment

    def _find_refund(self, ref: str) -> tuple[Payment, Refund]:
        for payment in reversed(self._vnpay.ledger.payments.values()):
            for refund in reversed(payment.refunds):
                if ref in (refund.number, refund.request_id, payment.txn_ref):
                    return payment, refund
        raise ControlError("no such refund", status=404)


def _chosen(body: JsonObject, amount: int) -> Scenario:
    """The scenario a call names; without a name the amount decides, as when the payer presses pay."""
    name, code = name_of_amount(amount)
    if "outcome" in body:
        name, code = one_of(body, "outcome", tuple(SCENARIOS)), ""
    ipn = one_of(body, "ipn", MODES) if "ipn" in body else ""
    return scenario(name, field(body, "code", str, code), ipn)


def show(payment: Payment) -> JsonObject:
    """A payment as scripts see it: amounts in VND, every IPN try and every refund."""
    shown = asdict(payment)
    del shown["secure_hash"]
    return shown


def sign_with(secret: str, wanted: JsonObject) -> tuple[dict[str, str], str]:
    """The fields with their signature, and the query; null drops a field, a vnp_SecureHash given stands as it is."""
    plain = {name: str(value) for name, value in wanted.items() if value is not None and name != "vnp_SecureHash"}
    query, _, signature = signed_query(secret, plain).rpartition("&vnp_SecureHash=")
    signature = str(wanted.get("vnp_SecureHash", signature))
    return plain | {"vnp_SecureHash": signature}, f"{query}&vnp_SecureHash={signature}"
