"""The merchant API: create, get and cancel a payment link, confirm a webhook address."""

import json
from inspect import isawaitable
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.kit.calls import Answer, Call, Work
from sandbox.kit.model import Account, Payment
from sandbox.payos.checks import check_create, check_url
from sandbox.payos.codes import (
    BAD_REQUEST,
    BAD_SIGNATURE,
    DESCRIPTIONS,
    NO_CREDENTIALS,
    NO_SUCH_CHANNEL,
    NO_SUCH_LINK,
    OK,
    ORDER_EXISTS,
    Refusal,
)
from sandbox.payos.links import bank_account, created, described, memo_of
from sandbox.payos.notices import probe
from sandbox.payos.signing import data_message, sign, verify
from sandbox.state import JsonObject

if TYPE_CHECKING:
    from sandbox.payos.provider import PayosSandbox

LINKS = "/payos/v2/payment-requests"


class MerchantApi:
    """Answers each call in payOS's envelope: a business refusal is HTTP 200 with its code."""

    def __init__(self, payos: "PayosSandbox") -> None:
        self._payos = payos

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(LINKS, self.create),
            web.get(LINKS + "/{id}", self.show),
            web.post(LINKS + "/{id}/cancel", self.cancel),
            web.post("/payos/confirm-webhook", self.confirm_webhook),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, "create", self._create)

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, "query", self._show)

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, "cancel", self._cancel)

    async def confirm_webhook(self, request: web.Request) -> web.StreamResponse:
        """payOS calls the address at once and keeps it only if that answers 2xx."""
        return await self._serve(request, "confirm", self._confirm)

    async def _serve(self, request: web.Request, target: str, work: Work) -> web.StreamResponse:
        async def answer(call: Call) -> Answer:
            try:
                made = work(call)
                return await made if isawaitable(made) else made
            except Refusal as refusal:
                return Answer({"code": refusal.code, "desc": refusal.desc}, status=refusal.status)

        return await self._payos.serve(request, target, answer)

    def _create(self, call: Call) -> Answer:
        channel, body = self._channel(call), _read(call.text)
        linked = channel.options.get("linked", True)
        now = self._payos.clock.timestamp()
        check_create(body, checksum_key=channel["checksum_key"], linked=linked, now=int(now))
        _refuse_if_forced(call)
        reference = str(body["orderCode"])
        if self._payos.ledger.find(channel.identifier, reference):
            raise Refusal(ORDER_EXISTS)
        link = self._new_link(channel, body, now)
        self._payos.ledger.add(link)
        self._payos.changed()
        checkout_url = f"{self._payos.origin(call.request)}{self._payos.page_path}/{link.token}"
        return _signed(channel, created(channel, link, checkout_url))

    def _new_link(self, channel: Account, body: JsonObject, now: float) -> Payment:
        prefix = self._payos.settings.memo_prefix
        prefixed = prefix == "always" or (prefix == "auto" and not channel.options.get("linked", True))
        return Payment(
            account=channel.identifier,
            reference=str(body["orderCode"]),
            amount=body["amount"],
            return_url=body["returnUrl"],
            description=body["description"],
            created_at=now,
            expires_at=body.get("expiredAt") or 0,
            own={"memo": memo_of(body["description"], prefixed=prefixed), "cancel_url": body["cancelUrl"]},
        )

    def _show(self, call: Call) -> Answer:
        channel = self._channel(call)
        _refuse_if_forced(call)
        return self._described(channel, self._link(channel, call))

    def _cancel(self, call: Call) -> Answer:
        channel = self._channel(call)
        body = _read(call.text) if call.text.strip() not in {"", "null"} else {}
        _check_cancel(channel, body)
        _refuse_if_forced(call)
        link = self._link(channel, call)
        if link.received or link.state not in {"open", "processing"}:
            raise Refusal(BAD_REQUEST, "Chỉ huỷ được đơn chưa thanh toán")
        self._payos.cancel(link, body.get("cancellationReason"))
        return self._described(channel, link)

    async def _confirm(self, call: Call) -> Answer:
        channel, url = self._channel(call), _read(call.text).get("webhookUrl")
        _refuse_if_forced(call)
        if not check_url(url):
            raise Refusal(BAD_REQUEST, "Webhook url không hợp lệ")
        heard = await self._payos.postman.send(probe(channel, str(url)), kind="control")
        if heard.status is None or not 200 <= heard.status < 300:
            raise Refusal(BAD_REQUEST, "Webhook url không hợp lệ: không trả lời 2xx")
        channel.notify_url = str(url)
        self._payos.changed()
        bank, name = bank_account(channel), channel.name or channel.identifier
        data = {"webhookUrl": url, "accountName": bank["account_name"], "accountNumber": bank["account_number"]}
        return Answer(_envelope(data | {"name": name, "shortName": name}))

    def _channel(self, call: Call) -> Account:
        client_id, api_key = call.headers.get("x-client-id"), call.headers.get("x-api-key")
        if not client_id or not api_key:
            raise Refusal(NO_CREDENTIALS)
        channel = self._payos.ledger.account(client_id)
        if channel is None or channel.options.get("active", True) is False:
            raise Refusal(NO_SUCH_CHANNEL)
        if channel["api_key"] != api_key:
            raise Refusal(NO_CREDENTIALS)
        return channel

    def _link(self, channel: Account, call: Call) -> Payment:
        """By orderCode or by paymentLinkId."""
        name = call.request.match_info["id"]
        by_token = self._payos.ledger.by_token(name)
        link = self._payos.ledger.find(channel.identifier, name) or by_token
        if link is None or link.account != channel.identifier:
            raise Refusal(NO_SUCH_LINK)
        self._payos.refresh(link)
        return link

    def _described(self, channel: Account, link: Payment) -> Answer:
        return _signed(channel, described(channel, link, self._payos.settings.counter_fields))


def _read(text: str) -> JsonObject:
    try:
        body = json.loads(text)
    except ValueError:
        raise Refusal(BAD_REQUEST) from None
    if not isinstance(body, dict):
        raise Refusal(BAD_REQUEST)
    return body


def _refuse_if_forced(call: Call) -> None:
    if call.forced is not None:
        raise Refusal(call.forced)


def _check_cancel(channel: Account, body: JsonObject) -> None:
    """Without a signature (as the Node SDK sends it) or with one over the whole body (as the Python SDK does)."""
    if not isinstance(body.get("cancellationReason"), str | None):
        raise Refusal(BAD_REQUEST)
    rest = {name: value for name, value in body.items() if name != "signature"}
    if "signature" in body and not verify(channel["checksum_key"], data_message(rest), body["signature"]):
        raise Refusal(BAD_SIGNATURE)


def _envelope(data: JsonObject) -> JsonObject:
    return {"code": OK, "desc": DESCRIPTIONS[OK], "data": data}


def _signed(channel: Account, data: JsonObject) -> Answer:
    return Answer(_envelope(data) | {"signature": sign(channel["checksum_key"], data_message(data))})
