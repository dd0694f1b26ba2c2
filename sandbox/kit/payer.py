"""The payer's browser at a provider's page: what each request does to the payment."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.faults import answer_with_fault
from sandbox.kit.model import Payment
from sandbox.kit.pages import PayerPage
from sandbox.kit.scenarios import SCENARIOS, CannotPlay, Scenario, scenario
from sandbox.kit.words import words_in

if TYPE_CHECKING:
    from sandbox.kit.provider import AnyProvider

# A browser is not kept waiting for a slow merchant.
_WAIT_FOR_NOTICE_SECONDS = 3
_MOST_SECONDS = 3_600.0


class Payer:
    """The payment page of every payment of one provider."""

    def __init__(self, provider: "AnyProvider") -> None:
        self._provider = provider
        self._page = PayerPage(provider.brand, provider.failures)

    def routes(self) -> list[web.RouteDef]:
        path = f"{self._provider.page_path}/{{token}}"
        return [web.get(path, self.show), web.post(path, self.submit)]

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page of an open payment. One that has ended, or whose time is over, goes back to the merchant."""

        async def answer() -> web.StreamResponse:
            payment = self._provider.ledger.by_token(request.match_info["token"])
            lang = request.query.get("lang", payment.lang if payment else "vi")
            if payment is None:
                return self._page.message(lang, "unknown", status=404)
            payment.lang = lang if lang in {"vi", "en"} else payment.lang
            return await self._view(payment)

        return await answer_with_fault(request, self._provider.faults.take("page"), answer)

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """Pay or cancel, or an outcome chosen in the drawer."""
        payment = self._provider.ledger.by_token(request.match_info["token"])
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        if payment is None:
            return self._page.message(form.get("lang", "vi"), "unknown", status=404)
        wanted = self._wanted(payment, form)
        if wanted is None:
            raise web.HTTPBadRequest(text="outcome: unknown")
        return await self._end(payment, wanted, _seconds(form))

    def _wanted(self, payment: Payment, form: Mapping[str, str]) -> Scenario | None:
        action, _, way = form.get("do", "").partition(":")
        if action == "pay":
            payment.own["way"] = way if way in {name for name, _, _ in self._provider.ways(payment)} else ""
            return self._provider.scenario_of_amount(payment.amount)
        name = "cancel" if action == "cancel" else form.get("outcome", "")
        code = form.get("code", "")
        if name not in SCENARIOS or (code and code not in self._provider.failures):
            return None
        return scenario(name, code=code)

    async def _view(self, payment: Payment) -> web.StreamResponse:
        self._provider.refresh(payment)
        account = self._provider.ledger.account_of(payment)
        merchant = account.name or account.identifier
        if payment.state == "expired" and not payment.notices:
            return await self._end(payment, scenario("expire"))
        if payment.finished:
            return self._leave(payment)
        if payment.state == "processing":
            return self._page.waiting(payment, merchant=merchant)
        seconds = int(payment.expires_at - self._provider.clock.timestamp()) if payment.expires_at else None
        inside = self._provider.page_content(payment, words_in(payment.lang))
        ways = self._provider.ways(payment)
        return self._page.pay(payment, merchant=merchant, inside=inside, ways=ways, seconds=seconds)

    async def _end(self, payment: Payment, wanted: Scenario, seconds: float | None = None) -> web.StreamResponse:
        """Ends the payment, lets the notice go first, and sends the browser back to the merchant."""
        try:
            told = self._provider.play(payment, wanted, seconds=seconds)
        except CannotPlay:
            return self._leave(payment) if payment.finished else await self._view(payment)
        if wanted.waits and told:
            await asyncio.wait([asyncio.create_task(one.wait()) for one in told], timeout=_WAIT_FOR_NOTICE_SECONDS)
        if wanted.page == "slow":
            await asyncio.sleep(self._provider.settings.slow_seconds)
        if wanted.page == "500":
            return self._page.message(payment.lang, "broken", status=500)
        return self._leave(payment) if payment.finished else await self._view(payment)

    def _leave(self, payment: Payment) -> web.StreamResponse:
        to = self._provider.return_to(payment)
        if not to.url:
            return self._page.message(payment.lang, "ended")
        if to.fields is not None:
            return self._page.leave_by_form(payment.lang, to)
        raise web.HTTPSeeOther(to.url)


def _seconds(form: Mapping[str, str]) -> float | None:
    """The seconds typed into the drawer; None when there are none or they make no sense."""
    try:
        seconds = float(form.get("seconds", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds <= _MOST_SECONDS else None
