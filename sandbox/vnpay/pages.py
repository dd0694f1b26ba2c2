"""What the buyer's browser and the merchant's server see of VNPay: payment page, error page, merchant API."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.faults import answer_with_fault
from sandbox.templating import Markup, format_vnd, page, render
from sandbox.vnpay.api import read_body
from sandbox.vnpay.cashier import OUTCOMES, Outcome
from sandbox.vnpay.checks import PageError
from sandbox.vnpay.codes import FAILURES, PAGE_ERRORS, PAGE_HINTS, Texts
from sandbox.vnpay.model import Payment
from sandbox.vnpay.signing import read_vietnam_time
from sandbox.vnpay.words import ENGLISH, VIETNAMESE

if TYPE_CHECKING:
    from sandbox.vnpay.provider import VnpaySandbox

_TEMPLATES = Path(__file__).parent / "templates"
_ACCENT = "#005baa"
_PAGE = "/vnpay/paymentv2/vpcpay.html"
_METHOD = "/vnpay/paymentv2/Transaction/PaymentMethod.html"
_ERROR = "/vnpay/paymentv2/Payment/Error.html"
# A browser is not kept waiting for a slow merchant.
_WAIT_FOR_IPN_SECONDS = 3


class Pages:
    """The HTTP handlers under /vnpay."""

    def __init__(self, vnpay: "VnpaySandbox") -> None:
        self._vnpay = vnpay

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(_PAGE, self.open),
            web.get(_METHOD, self.show),
            web.post(_METHOD, self.finish),
            web.get(_ERROR, self.error),
            web.post("/vnpay/merchant_webapi/api/transaction", self.merchant_api),
        ]

    async def open(self, request: web.Request) -> web.StreamResponse:
        """Checks the payment URL and sends the browser on to the payment page or the error page."""

        async def answer() -> web.StreamResponse:
            query = request.raw_path.partition("?")[2]
            payment = self._vnpay.cashier.open(query)
            self._vnpay.changed()
            raise web.HTTPFound(f"{_METHOD}?token={payment.token}")

        try:
            return await answer_with_fault(request, self._vnpay.faults.take("page"), answer)
        except PageError as refused:
            raise _error_page(refused.code, request.query.get("vnp_Locale")) from None

    async def show(self, request: web.Request) -> web.StreamResponse:
        payment = self._payment(request)
        if payment.state != "open":
            raise web.HTTPFound(self._vnpay.cashier.return_url(payment))
        now = self._vnpay.clock.now()
        if payment.expired(now):
            raise _error_page("15", payment.locale)
        seconds = int((read_vietnam_time(payment.expire_date) - now).total_seconds())
        return self._payment_page(payment, request.query.get("locale", payment.locale), seconds)

    async def finish(self, request: web.Request) -> web.StreamResponse:
        """The buyer's click: ends the payment, lets the IPN go first, and sends the browser back to the merchant."""
        payment = self._payment(request)
        form = await request.post()
        kind, code = str(form.get("outcome", "")), str(form.get("code", "51"))
        if kind not in OUTCOMES or code not in FAILURES:
            raise _error_page("03", payment.locale)
        if payment.state == "open":
            try:
                first_answer = self._vnpay.finish(payment, Outcome(kind, code))
            except PageError as refused:
                raise _error_page(refused.code, payment.locale) from None
            with suppress(TimeoutError):
                await asyncio.wait_for(first_answer.wait(), _WAIT_FOR_IPN_SECONDS)
        raise web.HTTPSeeOther(self._vnpay.cashier.return_url(payment))

    async def error(self, request: web.Request) -> web.Response:
        """The error page of a code, in Vietnamese and (locale=en) in English first."""
        code = request.query.get("code", "99")
        english = request.query.get("locale") == "en"
        words = ENGLISH if english else VIETNAMESE
        title, other = PAGE_ERRORS.get(code, PAGE_ERRORS["99"])[:: -1 if english else 1]
        hint = PAGE_HINTS.get(code, ("", ""))[english]
        body = render(_TEMPLATES / "error.html", error=title, other=other, hint=hint, code=code[:8], **_only(words, "error"))
        return page(title=words["error_title"], lang=words["lang"], body=body, accent=_ACCENT)

    async def merchant_api(self, request: web.Request) -> web.StreamResponse:
        """querydr and refund."""
        text = await request.text()
        target = "refund" if read_body(text).get("vnp_Command") == "refund" else "querydr"
        fault = self._vnpay.faults.take(target)
        forced_code = fault.code if fault and fault.mode == "code" else None

        async def answer() -> web.StreamResponse:
            result = self._vnpay.api.answer(text, forced_code)
            self._vnpay.changed()
            return web.json_response(result)

        return await answer_with_fault(request, fault, answer)

    def _payment(self, request: web.Request) -> Payment:
        payment = self._vnpay.ledger.payments.get(request.query.get("token", ""))
        if payment is None:
            raise _error_page("99", None)
        return payment

    def _payment_page(self, payment: Payment, locale: str, seconds: int) -> web.Response:
        english = locale == "en"
        words = ENGLISH if english else VIETNAMESE
        terminal = self._vnpay.ledger.terminals[payment.tmn_code]
        body = render(
            _TEMPLATES / "pay.html",
            amount=format_vnd(payment.amount),
            merchant=terminal.name or terminal.tmn_code,
            txn_ref=payment.txn_ref,
            order_info=payment.order_info,
            seconds=seconds,
            clock=f"{seconds // 60:02d}:{seconds % 60:02d}",
            token=payment.token,
            options=_options(FAILURES, english),
            **_only(words, "pay"),
        )
        return page(title=words["pay_title"], lang=words["lang"], body=body, accent=_ACCENT)


def _error_page(code: str, locale: str | None) -> web.HTTPFound:
    return web.HTTPFound(f"{_ERROR}?code={code}{'&locale=en' if locale == 'en' else ''}")


def _only(words: dict[str, str], part: str) -> dict[str, str]:
    return {name: text for name, text in words.items() if name.startswith(f"{part}_")}


def _options(texts: Texts, english: bool) -> Markup:
    lines = (f'<option value="{code}">{code} · {both[english]}</option>' for code, both in texts.items())
    return Markup("".join(lines))
