"""A merchant of NAPAS's DPS gateway and of the legacy one. Checks and signs by itself: never with the code under test."""

import base64
import hashlib
import html
import itertools
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from sandbox_merchant import Answer, call

_numbers = itertools.count(1)
SCRIPT = "/napas/api/restjs/resources/js/napas.hostedform.min.js"


class Shop:
    """A merchant with an account at the sandbox."""

    merchant_id = "SMARTSHOP"
    secret = "a client secret of the tests"
    user = {"username": "api user", "password": "p&ss=1"}
    access_code = "ACCESS01"

    def __init__(self, base: str) -> None:
        self.base = base
        self.token = ""

    def register(self, notify_url: str = "", **more: Any) -> Answer:
        account = {"merchant_id": self.merchant_id, "client_secret": self.secret, "notify_url": notify_url} | self.user
        return self.control("accounts", **account, name="Tiệm <b>", options={"access_code": self.access_code}, **more)

    def control(self, path: str, **body: Any) -> Answer:
        return call("POST", f"{self.base}/_control/napas/{path}", body)

    def payment(self, reference: str) -> Any:
        return call("GET", f"{self.base}/_control/napas/payments/{reference}").json

    # -- DPS ---------------------------------------------------------------------------------------------------------

    def ask_token(self, **changes: str) -> Answer:
        form = {"grant_type": "password", "client_id": self.merchant_id, "client_secret": self.secret} | self.user
        return call("POST", f"{self.base}/napas/api/oauth/token", urlencode(form | changes))

    def rest(self, method: str, path: str, body: Any = None, token: str | None = None) -> Answer:
        """One call with the token, asked for once."""
        if token is None:
            self.token = self.token or self.ask_token().json["access_token"]
            token = self.token
        url = f"{self.base}/napas/api/rest/version/1/merchant/{self.merchant_id}/{path}"
        return call(method, url, body, {"Authorization": f"Bearer {token}"})

    def key_body(self, order_id: str, amount: Any = 100_000, **inputs: Any) -> dict[str, Any]:
        parameters = {
            "clientIP": "203.0.113.9",
            "deviceId": "0123456789",
            "environment": "WebApp",
            "cardScheme": "AtmCard",
            "enable3DSecure": "false",
        }
        order = {"id": order_id, "amount": amount, "currency": "VND"}
        return {"apiOperation": "DATA_KEY", "order": order, "inputParameters": parameters | inputs}

    def data_key(self, order_id: str, amount: Any = 100_000, **inputs: Any) -> Answer:
        return self.rest("POST", "datakey", self.key_body(order_id, amount, **inputs))

    def attributes(self, order_id: str, amount: int = 100_000, **changes: str) -> dict[str, str]:
        """The script's attributes for an order, with a fresh data key."""
        keys = self.data_key(order_id, amount).json
        return {
            "merchantId": self.merchant_id,
            "clientIP": "203.0.113.9",
            "deviceId": "0123456789",
            "environment": "WebApp",
            "cardScheme": "AtmCard",
            "enable3DSecure": "false",
            "apiOperation": "PAY",
            "orderAmount": str(amount),
            "orderCurrency": "VND",
            "orderReference": "Thanh toán đơn 1",
            "orderId": order_id,
            "channel": "6014",
            "sourceOfFundsType": "CARD",
            "dataKey": keys["dataKey"],
            "napasKey": keys["napasKey"],
        } | changes

    def open(self, order_id: str, amount: int = 100_000, **changes: str) -> Answer:
        """What the browser gets after the form's button: a redirect to the payer's page."""
        form = self.attributes(order_id, amount) | {"returnUrl": "http://127.0.0.1:9/return?shop=1"} | changes
        return call("POST", f"{self.base}{SCRIPT}", urlencode(form))

    def page(self, order_id: str, amount: int = 100_000, **changes: str) -> "Page":
        opened = self.open(order_id, amount, **changes)
        assert opened.status == 303, opened.text
        return Page(self.base + opened.location)

    def query(self, order_id: str, kind: str = "domestic") -> Answer:
        return self.rest("GET", f"order/{order_id}/{kind}")

    def refund(self, order_id: str, transaction: str, amount: Any) -> Answer:
        body = {
            "apiOperation": "REFUND_DOMESTIC",
            "channel": "6014",
            "transaction": {"amount": amount, "currency": "VND"},
        }
        return self.rest("PUT", f"order/{order_id}/transaction/{transaction}", body)

    def opened(self, sealed: dict[str, str]) -> Any:
        """The decoded result of a `napasResult` or notice whose checksum is right."""
        assert sealed["checksum"] == hashlib.sha256((sealed["data"] + self.secret).encode()).hexdigest().upper()
        return json.loads(base64.b64decode(sealed["data"]))

    def brought_back(self, answer: Answer) -> Any:
        """The decoded result in the form that sends the browser back."""
        return self.opened(json.loads(Page.form_of(answer)["napasResult"]))

    # -- legacy ------------------------------------------------------------------------------------------------------

    def vpc_hash(self, fields: dict[str, str]) -> str:
        values = "".join(value for name, value in sorted(fields.items()) if value and name != "vpc_SecureHash")
        return hashlib.md5((self.secret + values).encode(), usedforsecurity=False).hexdigest().upper()

    def vpc_url(self, path: str, fields: dict[str, str | None]) -> str:
        kept = {name: value for name, value in fields.items() if value is not None}
        return f"{self.base}/napas/gateway/{path}?{urlencode({'vpc_SecureHash': self.vpc_hash(kept)} | kept)}"

    def vpc_fields(self, **changes: str | None) -> dict[str, str | None]:
        return {
            "vpc_Version": "2.0",
            "vpc_Command": "pay",
            "vpc_AccessCode": self.access_code,
            "vpc_Merchant": self.merchant_id,
            "vpc_MerchTxnRef": f"VPC{next(_numbers)}",
            "vpc_OrderInfo": "Thanh toan don 1",
            "vpc_Amount": "10000000",
            "vpc_ReturnURL": "http://127.0.0.1:9/return?shop=1",
            "vpc_BackURL": "http://127.0.0.1:9/back",
            "vpc_Locale": "vn",
            "vpc_CurrencyCode": "VND",
            "vpc_TicketNo": "203.0.113.9",
        } | changes

    def vpc_pay(self, **changes: str | None) -> str:
        return self.vpc_url("vpcpay.do", self.vpc_fields(**changes))

    def vpc_ask(self, reference: str, command: str = "queryDR", **changes: str | None) -> dict[str, str]:
        """The url-encoded answer of vpcdps."""
        fields: dict[str, str | None] = {
            "vpc_Version": "2.1",
            "vpc_Command": command,
            "vpc_AccessCode": self.access_code,
            "vpc_Merchant": self.merchant_id,
            "vpc_MerchTxnRef": reference,
            "vpc_User": self.user["username"],
            "vpc_Password": self.user["password"],
        }
        answer = call("GET", self.vpc_url("vpcdps", fields | changes))
        assert answer.status == 200
        return dict(parse_qsl(answer.text, strict_parsing=True))

    def vpc_signed(self, fields: dict[str, str]) -> bool:
        return fields["vpc_SecureHash"] == self.vpc_hash(fields)

    def vpc_result(self, url: str) -> dict[str, str]:
        """The vpc_ fields of a return address whose hash is right."""
        fields = {name: value for name, value in parse_qsl(urlsplit(url).query) if name.startswith("vpc_")}
        assert self.vpc_signed(fields)
        return fields


