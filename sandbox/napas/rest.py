"""DPS's REST calls: token, data key, order query, refund."""

import base64
import json
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.kit.calls import Answer, Call
from sandbox.kit.model import Payment
from sandbox.napas.checks import DataKeyRequest, RestError, order_id, read_data_key, read_refund
from sandbox.napas.results import declined_refund, refund_result
from sandbox.state import JsonObject

if TYPE_CHECKING:
    from sandbox.napas.provider import NapasSandbox

_MERCHANT = "/napas/api/rest/version/{version:1|32}/merchant/{merchant}"
_MOST_KEYS = 20


class Rest:
    """The calls of a merchant's server."""

    def __init__(self, napas: "NapasSandbox") -> None:
        self._napas = napas

    def routes(self) -> list[web.RouteDef]:
        order = f"{_MERCHANT}/order/{{order}}"
        return [
            web.post("/napas/api/oauth/token", self.token),
            web.post(f"{_MERCHANT}/datakey", self.data_key),
            web.get(f"{order}/{{kind:domestic|international}}", self.query),
            web.put(f"{order}/transaction/{{transaction}}", self.refund),
        ]

    async def token(self, request: web.Request) -> web.StreamResponse:
        return await self._napas.serve(request, "token", self._token)

    async def data_key(self, request: web.Request) -> web.StreamResponse:
        return await self._napas.serve(request, "create", lambda call: self._guarded(call, self._data_key))

    async def query(self, request: web.Request) -> web.StreamResponse:
        return await self._napas.serve(request, "query", lambda call: self._guarded(call, self._query))

    async def refund(self, request: web.Request) -> web.StreamResponse:
        return await self._napas.serve(request, "refund", lambda call: self._guarded(call, self._refund))

    def _token(self, call: Call) -> Answer:
        """The password grant of OAuth 2; 401 for any wrong credential."""
        form = dict(parse_qsl(call.text, keep_blank_values=True))
        if call.request.content_type != "application/x-www-form-urlencoded":
            return Answer({"error": "invalid_request", "error_description": "a form is expected"}, status=400)
        if form.get("grant_type") != "password":
            return Answer({"error": "unsupported_grant_type", "error_description": "password is expected"}, status=400)
        account = self._napas.ledger.account(form.get("client_id", ""))
        if account is None or form.get("client_secret") != account["client_secret"]:
            return Answer({"error": "invalid_client", "error_description": "Bad client credentials"}, status=401)
        if (form.get("username"), form.get("password")) != (account["username"], account["password"]):
            return Answer({"error": "invalid_grant", "error_description": "Bad credentials"}, status=401)
        if call.forced is not None:
            return Answer({"error": call.forced, "error_description": "refused on order"}, status=401)
        seconds = int(self._napas.settings.token_seconds)
        token = self._napas.tokens.issue(account.identifier, seconds)
        return Answer({"access_token": token, "token_type": "bearer", "expires_in": seconds, "scope": "read write"})

    def _guarded(self, call: Call, work: Callable[[Call], Answer]) -> Answer:
        """The work for the owner of the token; every refusal in the gateway's words."""
        try:
            if self._owner(call) != call.request.match_info["merchant"]:
                return Answer({"error": "invalid_token", "error_description": "Invalid access token"}, status=401)
            return work(call)
        except RestError as refused:
            return Answer(refused.body, status=refused.status)

    def _owner(self, call: Call) -> str | None:
        """Whose token it is; some merchants send it in the query."""
        kind, _, token = call.headers.get("Authorization", "").partition(" ")
        given = token if kind.lower() == "bearer" else call.request.query.get("access_token", "")
        return self._napas.tokens.owner(given)

    def _data_key(self, call: Call) -> Answer:
        wanted = read_data_key(_json(call))
        if call.forced is not None:
            raise RestError("refused on order", cause=call.forced)
        merchant = call.request.match_info["merchant"]
        payment = self._order(merchant, wanted)
        issued = {
            "merchantId": merchant,
            "orderId": wanted.order_id,
            "clientIP": wanted.client_ip,
            "deviceId": wanted.device_id,
            "environment": wanted.environment,
            "cardScheme": wanted.card_scheme,
            "dataKey": secrets.token_hex(64).upper(),
            "napasKey": base64.b64encode(secrets.token_bytes(96)).decode(),
        }
        payment.own["issued"] = [*payment.own["issued"], issued][-_MOST_KEYS:]
        payment.expires_at = self._napas.clock.timestamp() + self._napas.settings.form_seconds
        self._napas.changed()
        keys = {name: issued[name] for name in ("dataKey", "napasKey")}
        return Answer({"merchantId": merchant, "result": "SUCCESS"} | keys)

    def _order(self, merchant: str, wanted: DataKeyRequest) -> Payment:
        """The order, new or still unpaid: a page that is opened again asks for another key of the same order."""
        known = self._napas.ledger.find(merchant, wanted.order_id)
        if known is None:
            known = Payment(
                reference=wanted.order_id,
                account=merchant,
                amount=wanted.amount,
                method=wanted.card_scheme,
                created_at=self._napas.clock.timestamp(),
                own={"mode": "dps", "cardScheme": wanted.card_scheme, "issued": []},
            )
            self._napas.ledger.add(known)
        if known.amount != wanted.amount or known.own["mode"] != "dps":
            raise RestError("order.id: used before with another amount")
        if known.state == "expired" and not self._napas.has_transaction(known):
            known.state = "open"
        if known.state != "open":
            raise RestError("order.id: this order was processed before")
        return known

    def _query(self, call: Call) -> Answer:
        payment = self._find(call)
        if not self._napas.has_transaction(payment):
            raise _unknown(payment.reference)
        result = self._napas.result_of(payment)
        if call.forced is not None:
            result["paymentResult"]["result"] = "FAILURE"
            result["paymentResult"]["response"]["gatewayCode"] = call.forced
        return Answer(self._napas.shaped(result))

    def _refund(self, call: Call) -> Answer:
        """One refund per transaction id: a repeat is answered with what became of the first."""
        payment, amount = self._find(call), read_refund(_json(call))
        reference = order_id(call.request.match_info["transaction"])
        known = next((one for one in payment.refunds if one.reference == reference and one.source == "api"), None)
        if known is not None and known.amount != amount:
            raise RestError("transaction id: used before with another amount")
        if known is None:
            now = self._napas.clock.timestamp()
            if call.forced is not None:
                return self._answer(declined_refund(payment, reference, amount, now, call.forced))
            if payment.state != "paid" or amount + payment.refunded > payment.received:
                return self._answer(declined_refund(payment, reference, amount, now))
            known = self._napas.new_refund(payment, reference, amount, self._napas.ledger.next_number())
        return self._answer(refund_result(payment, known))

    def _answer(self, result: JsonObject) -> Answer:
        return Answer(self._napas.shaped(result))

    def _find(self, call: Call) -> Payment:
        reference = call.request.match_info["order"]
        payment = self._napas.ledger.find(call.request.match_info["merchant"], reference)
        if payment is None or payment.own["mode"] != "dps":
            raise _unknown(reference)
        self._napas.refresh(payment)
        return payment


def _unknown(reference: str) -> RestError:
    return RestError(f"Unable to find order '{reference}'", status=404)


def _json(call: Call) -> JsonObject:
    try:
        body = json.loads(call.text)
    except ValueError:
        raise RestError("the body is not JSON") from None
    if not isinstance(body, dict):
        raise RestError("the body is not a JSON object")
    return body
