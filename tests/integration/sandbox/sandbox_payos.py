"""A merchant with a payOS channel, as payOS's documents describe one. Signs by itself: never with the code under test."""

import hashlib
import hmac
import itertools
import json
import time
from typing import Any

from sandbox_merchant import Answer, call

_codes = itertools.count(int(time.time()))
SIGNED = ("amount", "cancelUrl", "description", "orderCode", "returnUrl")


def hmac_sha256(key: str, message: str) -> str:
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def object_signature(key: str, data: dict[str, Any]) -> str:
    """As payOS's document computes it for data without booleans: sorted, null empty, arrays as compact JSON of sorted objects."""

    def text(value: Any) -> str:
        if isinstance(value, list):
            rows = [dict(sorted(one.items())) for one in value]
            return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)
        return "" if value is None else str(value)

    return hmac_sha256(key, "&".join(f"{name}={text(value)}" for name, value in sorted(data.items())))


class Channel:
    """One payment channel at the sandbox."""

    client_id = "11111111-client"
    api_key = "22222222-api"
    checksum_key = "a checksum key of the tests 0123456789"

    def __init__(self, base: str) -> None:
        self.base = base

    def register(self, notify_url: str = "", **more: Any) -> Answer:
        keys = {"client_id": self.client_id, "api_key": self.api_key, "checksum_key": self.checksum_key}
        return self.control("accounts", **keys, notify_url=notify_url, name="Tiệm <b>", **more)

    def control(self, path: str, **body: Any) -> Answer:
        return call("POST", f"{self.base}/_control/payos/{path}", body)

    def payment(self, reference: Any) -> Any:
        return call("GET", f"{self.base}/_control/payos/payments/{reference}").json

    def body(self, **changes: Any) -> dict[str, Any]:
        """A create request for 100,000 VND, unsigned; None leaves a field out."""
        body = {
            "orderCode": next(_codes),
            "amount": 100_000,
            "description": "DH 100001",
            "cancelUrl": "http://127.0.0.1:9/cancel?shop=1&x=a b",
            "returnUrl": "http://127.0.0.1:9/return?shop=1",
        }
        return {name: value for name, value in (body | changes).items() if value is not None}

    def signed(self, body: dict[str, Any]) -> dict[str, Any]:
        message = "&".join(f"{name}={body.get(name)}" for name in SIGNED)
        return body | {"signature": hmac_sha256(self.checksum_key, message)}

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        known = {"x-client-id": self.client_id, "x-api-key": self.api_key}
        return call(method, f"{self.base}/payos{path}", body, {name: value for name, value in (known | headers).items() if value})

    def create(self, **changes: Any) -> Answer:
        return self.api("POST", "/v2/payment-requests", self.signed(self.body(**changes)))

    def link(self, **changes: Any) -> Any:
        """The data of a link made."""
        made = self.create(**changes).json
        assert made["code"] == "00", made
        return made["data"]

    def look(self, name: Any) -> Any:
        """The data of a get answer, whose signature holds."""
        answer = self.api("GET", f"/v2/payment-requests/{name}").json
        assert answer["code"] == "00", answer
        assert self.is_signed(answer)
        return answer["data"]

    def pay(self, reference: Any, **more: Any) -> Any:
        answer = self.control("pay", reference=str(reference), **more)
        assert answer.status == 200, answer.text
        return answer.json

    def is_signed(self, answer: dict[str, Any]) -> bool:
        return bool(answer["signature"] == object_signature(self.checksum_key, answer["data"]))
