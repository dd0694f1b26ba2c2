"""What clients and VNPay send, as bytes on the wire. The signature is written from VNPay's page, not from our adapter."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import secrets
from collections.abc import Iterator
from urllib.parse import quote_plus

_ORDER = {
    "amount": 100_000,
    "currency": "VND",
    "description": "Thanh toán đơn hàng",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
    "callback_url": "http://127.0.0.1:9/hook",
    "customer_ip": "113.160.92.202",
    "customer_info": {"name": "Nguyễn Văn An", "email": "an@example.com", "phone": "0901234567"},
    "metadata": {"cart": "A-17"},
}


def order_bodies() -> Iterator[tuple[str, bytes]]:
    """(idempotency key, JSON body) of creates that never repeat, without end."""
    mark = secrets.token_hex(5)
    head, tail = json.dumps(_ORDER, ensure_ascii=False)[:-1].encode(), b"}"
    for number in itertools.count(1):
        name = f"{mark}-{number}"
        yield name, b'%s, "order_id": "ORD-%s"%s' % (head, name.encode(), tail)


def create_requests(path: str, api_key: str) -> Iterator[bytes]:
    """Whole HTTP requests that create a payment each, without end."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Api-Key: {api_key}\r\n".encode()
    for key, body in order_bodies():
        yield b"%sX-Idempotency-Key: %s\r\nContent-Length: %d\r\n\r\n%s" % (head, key.encode(), len(body), body)


def get_request(path: str, query: str) -> bytes:
    """One HTTP GET."""
    return f"GET {path}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: VNPAY\r\n\r\n".encode()


def event_request(path: str, signature: str, body: str) -> bytes:
    """One event of Stripe."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json; charset=utf-8\r\n"
    return f"{head}Stripe-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode("ascii")


def signed_event(number: str, secret: str, now: int) -> tuple[str, str]:
    """(signature, body) of an event that brings no work besides itself: dj-stripe verifies, stores and de-duplicates it."""
    balance = {"amount": 120_000, "currency": "vnd", "source_types": {"card": 120_000}}
    body = json.dumps(
        {
            "id": f"evt_{number}", "object": "event", "api_version": "2024-06-20", "created": now, "livemode": False,
            "pending_webhooks": 1, "type": "balance.available", "request": {"id": None, "idempotency_key": None},
            "data": {"object": {"object": "balance", "livemode": False, "available": [balance], "pending": [balance]}},
        }
    )  # fmt: skip
    mac = hmac.new(secret.encode(), f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={now},v1={mac}", body


def signed_notice(reference: str, amount: int, number: int, *, tmn_code: str, hash_secret: str, code: str = "00") -> str:
    """The query of an IPN that says "paid", or why not; `amount` in đồng, `number` is VNPay's own."""
    fields = {
        "vnp_Amount": str(amount * 100),
        "vnp_BankCode": "NCB",
        "vnp_BankTranNo": f"VNP{number}",
        "vnp_CardType": "ATM",
        "vnp_OrderInfo": "Thanh toan don hang",
        "vnp_PayDate": "20261121150000",
        "vnp_ResponseCode": code,
        "vnp_TmnCode": tmn_code,
        "vnp_TransactionNo": str(number),
        "vnp_TransactionStatus": "00" if code == "00" else "02",
        "vnp_TxnRef": reference,
    }
    text = "&".join(f"{name}={quote_plus(fields[name])}" for name in sorted(fields))
    return f"{text}&vnp_SecureHash={hmac.new(hash_secret.encode(), text.encode(), hashlib.sha512).hexdigest()}"
