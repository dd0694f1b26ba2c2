"""NAPAS in the sandbox: the DPS gateway with its hosted form, and the legacy `vpc_` gateway beside it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from sandbox.clock import Clock
from sandbox.control import ControlError, field, read_object
from sandbox.kit.calls import Answer, spoil
from sandbox.kit.control import Control
from sandbox.kit.model import Account, Payment, Refund
from sandbox.kit.notices import Message, Wanted
from sandbox.kit.pages import Brand, ReturnTo
from sandbox.kit.provider import KitProvider
from sandbox.kit.scenarios import Scenario
from sandbox.kit.statement_files import Layout
from sandbox.napas.cards import TestCard
from sandbox.napas.checks import RestError, return_address
from sandbox.napas.codes import FAILURES, TIME_OVER
from sandbox.napas.form import HostedForm
from sandbox.napas.legacy import Legacy, as_texts, payment_query
from sandbox.napas.payer import NapasPayer
from sandbox.napas.rest import Rest
from sandbox.napas.results import payment_result, told
from sandbox.napas.settings import NapasSettings
from sandbox.napas.signing import seal
from sandbox.napas.statement import LAYOUT
from sandbox.napas.tokens import Tokens
from sandbox.napas.visit import visit
from sandbox.napas.vpc_checks import VpcError
from sandbox.state import JsonObject

_WHOLE = {"paymentResult", "tokenResult", "error"}


class NapasSandbox(KitProvider[NapasSettings]):
    """One NAPAS: DPS under /napas/api, the legacy gateway under /napas/gateway, the payer's page under /napas/pay."""

    name = "napas"
    settings_type = NapasSettings
    credential_fields = ("merchant_id", "client_secret", "username", "password")
    identifier_field = "merchant_id"
    failures = FAILURES
    default_failure = "51"
    magic_failures = {int(code): code for code in FAILURES if code != TIME_OVER}
    fault_targets = ("token", "create", "query", "refund", "notice", "page")
    brand = Brand(
        name="NAPAS",
        heading_vi="Thẻ ngân hàng nội địa",
        heading_en="Domestic bank card",
        accent="#0b5c9e",
        tint="#e6f1f9",
    )
    page_path = "/napas/pay"
    statement_secret = "client_secret"
    refund_original = "trans_id"

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        super().__init__(clock, changed)
        self.tokens = Tokens(clock)
        self.legacy = Legacy(self)
        self.form = HostedForm(self)
        self.payer = NapasPayer(self)
        self._visited: dict[str, Payment] = {}

    def routes(self) -> list[web.RouteDef]:
        """Instead of the kit's: NAPAS's own payer, and a `pay` that may first look at the merchant's page."""
        pay = f"/_control/{self.name}/pay"
        control = [route for route in Control(self).routes() if route.path != pay]
        own = [*self.api_routes(), *self.payer.routes(), *self.statements.routes()]
        return [*own, *control, web.post(pay, self._pay)]

    def api_routes(self) -> list[web.RouteDef]:
        return [*Rest(self).routes(), *self.form.routes(), *self.legacy.routes()]

    def check_account(self, account: Account) -> None:
        if not all(account.credentials.values()):
            raise ControlError("no credential may be empty")
        if not isinstance(account.options.get("access_code", ""), str):
            raise ControlError("options.access_code: must be text")

    def tells(self, payment: Payment) -> bool:
        """DPS tells every end; the legacy gateway knows no notice."""
        return payment.own["mode"] == "dps" and payment.finished

    def end(self, payment: Payment, wanted: Scenario, amount: int | None) -> list[str]:
        payment.own["ended"] = True
        return super().end(payment, wanted, amount)

    def has_transaction(self, payment: Payment) -> bool:
        """Whether anything happened that a query could find: an order whose page nobody used is not known to it."""
        return bool(payment.own.get("ended")) or payment.state == "processing"

    def notice(self, payment: Payment, wanted: Wanted) -> Message:
        account = self.ledger.account_of(payment)
        overrides = dict(wanted.overrides)
        raw = {name: overrides.pop(name) for name in ("data", "checksum") if name in overrides}
        result = self.result_of(payment, wanted.subject, as_paid=wanted.told_paid, amount_off=wanted.amount_off)
        sealed = seal(_overridden(result, overrides), account["client_secret"])
        if wanted.spoilt:
            sealed["checksum"] = spoil(sealed["checksum"])
        return Message(payment.notify_url or account.notify_url, json.dumps(sealed | raw))

    def acknowledged(self, status: int, body: str) -> bool:
        """What a merchant must answer is not published: any 2xx ends the retries."""
        return 200 <= status < 300

    def return_to(self, payment: Payment) -> ReturnTo:
        account = self.ledger.account_of(payment)
        if payment.own["mode"] == "vpc":
            url = payment.own["back_url"] if payment.state == "cancelled" else payment.return_url
            mark = "&" if "?" in url else "?"
            return ReturnTo(f"{url}{mark}{urlencode(self.legacy.return_fields(account, payment))}")
        sealed = seal(self.result_of(payment), account["client_secret"])
        return ReturnTo(payment.return_url, {"napasResult": json.dumps(sealed)})

    def statement_layout(self) -> Layout:
        return LAYOUT

    def sign(self, account: Account, fields: JsonObject) -> JsonObject:
        """A decoded result as DPS would send it; fields named vpc_ as the legacy gateway would."""
        if any(name.startswith("vpc_") for name in fields):
            signed = self.legacy.sign(account, as_texts(fields))
            return {"fields": signed, "query": urlencode(signed)}
        sealed = seal(fields, account["client_secret"])
        return sealed | {"napasResult": json.dumps(sealed)}

    def tamper(self, answer: Answer) -> Answer:
        """Another amount in a result, another merchant in a data key, a token nobody gave, an unsigned change in legacy text."""
        if isinstance(answer.body, str):
            return Answer(answer.body.replace("vpc_Amount=", "vpc_Amount=9"), answer.status, answer.content_type)
        body = json.loads(json.dumps(answer.body))
        result = body.get("paymentResult", body)
        if "order" in result:
            result["order"]["amount"] = str(int(result["order"]["amount"]) + 1_000)
            result["transaction"]["amount"] = str(int(result["transaction"]["amount"]) + 1_000)
        elif "access_token" in body:
            body["access_token"] = spoil(body["access_token"])
        else:
            body["merchantId"] = "ANOTHER"
        return Answer(body, answer.status)

    def start_payment(self, body: JsonObject) -> Payment:
        """By reference, by a legacy payment URL, or by the merchant's page that was just looked at."""
        url = field(body, "payment_url", str, "")
        if url in self._visited:
            return self._visited.pop(url)
        query = payment_query(url)
        try:
            payment = super().start_payment(body) if query is None else self.legacy.open(query)
            payment.return_url = payment.return_url or return_address(field(body, "return_url", str, "http://127.0.0.1/"))
        except VpcError as refused:
            message = f"the gateway refuses with code {refused.code} {refused.name}".rstrip()
            raise ControlError(message, error_code=refused.code) from None
        except RestError as refused:
            raise ControlError(str(refused)) from None
        return payment

    def reset_own(self) -> None:
        self.tokens.forget()
        self.payer.forget()
        self._visited.clear()

    # -- what NAPAS's own parts use --------------------------------------------------------------------------------------

    def page_of(self, payment: Payment) -> str:
        return f"{self.page_path}/{payment.token}"

    def error_page(self, lang: str, code: str, text: str, name: str = "") -> web.Response:
        return self.payer.page.refused(lang, code, text, name)

    def result_of(self, payment: Payment, subject: str = "", *, as_paid: bool = False, amount_off: int = 0) -> JsonObject:
        """The decoded result of the payment, or of its second time."""
        said = told(payment, self.settings.waiting_result, as_paid=as_paid)
        number = subject or payment.transaction_no or f"{payment.reference}-1"
        return payment_result(payment, said, number, amount_off)

    def shaped(self, result: JsonObject) -> JsonObject:
        """A result as query and refund answer it."""
        bare: JsonObject = result["paymentResult"]
        return bare if self.settings.flat_answers else result

    def new_refund(self, payment: Payment, reference: str, amount: int, number: str) -> Refund:
        """Keeps a refund that was found in order."""
        refund = Refund(reference, number, amount)
        self.start_refund(payment, refund)
        self.changed()
        return refund

    def keep_card(self, payment: Payment, card: TestCard | None) -> None:
        """What results say of the card that paid."""
        if card is not None:
            payment.own["card"] = {"brand": "SGTT", "number": card.masked, "holder": card.holder, "date": card.date}

    async def _pay(self, request: web.Request) -> web.Response:
        """The kit's `pay`; a payment_url that is the merchant's own page is opened first, as a browser would."""
        url = (await read_object(request)).get("payment_url", "")
        if isinstance(url, str) and url and payment_query(url) is None and f"{self.page_path}/" not in url:
            try:
                self._visited[url] = self.form.open(await visit(url))
            except RestError as refused:
                raise ControlError(f"the hosted form refuses: {refused}") from None
        return await Control(self).pay(request)


def _overridden(result: JsonObject, overrides: JsonObject) -> JsonObject:
    """The result with the overrides in their place, deep; a name that is not one of the whole's is one of paymentResult's."""
    inner = {name: value for name, value in overrides.items() if name not in _WHOLE}
    outer: dict[str, Any] = {name: value for name, value in overrides.items() if name in _WHOLE}
    if inner:
        outer["paymentResult"] = inner | outer.get("paymentResult", {})
    return _merged(result, outer)


def _merged(fields: JsonObject, changes: JsonObject) -> JsonObject:
    merged = dict(fields)
    for name, value in changes.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = value
    return merged
