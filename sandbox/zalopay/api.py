"""ZaloPay's API: create, query, refund, query_refund and cancel, each a POST of JSON or a form."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.kit.calls import Answer, Call, Work
from sandbox.kit.model import Account, Payment
from sandbox.state import JsonObject
from sandbox.zalopay import checks, codes, signing
from sandbox.zalopay.checks import Check, Refused, parsed
from sandbox.zalopay.qr import qr_text
from sandbox.zalopay.refunds import Refunds

if TYPE_CHECKING:
    from sandbox.zalopay.provider import ZalopaySandbox

_BASE = "/zalopay/v2"
_IN_RETURN_CODE = -400
Perform = Callable[[Account, JsonObject, Call], JsonObject]
Message = Callable[[JsonObject, Account], str]


def _by_key1(body: JsonObject, account: Account) -> str:
    return signing.key1_message(body, account["key1"])


class Api:
    """One method a route."""

    def __init__(self, zalopay: "ZalopaySandbox") -> None:
        self._zalopay = zalopay
        self._refunds = Refunds(zalopay)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{_BASE}/create", self.create),
            web.post(f"{_BASE}/query", self.query),
            web.post(f"{_BASE}/refund", self.refund),
            web.post(f"{_BASE}/query_refund", self.query_refund),
            web.post(f"{_BASE}/cancel", self.cancel),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        work = self._work(self._create, checks.CREATE, lambda body, _: signing.bar_message(signing.CREATE, body))
        return await self._zalopay.serve(request, "create", work)

    async def query(self, request: web.Request) -> web.StreamResponse:
        return await self._zalopay.serve(request, "query", self._work(self._query, checks.QUERY, _by_key1))

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        if not self._zalopay.settings.cancel_path:
            raise web.HTTPNotFound
        return await self._zalopay.serve(request, "cancel", self._work(self._cancel, checks.QUERY, _by_key1))

    async def refund(self, request: web.Request) -> web.StreamResponse:
        work = self._work(
            self._refunds.make,
            checks.REFUND,
            lambda body, _: signing.bar_message(signing.refund_order(body), body),
            refund=True,
        )
        return await self._zalopay.serve(request, "refund", work)

    async def query_refund(self, request: web.Request) -> web.StreamResponse:
        work = self._work(
            self._refunds.show,
            checks.QUERY_REFUND,
            lambda body, _: signing.bar_message(signing.QUERY_REFUND, body),
            refund=True,
        )
        return await self._zalopay.serve(request, "query_refund", work)

    # -- the order of checks -------------------------------------------------------------------------------------------

    def _work(self, perform: Perform, required: Mapping[str, Check], message: Message, *, refund: bool = False) -> Work:
        """Reads, checks the form, the app and the mac, does it and answers."""

        def work(call: Call) -> Answer:
            try:
                body = checks.read(call.text, call.request.content_type)
                optional = checks.REFUND_OPTIONAL if refund else checks.CREATE_OPTIONAL
                checks.check(body, required, optional, "-12" if refund else "-401")
                account = self._admit(body, message, refund=refund)
                if call.forced is not None:
                    raise Refused(call.forced)
                result = perform(account, body, call)
                self._zalopay.changed()
                return Answer(result)
            except Refused as refused:
                return self._refusal(refused, refund=refund)

        return work

    def _admit(self, body: JsonObject, message: Message, *, refund: bool) -> Account:
        account = self._zalopay.ledger.account(str(body["app_id"]))
        bad_mac = str(self._zalopay.settings.bad_mac_code)
        if account is None:
            raise Refused("-10" if refund else "-402", "app_id")
        if not signing.verify(account["key1"], message(body, account), body["mac"]):
            raise Refused("-3" if refund else bad_mac, "mac")
        if not account.options.get("active", True):
            raise Refused("-406")
        return account

    def _refusal(self, refused: Refused, *, refund: bool) -> Answer:
        code = int(refused.code)
        in_return_code = code < _IN_RETURN_CODE and self._zalopay.settings.codes_in_return_code
        told = codes.text(refused.code, refund=refund)
        return Answer(
            {
                "return_code": code if in_return_code else refused.return_code,
                "return_message": codes.head(refused.return_code),
                "sub_return_code": code,
                "sub_return_message": f"{told} ({refused.about})" if refused.about else told,
            }
        )

    # -- the work ------------------------------------------------------------------------------------------------------

    def _create(self, account: Account, body: JsonObject, call: Call) -> JsonObject:
        checks.check_order(body, self._zalopay.clock.now())
        if self._zalopay.ledger.find(account.identifier, body["app_trans_id"]):
            raise Refused("-68")
        payment = self._new_payment(account, body)
        self._zalopay.ledger.add(payment)
        order_url = f"{self._zalopay.origin(call.request)}{self._zalopay.page_path}/{payment.token}"
        return _heading(1, "1") | {
            "order_url": order_url,
            "zp_trans_token": payment.session_id,
            "order_token": f"{payment.token}.order",
            "qr_code": qr_text(payment.token, payment.amount),
        }

    def _new_payment(self, account: Account, body: JsonObject) -> Payment:
        now = self._zalopay.clock.timestamp()
        embedded = parsed(body["embed_data"])
        preferred = embedded.get("preferred_payment_method", [])
        payment = Payment(
            reference=body["app_trans_id"],
            account=account.identifier,
            amount=body["amount"],
            return_url=embedded.get("redirecturl", ""),
            notify_url=body.get("callback_url", ""),
            description=body["description"],
            method=body.get("bank_code") or ",".join(preferred),
            created_at=now,
            expires_at=now + body.get("expire_duration_seconds", checks.USUAL_EXPIRY),
            own={name: body[name] for name in ("app_time", "app_user", "embed_data", "item")},
        )
        payment.own["preferred"] = preferred
        payment.session_id = f"AC{payment.token[:20]}"
        return payment

    def _query(self, account: Account, body: JsonObject, _call: Call) -> JsonObject:
        payment = self._payment(account, body)
        paid = payment.state == "paid"
        failed = payment.state in {"failed", "cancelled", "expired"}
        code = (payment.code or codes.EXPIRED) if failed else "1"
        return _heading(2 if failed else 1 if paid else 3, code) | {
            "is_processing": payment.state == "processing",
            "amount": payment.amount if paid else 0,
            "discount_amount": 0,
            "zp_trans_id": int(payment.transaction_no or 0),
            "server_time": int(self._zalopay.clock.timestamp() * 1_000),
        }

    def _cancel(self, account: Account, body: JsonObject, _call: Call) -> JsonObject:
        payment = self._payment(account, body)
        if payment.state not in {"open", "cancelled"}:
            raise Refused("-1")
        payment.state, payment.code = "cancelled", codes.CANCELLED
        return _heading(1, "1")

    def _payment(self, account: Account, body: JsonObject) -> Payment:
        if "_" not in body["app_trans_id"]:
            raise Refused("-92")
        payment = self._zalopay.ledger.find(account.identifier, body["app_trans_id"])
        if payment is None:
            raise Refused("-101")
        self._zalopay.refresh(payment)
        return payment


def _heading(return_code: int, code: str) -> JsonObject:
    return {
        "return_code": return_code,
        "return_message": codes.head(return_code),
        "sub_return_code": int(code),
        "sub_return_message": codes.text(code),
    }
