"""The control API under /_control/<name>/, the same for every provider: scripts play the payer, the bank and the bad luck."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.control import ControlError, field, one_of, read_fault, read_object
from sandbox.faults import ALL_MODES
from sandbox.kit.model import Account, Notice, Payment, Refund
from sandbox.kit.notices import Wanted
from sandbox.kit.scenarios import NOTICES, SCENARIOS, CannotPlay, Scenario, scenario
from sandbox.state import JsonObject

if TYPE_CHECKING:
    from sandbox.kit.provider import AnyProvider

REFUND_STATES = ("processing", "completed", "failed")
_MOST_SENDS = 500
_NOTIFY_FIELDS = {"reference", "overrides", "times", "concurrently"}


class Control:
    """One method a route; the README's table is the contract."""

    def __init__(self, provider: "AnyProvider") -> None:
        self._provider = provider

    def routes(self) -> list[web.RouteDef]:
        base = f"/_control/{self._provider.name}"
        return [
            web.post(f"{base}/accounts", self.put_account),
            web.get(f"{base}/payments", self.list_payments),
            web.get(f"{base}/payments/{{reference:.+}}", self.show_payment),
            web.post(f"{base}/pay", self.pay),
            web.post(f"{base}/notify", self.notify),
            web.post(f"{base}/sign", self.sign),
            web.post(f"{base}/faults", self.add_fault),
            web.post(f"{base}/portal_refunds", self.refund_outside),
            web.post(f"{base}/refunds/{{reference:.+}}", self.set_refund),
            web.post(f"{base}/settings", self.change_settings),
            web.post(f"{base}/reset", self.reset),
        ]

    async def put_account(self, request: web.Request) -> web.Response:
        """Registers an account, or changes it: the same identifier replaces all of it."""
        body = await read_object(request)
        credentials = {name: field(body, name, str) for name in self._provider.credential_fields}
        account = Account(
            identifier=credentials[self._provider.identifier_field],
            credentials=credentials,
            notify_url=field(body, "notify_url", str, ""),
            name=field(body, "name", str, ""),
            options=field(body, "options", dict, {}),
        )
        if not account.identifier:
            raise ControlError(f"{self._provider.identifier_field}: must not be empty")
        self._provider.check_account(account)
        self._provider.ledger.accounts[account.identifier] = account
        self._provider.statements.take_terms(account.identifier, body)
        self._provider.changed()
        shown = {name: value for name, value in asdict(account).items() if name != "credentials"}
        return web.json_response({self._provider.identifier_field: account.identifier} | shown, status=201)

    async def list_payments(self, _request: web.Request) -> web.Response:
        return web.json_response({"payments": [self._provider.show(one) for one in self._provider.ledger.payments()]})

    async def show_payment(self, request: web.Request) -> web.Response:
        account = request.query.get(self._provider.identifier_field) or request.query.get("account")
        payment = self._find(request.match_info["reference"], account)
        return web.json_response(self._provider.show(payment))

    async def pay(self, request: web.Request) -> web.Response:
        """Ends a payment as the payer would, through the same checks as the browser."""
        body = await read_object(request)
        seconds = field(body, "seconds", float) if "seconds" in body else None
        amount = field(body, "amount", int) if "amount" in body else None
        payment = self._provider.start_payment(body)
        chosen = self._chosen(body, payment)
        wait = field(body, "wait_notice", bool, chosen.waits)
        try:
            told = self._provider.play(payment, chosen, seconds=seconds, amount=amount)
        except CannotPlay as refused:
            raise ControlError(str(refused)) from None
        if wait:
            for first_answer in told:
                await first_answer.wait()
        return web.json_response(self._provider.show(payment))

    async def notify(self, request: web.Request) -> web.Response:
        """Sends a rightly signed notice outside the provider's rule; an open payment is told as a success and stays open."""
        body = await read_object(request)
        payment = self._find(field(body, "reference", str), body.get(self._provider.identifier_field))
        times = field(body, "times", int, 1)
        if not 1 <= times <= _MOST_SENDS:
            raise ControlError(f"times: 1 to {_MOST_SENDS}")
        overrides = field(body, "overrides", dict, {})
        options = {name: value for name, value in body.items() if name not in _NOTIFY_FIELDS}
        subject = field(body, "subject", str, "")
        message = self._provider.notice(payment, Wanted(subject, overrides, told_paid=not payment.finished, options=options))
        if not message.url:
            raise ControlError("the payment has no address to tell")
        sends = [self._provider.postman.send(message, kind="control", subject=subject) for _ in range(times)]
        at_once = field(body, "concurrently", bool, False)
        answers: list[Notice] = list(await asyncio.gather(*sends)) if at_once else [await send for send in sends]
        payment.notices.extend(answers)
        self._provider.changed()
        return web.json_response({"reference": payment.reference, "answers": [asdict(one) for one in answers]})

    async def sign(self, request: web.Request) -> web.Response:
        """Any fields as the provider would sign them with the account's keys."""
        body = await read_object(request)
        account = self._provider.ledger.account(field(body, self._provider.identifier_field, str))
        if account is None:
            raise ControlError("no such account", status=404)
        fields = body.get("fields", body.get("data"))
        if not isinstance(fields, dict):
            raise ControlError("fields: must be an object")
        return web.json_response(self._provider.sign(account, fields))

    async def add_fault(self, request: web.Request) -> web.Response:
        self._provider.faults.add(read_fault(await read_object(request), (*self._provider.fault_targets, "statement"), ALL_MODES))
        return web.json_response({"status": "ok"}, status=201)

    async def refund_outside(self, request: web.Request) -> web.Response:
        """A refund made by hand in the provider's portal."""
        body = await read_object(request)
        payment = self._find(field(body, "reference", str), body.get(self._provider.identifier_field))
        amount = field(body, "amount", int)
        if not 0 < amount <= payment.received - payment.refunded:
            raise ControlError("amount: more than what is left of the payment")
        refund = self._provider.refund_outside(payment, amount)
        self._provider.changed()
        return web.json_response(asdict(refund), status=201)

    async def set_refund(self, request: web.Request) -> web.Response:
        """Puts a refund (by its reference, its number, or its payment's reference: the last one) into a state."""
        state = one_of(await read_object(request), "state", REFUND_STATES)
        payment, refund = self._find_refund(request.match_info["reference"])
        self._provider.settle_refund(payment, refund, state)
        self._provider.changed()
        return web.json_response(asdict(refund))

    async def change_settings(self, request: web.Request) -> web.Response:
        """Changes the named settings; answers with all of them."""
        self._provider.settings.change(await read_object(request))
        return web.json_response(asdict(self._provider.settings))

    async def reset(self, _request: web.Request) -> web.Response:
        self._provider.reset()
        self._provider.changed()
        return web.json_response({"status": "ok"})

    def _chosen(self, body: JsonObject, payment: Payment) -> Scenario:
        """The scenario a call names; without a name the amount decides, as when the payer presses pay."""
        notice = one_of(body, "notice", NOTICES) if "notice" in body else ""
        code = field(body, "code", str, "")
        if "outcome" in body:
            return scenario(one_of(body, "outcome", tuple(SCENARIOS)), code=code, notice=notice)
        by_amount = self._provider.scenario_of_amount(payment.amount)
        return scenario(by_amount.name, code=code or by_amount.code, notice=notice)

    def _find(self, reference: str, account: str | None) -> Payment:
        ledger = self._provider.ledger
        payment = ledger.find(account, reference) if account else ledger.newest(reference)
        if payment is None:
            raise ControlError("no such payment", status=404)
        return payment

    def _find_refund(self, reference: str) -> tuple[Payment, Refund]:
        for payment in reversed(self._provider.ledger.payments()):
            for refund in reversed(payment.refunds):
                if reference in (refund.reference, refund.refund_no, payment.reference):
                    return payment, refund
        raise ControlError("no such refund", status=404)
