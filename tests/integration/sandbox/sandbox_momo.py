"""A merchant at MoMo as its documents describe one. Signs by itself: never with the code under test."""

import hashlib
import hmac
import itertools
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox_merchant import Answer, call

_numbers = itertools.count(int(time.time() * 1_000))
CREATE = "accessKey amount extraData ipnUrl orderId orderInfo partnerCode redirectUrl requestId requestType"
MADE = "accessKey amount orderId partnerCode payUrl requestId responseTime resultCode"
RESULT = (
    "accessKey amount extraData message orderId orderInfo orderType partnerCode payType requestId responseTime resultCode transId"
)
QUERY = "accessKey orderId partnerCode requestId"
REFUND = "accessKey amount description orderId partnerCode requestId transId"
CONFIRM = "accessKey amount description orderId partnerCode requestId requestType"


class Partner:
    """One MoMo account."""

    partner_code = "TESTMOMO"
    access_key = "an access key"
    secret_key = "a secret of the tests 0123456789"

    def __init__(self, base: str) -> None:
        self.base = base
        self.ipn_url = "http://127.0.0.1:9/ipn"

    def register(self, **more: Any) -> Answer:
        keys = {"partner_code": self.partner_code, "access_key": self.access_key, "secret_key": self.secret_key}
        return self.control("accounts", **keys, name="Tiệm <b>", **more)

    def control(self, path: str, **body: Any) -> Answer:
        return call("POST", f"{self.base}/_control/momo/{path}", body)

    def payment(self, reference: str) -> Any:
        return call("GET", f"{self.base}/_control/momo/payments/{reference}").json

    def hash(self, keys: str, fields: dict[str, Any]) -> str:
        values = fields | {"accessKey": self.access_key}
        raw = "&".join(f"{key}={values[key]}" for key in keys.split())
        return hmac.new(self.secret_key.encode(), raw.encode(), hashlib.sha256).hexdigest()

    def post(self, path: str, keys: str, body: dict[str, Any], changes: dict[str, Any]) -> Answer:
        """Signs and sends; a change to None leaves the field out after signing, one to `signature` stands."""
        merged = body | {name: value for name, value in changes.items() if value is not None}
        signed = {"signature": self.hash(keys, merged)} | merged
        sent = {name: value for name, value in signed.items() if changes.get(name, "") is not None}
        return call("POST", f"{self.base}/momo/v2/gateway/api/{path}", sent)

    def ids(self) -> dict[str, str]:
        number = next(_numbers)
        return {"partnerCode": self.partner_code, "requestId": f"RQ{number}", "orderId": f"OD{number}"}

    def create(self, **changes: Any) -> Answer:
        """An order of 100,000 VND."""
        body = self.ids() | {
            "amount": 100_000,
            "orderInfo": "Thanh toán đơn & hàng 5%",
            "redirectUrl": "http://127.0.0.1:9/return?shop=1",
            "ipnUrl": self.ipn_url,
            "requestType": "captureWallet",
            "extraData": "eyJ0ZW5hbnQiOiJTTS0wMSJ9",
            "lang": "vi",
        }
        return self.post("create", CREATE, body, changes)

    def order(self, **changes: Any) -> Any:
        answer = self.create(**changes)
        assert (answer.status, answer.json["resultCode"]) == (200, 0), answer.text
        return answer.json

    def pay(self, made: Any, **body: Any) -> Any:
        answer = self.control("pay", payment_url=made["payUrl"], **body)
        assert answer.status == 200, answer.text
        return answer.json

    def paid(self, **changes: Any) -> Any:
        """The control's view of an order that was created and paid."""
        return self.pay(self.order(**changes), outcome="paid")

    def ask(self, order_id: str, **changes: Any) -> Answer:
        return self.post("query", QUERY, self.ids() | {"orderId": order_id, "lang": "vi"}, changes)

    def refund(self, payment: Any, amount: int, **changes: Any) -> Answer:
        fields = {"amount": amount, "transId": int(payment["transaction_no"]), "lang": "vi", "description": ""}
        return self.post("refund", REFUND, self.ids() | fields, changes)

    def ask_refund(self, order_id: str, **changes: Any) -> Answer:
        return self.post("refund/query", QUERY, self.ids() | {"orderId": order_id, "lang": "vi"}, changes)

    def confirm(self, payment: Any, kind: str, **changes: Any) -> Answer:
        fields = {"amount": payment["amount"], "requestType": kind, "lang": "vi", "description": ""}
        return self.post("confirm", CONFIRM, self.ids() | {"orderId": payment["reference"]} | fields, changes)

    def is_signed(self, fields: dict[str, Any]) -> bool:
        return bool(fields["signature"] == self.hash(RESULT, fields))

    def read_return(self, url: str) -> dict[str, str]:
        """The fields that the browser brings back, seen to be signed."""
        fields = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        assert self.is_signed(fields)
        return fields
