"""A merchant at ZaloPay as its documents describe one. Signs by itself: never with the code under test."""

import hashlib
import hmac
import itertools
import json
import time
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox_merchant import Answer, call

_numbers = itertools.count(int(time.time() * 1_000))
VIETNAM = timezone(timedelta(hours=7))


def now_ms() -> int:
    return int(time.time() * 1_000)


def day(days: int = 0) -> str:
    return (datetime.now(VIETNAM) + timedelta(days=days)).strftime("%y%m%d")


class App:
    """One ZaloPay app."""

    app_id = 919001
    key1 = "key 1 of the tests 0123456789"
    key2 = "key 2 of the tests 9876543210"

    def __init__(self, base: str) -> None:
        self.base = base
        self.callback_url = "http://127.0.0.1:9/callback"

    def register(self, **more: Any) -> Answer:
        keys = {"app_id": str(self.app_id), "key1": self.key1, "key2": self.key2}
        return self.control("accounts", **keys, name="Tiệm <b>", **more)

    def control(self, path: str, **body: Any) -> Answer:
        return call("POST", f"{self.base}/_control/zalopay/{path}", body)

    def payment(self, reference: str) -> Any:
        return call("GET", f"{self.base}/_control/zalopay/payments/{reference}").json

    def mac(self, key: str, *values: Any) -> str:
        return hmac.new(key.encode(), "|".join(map(str, values)).encode(), hashlib.sha256).hexdigest()

    def post(self, path: str, order: str, body: dict[str, Any], changes: dict[str, Any]) -> Answer:
        """Signs and sends; a change to None leaves the field out after signing, one to `mac` stands."""
        merged = {"app_id": self.app_id} | body | {name: value for name, value in changes.items() if value is not None}
        values = [self.key1 if name == "key1" else merged[name] for name in order.split()]
        signed = {"mac": self.mac(self.key1, *values)} | merged
        sent = {name: value for name, value in signed.items() if changes.get(name, "") is not None}
        return call("POST", f"{self.base}/zalopay/v2/{path}", sent)

    def order_body(self, **embedded: Any) -> dict[str, Any]:
        embed = {"redirecturl": "http://127.0.0.1:9/return?shop=1"} | embedded
        return {
            "app_user": "Nguyễn Thị Ánh",
            "app_trans_id": f"{day()}_{next(_numbers)}",
            "app_time": now_ms(),
            "amount": 100_000,
            "description": "Thanh toán đơn hàng",
            "item": "[]",
            "embed_data": json.dumps(embed),
            "callback_url": self.callback_url,
        }

    def create(self, **changes: Any) -> Answer:
        """An order of 100,000 VND."""
        return self.post("create", "app_id app_trans_id app_user amount app_time embed_data item", self.order_body(), changes)

    def order(self, **changes: Any) -> Any:
        """The answer to a create that was taken, with the order's id beside it."""
        trans_id = changes.setdefault("app_trans_id", f"{day()}_{next(_numbers)}")
        answer = self.create(**changes)
        assert (answer.status, answer.json["return_code"]) == (200, 1), answer.text
        return answer.json | {"app_trans_id": trans_id}

    def pay(self, made: Any, **body: Any) -> Any:
        answer = self.control("pay", payment_url=made["order_url"], **body)
        assert answer.status == 200, answer.text
        return answer.json

    def paid(self, **changes: Any) -> Any:
        """The control's view of an order that was created and paid."""
        return self.pay(self.order(**changes), outcome="paid")

    def ask(self, trans_id: str, **changes: Any) -> Answer:
        return self.post("query", "app_id app_trans_id key1", {"app_trans_id": trans_id}, changes)

    def cancel(self, trans_id: str, **changes: Any) -> Answer:
        return self.post("cancel", "app_id app_trans_id key1", {"app_trans_id": trans_id}, changes)

    def refund_id(self) -> str:
        return f"{day()}_{self.app_id}_{next(_numbers)}"

    def refund(self, payment: Any, amount: int, **changes: Any) -> Answer:
        fee = " refund_fee_amount" if "refund_fee_amount" in changes else ""
        body = {
            "m_refund_id": self.refund_id(),
            "zp_trans_id": payment["transaction_no"],
            "amount": amount,
            "timestamp": now_ms(),
            "description": "Hoàn tiền",
        }
        return self.post("refund", f"app_id zp_trans_id amount{fee} description timestamp", body, changes)

    def ask_refund(self, m_refund_id: str, **changes: Any) -> Answer:
        body = {"m_refund_id": m_refund_id, "timestamp": now_ms()}
        return self.post("query_refund", "app_id m_refund_id timestamp", body, changes)

    def is_signed(self, callback: dict[str, Any]) -> bool:
        return bool(callback["mac"] == self.mac(self.key2, callback["data"]))

    def read_return(self, url: str) -> dict[str, str]:
        """The fields that the browser brings back, seen to be signed."""
        fields = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        order = "appid apptransid pmcid bankcode amount discountamount status"
        assert fields["checksum"] == self.mac(self.key2, *(fields[name] for name in order.split()))
        return fields
