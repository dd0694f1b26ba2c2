"""The payer's browser at VNPay's page: each request, and what it does to the payment."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.vnpay.checkout import STEPS, Next, Visit, act, channel_of, first_step
from sandbox.vnpay.checks import PageError
from sandbox.vnpay.codes import FAILURES
from sandbox.vnpay.model import Payment
from sandbox.vnpay.pages import error_page
from sandbox.vnpay.scenarios import SCENARIOS, Scenario, of_amount, scenario
from sandbox.vnpay.views import METHOD, broken_page, processing_page, step_page

if TYPE_CHECKING:
    from sandbox.vnpay.provider import VnpaySandbox

# A browser is not kept waiting for a slow merchant.
_WAIT_FOR_IPN_SECONDS = 3
_NEEDS_CARD = {"confirm", "otp"}
_MOST_SECONDS = 3_600.0
_TIME_OVER = scenario("fail", "11")


class Payer:
    """The payment page of every open payment."""

    def __init__(self, vnpay: "VnpaySandbox") -> None:
        self._vnpay = vnpay
        self._visits: dict[str, Visit] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.get(METHOD, self.show), web.post(METHOD, self.submit)]

    def forget(self) -> None:
        """Drops what was typed so far."""
        self._visits.clear()

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page at the step of the address. A payment that has ended, or whose time is over, goes back to the merchant."""
        payment = self._payment(request)
        if request.query.get("locale") in {"vn", "en"}:
            payment.locale = request.query["locale"]
        if payment.state == "processing":
            return processing_page(payment, self._merchant(payment))
        now = self._vnpay.clock.now()
        if payment.finished or payment.expired(now):
            return await self._end(payment, _TIME_OVER)
        visit = self._visit(payment)
        step = _step(payment, visit, request.query)
        seconds = int((payment.deadline - now).total_seconds())
        return step_page(payment, visit, step, merchant=self._merchant(payment), seconds=seconds)

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """A form of the page: a step of the payer, or an outcome chosen in the sandbox's drawer."""
        payment = self._payment(request)
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        if payment.state != "open":
            return await self._end(payment, _TIME_OVER)
        if "do" not in form:
            return await self._end(payment, _drawn(payment, form), _seconds(form))
        if payment.expired(self._vnpay.clock.now()):
            return await self._end(payment, _TIME_OVER)
        visit = self._visit(payment)
        following = act(visit, form)
        if following is None:
            raise error_page("03", payment.locale)
        if following.step:
            raise web.HTTPSeeOther(f"{METHOD}?token={payment.token}&step={following.step}")
        payment.chosen_bank = channel_of(visit, scanned=form["do"] == "scan")
        return await self._end(payment, _following(payment, following))

    async def _end(self, payment: Payment, wanted: Scenario, seconds: float | None = None) -> web.StreamResponse:
        """Ends an open payment, lets the IPN go first, and sends the browser back to the merchant."""
        if payment.state == "open":
            try:
                first_answer = self._vnpay.play(payment, wanted, seconds)
            except PageError as refused:
                raise error_page(refused.code, payment.locale) from None
            self._visits.pop(payment.token, None)
            if not wanted.late and wanted.ipn not in {"after_return", "slow"}:
                with suppress(TimeoutError):
                    await asyncio.wait_for(first_answer.wait(), _WAIT_FOR_IPN_SECONDS)
            if wanted.page == "slow":
                await asyncio.sleep(self._vnpay.settings.slow_seconds)
            if wanted.page == "500":
                return broken_page(payment)
        if payment.state == "processing":
            raise web.HTTPSeeOther(f"{METHOD}?token={payment.token}")
        raise web.HTTPSeeOther(self._vnpay.cashier.return_url(payment))

    def _payment(self, request: web.Request) -> Payment:
        payment = self._vnpay.ledger.payments.get(request.query.get("token", ""))
        if payment is None:
            raise error_page("99", None)
        return payment

    def _visit(self, payment: Payment) -> Visit:
        place = first_step(payment.asked_bank)[1]
        return self._visits.setdefault(payment.token, Visit(place))

    def _merchant(self, payment: Payment) -> str:
        terminal = self._vnpay.ledger.terminals[payment.tmn_code]
        return terminal.name or terminal.tmn_code


def _step(payment: Payment, visit: Visit, query: Mapping[str, str]) -> str:
    """The step to show: the one asked for, or the one before it when something is still missing."""
    step = query.get("step", first_step(payment.asked_bank)[0])
    if step not in STEPS or (step == "refused" and not visit.refusal):
        return "methods"
    if step == "card" and "bank" in query:
        visit.go_to(query["bank"])
    if step in _NEEDS_CARD and visit.card is None:
        step = "card"
    return "methods" if step == "card" and not visit.place else step


def _drawn(payment: Payment, form: Mapping[str, str]) -> Scenario:
    """The outcome chosen in the drawer."""
    name, code = form.get("outcome", ""), form.get("code", "51")
    if name not in SCENARIOS or code not in FAILURES:
        raise error_page("03", payment.locale)
    return scenario(name, code)


def _following(payment: Payment, following: Next) -> Scenario:
    """A pay that was pressed goes by the amount; everything else is what the payer did."""
    return scenario(*following.ended) if following.ended else of_amount(payment.amount)


def _seconds(form: Mapping[str, str]) -> float | None:
    """The seconds typed into the drawer; None when there are none or they make no sense."""
    try:
        seconds = float(form.get("seconds", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds <= _MOST_SECONDS else None
