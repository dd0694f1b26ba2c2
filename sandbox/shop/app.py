"""The shop's pages: buy, come back, see how the payment stands, and receive callbacks."""

import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.shop.callbacks import Callback, RejectedCallbackError, verify_callback
from sandbox.shop.client import ApiError, PaymentClient
from sandbox.shop.config import Config
from sandbox.shop.words import ENGLISH, VIETNAMESE, plain_error
from sandbox.templating import Markup, format_vnd, page, render

PRICE = 100_000
_ACCENT = "#0b6b57"
_TEMPLATES = Path(__file__).parent / "templates"
_MOST_CALLBACKS = 1_000


@dataclass
class Received:
    """A callback kept, and how often it was delivered: at least once means sometimes twice."""

    callback: Callback
    deliveries: int = 1


@dataclass
class Shop:
    """One shop with one product. It keeps callbacks in memory; a real shop would use its database."""

    config: Config
    public_url: str = ""
    received: dict[str, Received] = field(default_factory=dict)

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """Keeps one connection pool to the payment service while the shop is open."""
        async with aiohttp.ClientSession() as session:
            self.client = PaymentClient(self.config, session)
            yield

    async def product(self, request: web.Request) -> web.Response:
        """The product page. The order gets its number here, so a double click is one order, not two."""
        words = _words(request)
        order_id = f"SHOP-{time.strftime('%y%m%d')}-{secrets.token_hex(4).upper()}"
        body = render(_TEMPLATES / "product.html", price=format_vnd(PRICE), order_id=order_id, **words)
        return _page(words, body)

    async def buy(self, request: web.Request) -> web.StreamResponse:
        """Creates the transaction and sends the browser to where the buyer pays."""
        words = _words(request)
        order_id = str((await request.post()).get("order_id", ""))
        order = {
            "order_id": order_id,
            "amount": PRICE,
            "currency": "VND",
            "description": words["description"],
            "provider_code": "vnpay",
            "return_url": f"{self.public_url}/done",
            "callback_url": f"{self.public_url}/hook",
            "locale": words["lang"],
        }
        if request.remote:
            order["customer_ip"] = request.remote
        try:
            transaction = await self.client.create(order, idempotency_key=order_id, lang=words["lang"])
        except ApiError as error:
            return _error_page(words, error, order_id)
        raise web.HTTPSeeOther(transaction["payment_url"])

    async def done(self, request: web.Request) -> web.Response:
        """Where the buyer comes back. The address may be forged, so it only says which transaction to ask about."""
        words = _words(request)
        transaction_id = request.query.get("transaction_id", "")
        if not transaction_id:
            raise web.HTTPFound("/")
        try:
            transaction = await self.client.get(transaction_id, lang=words["lang"])
        except ApiError as error:
            return _error_page(words, error)
        body = render(
            _TEMPLATES / "done.html",
            transaction_id=transaction_id,
            order_id=transaction["order_id"],
            amount=format_vnd(transaction["amount"]),
            live=self._live(transaction, words),
            **words,
        )
        return _page(words, body)

    async def live(self, request: web.Request) -> web.Response:
        """The changing part of /done, which the page fetches again while it is open."""
        words = _words(request)
        try:
            transaction = await self.client.get(request.query.get("transaction_id", ""), lang=words["lang"])
        except ApiError as error:
            return web.Response(text=plain_error(error.code, words["lang"]), status=502)
        return web.Response(text=self._live(transaction, words), content_type="text/html")

    async def hook(self, request: web.Request) -> web.Response:
        """Receives a callback: verify the raw bytes, drop what came before, answer 2xx at once."""
        body = await request.read()
        try:
            callback = verify_callback(self.config.callback_secret, request.headers, body, now=int(time.time()))
        except RejectedCallbackError as rejected:
            return web.json_response({"error": str(rejected)}, status=401)
        if known := self.received.get(callback.webhook_id):
            known.deliveries += 1
        else:
            self.received[callback.webhook_id] = Received(callback)
            if len(self.received) > _MOST_CALLBACKS:
                del self.received[next(iter(self.received))]
        return web.json_response({"received": callback.webhook_id})

    async def health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    def _live(self, transaction: dict[str, Any], words: dict[str, str]) -> Markup:
        status = str(transaction["status"])
        return render(
            _TEMPLATES / "live.html",
            status=status,
            status_text=words.get(f"status_{status}", status),
            kind={"completed": "good", "pending": "soft"}.get(status, "bad"),
            reason=transaction.get("failure_reason") or "",
            callbacks=self._callbacks(str(transaction["transaction_id"]), words),
            **words,
        )

    def _callbacks(self, transaction_id: str, words: dict[str, str]) -> Markup:
        """The list of callbacks by `sequence`: they may arrive in another order than things happened."""
        mine = [one for one in self.received.values() if one.callback.data.get("transaction_id") == transaction_id]
        mine.sort(key=lambda one: one.callback.sequence)
        lines = [_callback_line(one, words) for one in mine]
        return Markup("".join(lines)) if lines else render(_TEMPLATES / "no_callback.html", text=words["none_yet"])


def _callback_line(one: Received, words: dict[str, str]) -> Markup:
    return render(
        _TEMPLATES / "callback.html",
        event_type=one.callback.event_type,
        webhook_id=one.callback.webhook_id,
        simple="✓" if one.callback.simple_signature_ok else "✗",
        simple_kind="good" if one.callback.simple_signature_ok else "bad",
        deliveries=one.deliveries,
        times=words["times"],
    )


def _error_page(words: dict[str, str], error: ApiError, order_id: str = "") -> web.Response:
    body = render(
        _TEMPLATES / "error.html",
        plain=plain_error(error.code, words["lang"]),
        message=error.message,
        code=error.code,
        request_id=error.request_id or "-",
        again_form=render(_TEMPLATES / "again.html", order_id=order_id, **words) if order_id else Markup(""),
        **words,
    )
    return _page(words, body, status=404 if error.code == "TRANSACTION_NOT_FOUND" else 502)


def _page(words: dict[str, str], body: Markup, status: int = 200) -> web.Response:
    frame = render(_TEMPLATES / "frame.html", body=body, **words)
    return page(title=words["shop"], lang=words["lang"], body=frame, accent=_ACCENT, status=status)


def _words(request: web.Request) -> dict[str, str]:
    return ENGLISH if request.cookies.get("lang") == "en" else VIETNAMESE


async def switch_language(request: web.Request) -> web.StreamResponse:
    """Remembers the language in a cookie and goes back to the page it was asked from."""
    back = request.headers.get("Referer", "/").split("/", 3)[-1]
    response = web.HTTPSeeOther(f"/{back}" if not back.startswith("/") else "/")
    response.set_cookie("lang", "en" if request.query.get("to") == "en" else "vi", samesite="Lax", httponly=True)
    raise response


def build_shop(config: Config) -> tuple[web.Application, Shop]:
    """The application, and the shop behind it; `public_url` must be set before the first purchase."""
    shop = Shop(config, public_url=config.public_url)
    app = web.Application()
    app.cleanup_ctx.append(shop.run)
    app.add_routes(
        [
            web.get("/", shop.product),
            web.post("/buy", shop.buy),
            web.get("/done", shop.done),
            web.get("/live", shop.live),
            web.post("/hook", shop.hook),
            web.get("/lang", switch_language),
            web.get("/health", shop.health),
        ]
    )
    return app, shop
