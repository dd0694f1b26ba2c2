"""The payer's browser at NAPAS's page: card and OTP before the kit's ways to end a payment."""

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.kit.model import Payment
from sandbox.kit.payer import Payer
from sandbox.kit.scenarios import scenario
from sandbox.napas.checkout import ACTIONS, Next, Visit, act
from sandbox.napas.pages import NapasPage

if TYPE_CHECKING:
    from sandbox.napas.provider import NapasSandbox


class NapasPayer(Payer):
    """The payment page of every payment, with what was typed so far."""

    def __init__(self, napas: "NapasSandbox") -> None:
        super().__init__(napas)
        self._napas = napas
        self.page = NapasPage(napas.brand, napas.failures)
        self._visits: dict[str, Visit] = {}

    def forget(self) -> None:
        """Drops what was typed so far."""
        self._visits.clear()

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """A step of the payer; everything else is the kit's: pay, cancel, or an outcome of the drawer."""
        payment = self._napas.ledger.by_token(request.match_info["token"])
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        if payment is None or form.get("do") not in ACTIONS:
            return await super().submit(request)
        self._napas.refresh(payment)
        following = self._follow(payment, form) if payment.state == "open" else Next()
        if following is None or payment.state != "open":
            return await self._view(payment)
        if following.failed:
            return await self._end(payment, scenario("fail", code=following.failed))
        if following.pressed:
            self._napas.keep_card(payment, self._visits[payment.token].card)
            return await self._end(payment, self._napas.scenario_of_amount(payment.amount))
        raise web.HTTPSeeOther(self._napas.page_of(payment))

    def _follow(self, payment: Payment, form: dict[str, str]) -> Next | None:
        return act(self._visits.setdefault(payment.token, Visit()), form)

    async def _view(self, payment: Payment) -> web.StreamResponse:
        self._napas.refresh(payment)
        if payment.state != "open":
            self._visits.pop(payment.token, None)
            return await super()._view(payment)
        account = self._napas.ledger.account_of(payment)
        seconds = int(payment.expires_at - self._napas.clock.timestamp())
        visit = self._visits.setdefault(payment.token, Visit())
        return self.page.step(payment, visit, merchant=account.name or account.identifier, seconds=seconds)
