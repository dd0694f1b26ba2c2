"""The shop's web server: sell, send the buyer to pay, follow the payment, and receive callbacks."""

import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.shop import pages
from sandbox.shop.callbacks import Received, RejectedCallbackError, verify_callback
from sandbox.shop.client import ApiError, PaymentClient
from sandbox.shop.config import Config
from sandbox.shop.goods import GOODS
from sandbox.shop.watch import Watch
from sandbox.shop.words import language_of, words_of

_MOST_CALLBACKS = 1_000
_MINUTES = {"15": 15, "1": 1}


@dataclass
class Shop:
    """One small shop. It keeps callbacks in memory; a real shop would use its database."""

    config: Config
    public_url: str = ""
    received: dict[str, Received] = field(default_factory=dict)

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """Keeps one connection pool to the payment service while the shop is open."""
        async with aiohttp.ClientSession() as session:
            self.client = PaymentClient(self.config, session)
            self.watch = Watch(self.client)
            yield

    async def window(self, request: web.Request) -> web.Response:
        """The shop window. The order gets its number here, so a double click is one order, not two."""
        order_id = f"SHOP-{time.strftime('%y%m%d')}-{secrets.token_hex(4).upper()}"
        return pages.window(words_of(request), order_id)

    async def buy(self, request: web.Request) -> web.StreamResponse:
        """Creates the transaction and sends the buyer to where it is paid."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        lang = language_of(request)
        try:
            order = self.order_of(form, lang, request.remote)
            transaction = await self.client.create(order, idempotency_key=order["order_id"], lang=lang)
        except ApiError as error:
            return pages.sorry(words_of(request), error, again=form)
        raise web.HTTPSeeOther(transaction["payment_url"])

    def order_of(self, form: dict[str, str], lang: str, buyer_ip: str | None) -> dict[str, Any]:
        """What the payment service is told about an order. The price is the shop's own, never one from the browser."""
        goods = GOODS.get(form.get("goods", ""), GOODS["hat"])
        order: dict[str, Any] = {
            "order_id": form.get("order_id", ""),
            "amount": goods.price,
            "currency": "VND",
            "description": goods.name[lang],
            "return_url": f"{self.public_url}/done",
            "cancel_url": f"{self.public_url}/cancelled",
            "callback_url": f"{self.public_url}/hook",
            "expires_in_minutes": _MINUTES.get(form.get("minutes", ""), 15),
            "locale": lang,
        }
        if form.get("way") != "choose":  # without a provider the buyer chooses on the service's own page
            order["provider_code"] = "vnpay"
        if buyer_ip:
            order["customer_ip"] = buyer_ip
        return order

    async def done(self, request: web.Request) -> web.Response:
        """Where the buyer comes back. The address may be forged, so it only says which transaction to ask about."""
        words = words_of(request)
        try:
            transaction = await self._look(request, now=True)
        except ApiError as error:
            return pages.sorry(words, error)
        return pages.result(words, transaction, self._of(transaction), cancelled=request.path == "/cancelled")

    async def status(self, request: web.Request) -> web.Response:
        """The changing part of /done, which the page fetches again while it is open."""
        words = words_of(request)
        try:
            transaction = await self._look(request)
        except ApiError:
            return web.Response(status=204)  # nothing new; the page asks again
        live = pages.live(words, transaction, self._of(transaction), cancelled="cancelled" in request.query)
        return web.Response(text=live, content_type="text/html", headers={"Cache-Control": "no-store"})

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
        self.watch.something_happened(str(callback.data.get("transaction_id")))
        return web.json_response({"received": callback.webhook_id})

    async def source(self, request: web.Request) -> web.Response:
        """The shop's own code, to read and to copy."""
        return pages.source(words_of(request))

    async def _look(self, request: web.Request, *, now: bool = False) -> dict[str, Any]:
        return await self.watch.look(request.query.get("transaction_id", "-"), lang=language_of(request), now=now)

    def _of(self, transaction: dict[str, Any]) -> list[Received]:
        """The transaction's callbacks by `sequence`: they may arrive in another order than things happened."""
        mine = [one for one in self.received.values() if one.callback.data.get("transaction_id") == transaction["transaction_id"]]
        return sorted(mine, key=lambda one: one.callback.sequence)


async def health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


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
            web.get("/", shop.window),
            web.post("/buy", shop.buy),
            web.get("/done", shop.done),
            web.get("/cancelled", shop.done),
            web.get("/status", shop.status),
            web.post("/hook", shop.hook),
            web.get("/source", shop.source),
            web.get("/lang", switch_language),
            web.get("/health", health),
        ]
    )
    return app, shop
