"""MoMo's API: create, query, refund, refund/query and confirm, each a JSON POST."""

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.kit.calls import Answer, Call, Work
from sandbox.kit.model import Account, Payment
from sandbox.momo import checks, signing
from sandbox.momo.checks import Check, Refused
from sandbox.momo.codes import FINAL, http_status, message
from sandbox.momo.refunds import Refunds
from sandbox.momo.results import code_of, milliseconds, refund_trans
from sandbox.state import JsonObject

if TYPE_CHECKING:
    from sandbox.momo.provider import MomoSandbox

_BASE = "/momo/v2/gateway/api"
_MASK = "*****"
Perform = Callable[[Account, JsonObject, Call], JsonObject]


class Api:
    """One method a route. Signature first, then repeats, then the work itself."""

    def __init__(self, momo: "MomoSandbox") -> None:
        self._momo = momo
        self._refunds = Refunds(momo)
        self._in_work: set[tuple[str, str]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{_BASE}/create", self.create),
            web.post(f"{_BASE}/query", self.query),
            web.post(f"{_BASE}/refund", self.refund),
            web.post(f"{_BASE}/refund/query", self.query_refund),
            web.post(f"{_BASE}/confirm", self.confirm),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        work = self._once(signing.CREATE, self._create, checks.CREATE, checks.CREATE_OPTIONAL)
        return await self._momo.serve(request, "create", work)

    async def query(self, request: web.Request) -> web.StreamResponse:
        return await self._momo.serve(request, "query", self._once(signing.QUERY, self._query, checks.QUERY))

    async def refund(self, request: web.Request) -> web.StreamResponse:
        return await self._momo.serve(request, "refund", self._once(signing.REFUND, self._refunds.make, checks.REFUND))

    async def query_refund(self, request: web.Request) -> web.StreamResponse:
        # Sources differ on whether requestId is the refund's own or a new one: either is taken, and repeats are answered afresh.
        work = self._work(signing.REFUND_QUERY, self._refunds.show, checks.QUERY)
        return await self._momo.serve(request, "query_refund", work)

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        target = "cancel" if '"cancel"' in await request.text() else "capture"
        return await self._momo.serve(request, target, self._once(signing.CONFIRM, self._confirm, checks.CONFIRM))

    # -- the order of checks -------------------------------------------------------------------------------------------

    def _work(
        self, keys: tuple[str, ...], perform: Perform, required: dict[str, Check], optional: dict[str, Check] | None = None
    ) -> Work:
        """Reads, checks the form and the signature, does it and answers."""

        def work(call: Call) -> Answer:
            body: JsonObject = {}
            try:
                body = checks.read(call.text)
                account = self._admit(body, keys, required, optional)
                return self._answer(body, perform(account, body, call))
            except Refused as refused:
                return self._refusal(body, refused)

        return work

    def _once(
        self, keys: tuple[str, ...], perform: Perform, required: dict[str, Check], optional: dict[str, Check] | None = None
    ) -> Work:
        """The same, by the rule of requestId: a repeat gets the first answer, or 40; 422 and 7000 while the first is in work."""

        async def work(call: Call) -> Answer:
            body: JsonObject = {}
            try:
                body = checks.read(call.text)
                account = self._admit(body, keys, required, optional)
                known = self._repeated(body, call.text)
                return known or await self._first_time(account, body, call, perform)
            except Refused as refused:
                return self._refusal(body, refused)

        return work

    def _admit(
        self, body: JsonObject, keys: tuple[str, ...], required: dict[str, Check], optional: dict[str, Check] | None
    ) -> Account:
        checks.check(body, required, optional)
        account = self._momo.ledger.account(body["partnerCode"])
        if account is None or body.get("accessKey", account["access_key"]) != account["access_key"]:
            raise Refused("13")
        expected = signing.raw_string(keys, body, account["access_key"])
        if not signing.verify(account["secret_key"], expected, body["signature"]):
            shown = expected.replace(account["access_key"], _MASK)
            raise Refused(str(self._momo.settings.bad_signature_code), {"signature": f"rawSignature: {shown}"})
        return account

    def _repeated(self, body: JsonObject, text: str) -> Answer | None:
        key = (body["partnerCode"], body["requestId"])
        if key in self._in_work:
            raise Refused("7000", status=422)
        before = self._momo.answers.get("|".join(key))
        if before is None:
            return None
        if str(before["body"]["resultCode"]) in FINAL and json.loads(before["request"]) == json.loads(text):
            return Answer(before["body"], before["status"])
        raise Refused("40")

    async def _first_time(self, account: Account, body: JsonObject, call: Call, perform: Perform) -> Answer:
        key = (body["partnerCode"], body["requestId"])
        self._in_work.add(key)
        try:
            await asyncio.sleep(self._momo.settings.work_seconds)
            answer = self._answer(body, perform(account, body, call))
        except Refused as refused:
            answer = self._refusal(body, refused)
        finally:
            self._in_work.discard(key)
        self._momo.answers["|".join(key)] = {"request": call.text, "body": answer.body, "status": answer.status}
        self._momo.changed()
        return answer

    # -- the work ------------------------------------------------------------------------------------------------------

    def _create(self, account: Account, body: JsonObject, call: Call) -> JsonObject:
        amount = int(body["amount"])
        checks.check_card_payer(body)
        checks.check_amount(amount, body["requestType"], self._momo.settings.card_most)
        if self._momo.is_taken(account.identifier, body["orderId"]):
            raise Refused("41")
        _refuse_if_forced(call)
        payment = self._new_payment(account, body, amount)
        self._momo.ledger.add(payment)
        pay_url = f"{self._momo.origin(call.request)}{self._momo.page_path}/{payment.token}"
        links = self._links(payment) if account.options.get("deeplinks", True) else {}
        made = self._heading(body) | {"amount": amount, "resultCode": 0, "payUrl": pay_url} | links
        if self._momo.settings.sign_create:
            raw = signing.raw_string(signing.CREATE_RESPONSE, made, account["access_key"])
            made["signature"] = signing.sign(account["secret_key"], raw)
        return made

    def _new_payment(self, account: Account, body: JsonObject, amount: int) -> Payment:
        now = self._momo.clock.timestamp()
        kept = {name: body[name] for name in ("requestId", "extraData", "lang")}
        return Payment(
            reference=body["orderId"],
            account=account.identifier,
            amount=amount,
            return_url=body["redirectUrl"],
            notify_url=body["ipnUrl"],
            description=body["orderInfo"],
            method=body["requestType"],
            lang=body["lang"],
            created_at=now,
            expires_at=now + self._momo.settings.link_minutes * 60,
            own=kept | {"autoCapture": body.get("autoCapture") is not False},
        )

    def _links(self, payment: Payment) -> JsonObject:
        app = f"momo://app?action=payWithApp&isScanQR=false&serviceType=app&sid={payment.token}&v=3.0"
        return {
            "deeplink": app,
            "qrCodeUrl": f"momo://app?action=payWithApp&isScanQR=true&serviceType=qr&sid={payment.token}&v=3.0",
            "deeplinkMiniApp": app.replace("serviceType=app", "serviceType=miniapp"),
        }

    def _query(self, account: Account, body: JsonObject, call: Call) -> JsonObject:
        payment = self._momo.ledger.find(account.identifier, body["orderId"])
        _refuse_if_forced(call)
        if payment is None:
            raise Refused("42")
        self._momo.refresh(payment)
        return self._heading(body) | {
            "extraData": payment.own["extraData"],
            "amount": payment.amount,
            "transId": int(payment.transaction_no or 0),
            "payType": "qr" if payment.transaction_no else "",
            "resultCode": int(code_of(payment)),
            "refundTrans": refund_trans(payment),
            "paymentOption": "momo",
            "promotionInfo": [],
        }

    def _confirm(self, account: Account, body: JsonObject, call: Call) -> JsonObject:
        payment = self._momo.ledger.find(account.identifier, body["orderId"])
        _refuse_if_forced(call)
        if payment is None:
            raise Refused("42")
        if payment.state != "held":
            raise Refused("47")
        if int(body["amount"]) != payment.amount:
            raise Refused("22")
        self._momo.release(payment, captured=body["requestType"] == "capture")
        told = {"amount": payment.amount, "transId": int(payment.transaction_no), "requestType": body["requestType"]}
        return self._heading(body) | told | {"resultCode": 0}

    # -- answers -------------------------------------------------------------------------------------------------------

    def _heading(self, body: JsonObject) -> JsonObject:
        named = {name: body[name] for name in ("partnerCode", "requestId", "orderId") if name in body}
        return named | {"responseTime": milliseconds(self._momo.clock)}

    def _answer(self, body: JsonObject, result: JsonObject) -> Answer:
        code = str(result["resultCode"])
        self._momo.changed()
        return Answer(self._heading(body) | result | {"message": message(code, body["lang"])}, http_status(code))

    def _refusal(self, body: JsonObject, refused: Refused) -> Answer:
        lang = "en" if body.get("lang") == "en" else "vi"
        answer = self._heading(body) | {"resultCode": int(refused.code), "message": message(refused.code, lang)}
        if "amount" in body:
            answer["amount"] = body["amount"]
        if refused.fields:
            answer["subErrors"] = [{"field": name, "message": text} for name, text in refused.fields.items()]
        return Answer(answer, refused.status or http_status(refused.code))


def _refuse_if_forced(call: Call) -> None:
    if call.forced is not None:
        raise Refused(call.forced)
