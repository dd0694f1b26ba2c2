"""The ways into VNPay: the payment URL, the error page behind it, and the merchant API."""

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.faults import answer_with_fault
from sandbox.templating import page, render
from sandbox.vnpay.api import read_body
from sandbox.vnpay.checks import PageError
from sandbox.vnpay.codes import PAGE_ERRORS, PAGE_HINTS
from sandbox.vnpay.views import CSS, METHOD, TEMPLATES
from sandbox.vnpay.words import ENGLISH, VIETNAMESE

if TYPE_CHECKING:
    from sandbox.vnpay.provider import VnpaySandbox

_PAGE = "/vnpay/paymentv2/vpcpay.html"
_ERROR = "/vnpay/paymentv2/Payment/Error.html"


class Pages:
    """The HTTP handlers under /vnpay."""

    def __init__(self, vnpay: "VnpaySandbox") -> None:
        self._vnpay = vnpay

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(_PAGE, self.open),
            web.get(_ERROR, self.error),
            web.post("/vnpay/merchant_webapi/api/transaction", self.merchant_api),
        ]

    async def open(self, request: web.Request) -> web.StreamResponse:
        """Checks the payment URL and sends the browser on to the payment page or the error page."""

        async def answer() -> web.StreamResponse:
            query = request.raw_path.partition("?")[2]
            payment = self._vnpay.cashier.open(query)
            self._vnpay.changed()
            raise web.HTTPFound(f"{METHOD}?token={payment.token}")

        try:
            return await answer_with_fault(request, self._vnpay.faults.take("page"), answer)
        except PageError as refused:
            raise error_page(refused.code, request.query.get("vnp_Locale")) from None

    async def error(self, request: web.Request) -> web.Response:
        """The error page of a code, in Vietnamese or (locale=en) in English."""
        code = request.query.get("code", "99")
        english = request.query.get("locale") == "en"
        words = ENGLISH if english else VIETNAMESE
        title = PAGE_ERRORS.get(code, PAGE_ERRORS["99"])[english]
        hint = PAGE_HINTS.get(code, ("", ""))[english]
        body = render(TEMPLATES / "error.html", error=title, hint=hint, code=code[:8], **words)
        return page(title=words["error_title"], lang=words["lang"], body=body, css=CSS)

    async def merchant_api(self, request: web.Request) -> web.StreamResponse:
        """querydr and refund."""
        text = await request.text()
        target = "refund" if read_body(text).get("vnp_Command") == "refund" else "querydr"
        fault = self._vnpay.faults.take(target)
        forced_code = fault.code if fault and fault.mode == "code" else None

        async def answer() -> web.StreamResponse:
            result = self._vnpay.api.answer(text, forced_code)
            self._vnpay.changed()
            if fault and fault.mode == "tampered" and "vnp_Amount" in result:
                result["vnp_Amount"] = str(int(result["vnp_Amount"]) + 100_000)
            return web.json_response(result)

        return await answer_with_fault(request, fault, answer)


def error_page(code: str, locale: str | None) -> web.HTTPFound:
    """Sends the browser to the page of this error, in the page's language."""
    return web.HTTPFound(f"{_ERROR}?code={code}{'&locale=en' if locale == 'en' else ''}")
