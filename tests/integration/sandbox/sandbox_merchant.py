"""A merchant as VNPay's document describes one. Signs by itself: never with the code under test."""

import hashlib
import hmac
import http.client
import itertools
import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

VIETNAM = timezone(timedelta(hours=7))
_numbers = itertools.count(1)

QUERY_ORDER = "RequestId Version Command TmnCode TxnRef TransactionDate CreateDate IpAddr OrderInfo"
REFUND_ORDER = (
    "RequestId Version Command TmnCode TransactionType TxnRef Amount TransactionNo TransactionDate CreateBy CreateDate "
    "IpAddr OrderInfo"
)
ANSWER_ORDER = (
    "ResponseId Command ResponseCode Message TmnCode TxnRef Amount BankCode PayDate TransactionNo TransactionType "
    "TransactionStatus OrderInfo"
)


@dataclass
class Answer:
    """An HTTP answer; redirects are not followed."""

    status: int
    text: str
    location: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def call(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    """One request; a dict goes as JSON, text as a form."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    kind = "application/x-www-form-urlencoded" if isinstance(body, str) else "application/json"
    data = body if isinstance(body, str | bytes) or body is None else json.dumps(body)
    try:
        path = f"{parts.path or '/'}?{parts.query}"
        encoded = data.encode() if isinstance(data, str) else data
        connection.request(method, path, encoded, {"Content-Type": kind} | (headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.read().decode(), response.headers.get("Location", ""))
    finally:
        connection.close()


def vietnam_now(minutes: int = 0) -> str:
    return (datetime.now(VIETNAM) + timedelta(minutes=minutes)).strftime("%Y%m%d%H%M%S")


def hmac_sha512(secret: str, message: str) -> str:
    return hmac.new(secret.encode(), message.encode(), hashlib.sha512).hexdigest()


def url_query(secret: str, fields: dict[str, str]) -> str:
    """As VNPay's Python demo builds it."""
    message = "&".join(f"{name}={quote_plus(value)}" for name, value in sorted(fields.items()))
    return f"{message}&vnp_SecureHash={hmac_sha512(secret, message)}"


def bar_hash(secret: str, order: str, body: dict[str, Any]) -> str:
    return hmac_sha512(
        secret, "|".join("" if body.get(f"vnp_{name}") is None else str(body[f"vnp_{name}"]) for name in order.split())
    )


class Merchant:
    """One terminal at the sandbox."""

    tmn_code = "TESTTMN1"
    secret = "a secret of the tests 0123456789"

    def __init__(self, base: str) -> None:
        self.base = base

    def register(self, ipn_url: str, **more: Any) -> Answer:
        terminal = {"tmn_code": self.tmn_code, "hash_secret": self.secret, "ipn_url": ipn_url, "name": "Tiệm <b>"}
        return call("POST", f"{self.base}/_control/vnpay/terminals", terminal | more)

    def fields(self, **changes: str | None) -> dict[str, str]:
        """The fields of a payment request for 100,000 VND; None leaves one out."""
        fields: dict[str, str | None] = {
            "vnp_Version": "2.1.0",
            "vnp_Command": "pay",
            "vnp_TmnCode": self.tmn_code,
            "vnp_Amount": "10000000",
            "vnp_CreateDate": vietnam_now(),
            "vnp_ExpireDate": vietnam_now(15),
            "vnp_CurrCode": "VND",
            "vnp_IpAddr": "203.0.113.9",
            "vnp_Locale": "vn",
            "vnp_OrderInfo": "Thanh toan don hang: 1",
            "vnp_OrderType": "other",
            "vnp_ReturnUrl": "http://127.0.0.1:9/return?shop=1",
            "vnp_TxnRef": f"REF{next(_numbers)}",
        }
        return {name: value for name, value in (fields | changes).items() if value is not None}

    def url(self, **changes: str | None) -> str:
        return self.signed(self.fields(**changes))

    def signed(self, fields: dict[str, str]) -> str:
        return f"{self.base}/vnpay/paymentv2/vpcpay.html?{url_query(self.secret, fields)}"

    def payment(self, txn_ref: str) -> Any:
        return call("GET", f"{self.base}/_control/vnpay/payments/{txn_ref}").json

    def is_signed(self, query: str) -> bool:
        """Whether the vnp_ fields of a query from VNPay carry this terminal's signature."""
        fields = {name: value for name, value in parse_qsl(query) if name.startswith("vnp_")}
        given = fields.pop("vnp_SecureHash")
        return url_query(self.secret, fields).endswith(f"&vnp_SecureHash={given}")

    def ask(self, payment: dict[str, Any], **changes: Any) -> Answer:
        """querydr."""
        return self._post(QUERY_ORDER, {"vnp_Command": "querydr"}, payment, changes)

    def refund(self, payment: dict[str, Any], vnd: int, kind: str = "03", **changes: Any) -> Answer:
        fields = {
            "vnp_Command": "refund",
            "vnp_Amount": vnd * 100,
            "vnp_TransactionType": kind,
            "vnp_TransactionNo": payment["transaction_no"],
            "vnp_CreateBy": "ke.toan",
        }
        return self._post(REFUND_ORDER, fields, payment, changes)

    def _post(self, order: str, fields: dict[str, Any], payment: dict[str, Any], changes: dict[str, Any]) -> Answer:
        body = {
            "vnp_RequestId": f"r{next(_numbers)}",
            "vnp_Version": "2.1.0",
            "vnp_TmnCode": self.tmn_code,
            "vnp_TxnRef": payment["txn_ref"],
            "vnp_TransactionDate": payment["create_date"],
            "vnp_CreateDate": vietnam_now(),
            "vnp_IpAddr": "203.0.113.99",
            "vnp_OrderInfo": "Hỏi | giao dịch",
        }
        body |= fields | changes
        signed = {"vnp_SecureHash": bar_hash(self.secret, order, body)} | body
        return call("POST", f"{self.base}/vnpay/merchant_webapi/api/transaction", signed)

    def answer_is_signed(self, answer: dict[str, Any]) -> bool:
        more = " PromotionCode PromotionAmount" if answer["vnp_Command"] == "querydr" else ""
        return answer["vnp_SecureHash"] == bar_hash(self.secret, ANSWER_ORDER + more, answer)