class Page:
    """A payer's browser without scripts at NAPAS's page."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.last = call("GET", address)

    @property
    def step(self) -> str:
        found = re.search(r'data-step="(\w+)"', self.last.text)
        return found[1] if found else ""

    def post(self, **form: str) -> Answer:
        """Sends a form; a redirect to the page itself is followed, a way back to the merchant is not."""
        self.last = call("POST", self.address, urlencode(form))
        if self.last.status == 303 and self.last.location in self.address:
            self.last = call("GET", self.address)
        return self.last

    def card(self, **changes: str) -> Answer:
        return self.post(**({"do": "card", "number": "9704000000000018", "holder": "NGUYEN VAN A", "date": "03/07"} | changes))

    @staticmethod
    def form_of(answer: Answer) -> dict[str, str]:
        """The hidden fields of the form that leaves the page, and its address as `url`."""
        action = re.search(r'<form method="post" action="([^"]+)"', answer.text)
        assert action, answer.text
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
        return {name: html.unescape(value) for name, value in fields} | {"url": html.unescape(action[1])}


class MerchantSite:
    """The merchant's own page with the hosted form, and what the browser posts back to it."""

    def __init__(self) -> None:
        self.html = ""
        self.returned: list[dict[str, list[str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(site.html)

            def do_POST(self) -> None:
                site.returned.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self._answer("<title>back</title>")

            def _answer(self, text: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/pay/1"

    def show(self, gateway: str, attributes: dict[str, str]) -> None:
        """Puts the form on the page, as the README says it must be."""
        given = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
        script = f'<script type="text/javascript" id="napas-widget-script" src="{gateway}{SCRIPT}" {given}></script>'
        self.html = (
            '<!doctype html><html lang="vi"><body><form id="merchant-form" action="/return/napas" method="post"></form>'
            f'<div id="napas-widget-container"></div>{script}'
        )

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
