"""The npm package ``vnpay`` verifies our payment URL, and signs an IPN that our endpoint accepts.

Known of 2.5.0: it hands ``vnp_Amount`` out as a number of đồng, divided by 100 in floating point.
"""

from __future__ import annotations

from typing import Any

from tests.factories.world import Role
from tests.node.sdk import ask
from tests.payloads.vnpay_sign import ipn_fields

BODY = {
    "order_id": "ORD-1", "amount": 100_000, "currency": "VND", "description": "Thanh toán đơn hàng #1 (50% & hơn)",
    "provider_code": "vnpay", "return_url": "https://shop.example/done?a=1&b=x%20y",
}  # fmt: skip


def created(api: Any, acme: Role) -> dict[str, Any]:
    answer = api.post(f"{acme.base}/transactions", BODY, format="json", headers=acme.headers)
    assert answer.status_code == 201, answer.content
    data: dict[str, Any] = api.get(
        f"{acme.base}/transactions/{answer.json()['data']['transaction_id']}", headers=acme.headers
    ).json()["data"]
    return data


def verified(url: str, acme: Role, *, secret: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = ask("vnpay", "vnpay_verify", url=url, terminal=acme.tmn_code, secret=secret or acme.hash_secret)
    return answer


def test_the_sdk_verifies_our_payment_url_and_refuses_a_changed_one(api: Any, acme: Role) -> None:
    payment = created(api, acme)
    url = payment["payment_url"]
    shown = verified(url, acme)
    assert shown["isVerified"] is True
    assert (shown["vnp_Amount"], shown["vnp_TxnRef"]) == (100_000, payment["provider_order_id"])
    assert verified(url.replace("10000000", "10000001"), acme)["isVerified"] is False
    assert verified(url, acme, secret=acme.hash_secret[:-1] + "?")["isVerified"] is False


def test_our_endpoint_accepts_the_sdks_ipn_and_refuses_one_signed_with_another_key(api: Any, acme: Role) -> None:
    payment = created(api, acme)
    fields = ipn_fields(tmn_code=acme.tmn_code, reference=payment["provider_order_id"], amount=100_000)
    fields["vnp_OrderInfo"] = "Đơn hàng số 1 (a*b) ~ 50% & hơn"
    door = f"/api/v1/webhooks/vnpay/{acme.account_id}"
    forged = ask("vnpay", "vnpay_ipn", fields=fields, secret="another key")
    assert api.get(f"{door}?{forged}").json()["RspCode"] == "97"
    signed = ask("vnpay", "vnpay_ipn", fields=fields, secret=acme.hash_secret)
    assert api.get(f"{door}?{signed}").json() == {"RspCode": "00", "Message": "Confirm Success"}
    paid = api.get(f"{acme.base}/transactions/{payment['transaction_id']}", headers=acme.headers).json()["data"]
    assert (paid["status"], paid["received_amount"]) == ("completed", 100_000)
