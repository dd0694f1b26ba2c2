"""The hosted form: the script a merchant's page loads, and the payer's page that its button opens.

The script's address is also the form's: GET gives the script, POST (by its button, or by a page without scripts) opens the page.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.kit.calls import Answer, Call
from sandbox.kit.model import Payment
from sandbox.napas.checks import RestError, check_form

if TYPE_CHECKING:
    from sandbox.napas.provider import NapasSandbox

SCRIPT_PATH = "/napas/api/restjs/resources/js/napas.hostedform.min.js"
ATTRIBUTES = (
    "merchantId",
    "clientIP",
    "deviceId",
    "environment",
    "cardScheme",
    "enable3DSecure",
    "apiOperation",
    "orderAmount",
    "orderCurrency",
    "orderReference",
    "orderId",
    "channel",
    "sourceOfFundsType",
    "dataKey",
    "napasKey",
    "language",
)
_SCRIPT = Path(__file__).parent / "templates" / "napas.hostedform.min.js"


class HostedForm:
    """The script, and what its form posts."""

    def __init__(self, napas: "NapasSandbox") -> None:
        self._napas = napas

    def routes(self) -> list[web.RouteDef]:
        return [web.get(SCRIPT_PATH, self.script), web.post(SCRIPT_PATH, self.submit)]

    async def script(self, _request: web.Request) -> web.Response:
        return web.Response(text=_SCRIPT.read_text(encoding="utf-8"), content_type="text/javascript")

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """The payer's browser, sent by the merchant's page: on to the payer's page, or a page that names what is wrong."""
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}

        def work(_call: Call) -> Answer:
            return Answer("", status=303, headers={"Location": self._napas.page_of(self.open(form))})

        try:
            return await self._napas.serve(request, "page", work)
        except RestError as refused:
            lang = "en" if form.get("language") == "en" else "vi"
            error = refused.body["error"]
            return self._napas.error_page(lang, error["cause"], error["explanation"])

    def open(self, form: Mapping[str, str]) -> Payment:
        """The order that the posted attributes belong to, ready to be paid; RestError for attributes that do not fit."""
        payment = self._napas.ledger.find(form.get("merchantId", ""), form.get("orderId", ""))
        if payment is None or payment.own["mode"] != "dps":
            raise RestError("orderId: no data key was asked for it", status=404)
        issued = next((one for one in payment.own["issued"] if one["dataKey"] == form.get("dataKey")), None)
        if issued is None:
            raise RestError("dataKey: not one of this order")
        return_url = check_form(form, issued, payment.amount)
        if payment.expired(self._napas.clock.timestamp()):
            raise RestError("dataKey: expired")
        if payment.state != "open":
            raise RestError("orderId: this order was processed before")
        payment.return_url = return_url
        payment.description = form["orderReference"]
        payment.lang = "en" if form.get("language") == "en" else "vi"
        payment.own |= {"opened": True, "channel": form["channel"], "apiOperation": form["apiOperation"]}
        self._napas.changed()
        return payment
