"""One payment through the service: created, paid by IPN, shown."""

from tests.payloads.vnpay_sign import ipn_fields, sign

BODY = {
    "order_id": "ORD-1",
    "amount": 100000,
    "currency": "VND",
    "description": "Thanh toán đơn hàng #1",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
    "customer_info": {"name": "Nguyễn Văn Ánh", "email": "anh@example.com", "phone": "0901234567"},
    "metadata": {"a": 1},
}


def test_a_payment_is_created_paid_and_shown(api, acme):
    created = api.post(f"{acme.base}/transactions", BODY, format="json", headers=acme.headers)
    assert created.status_code == 201, created.content
    data = created.json()["data"]
    assert data["status"] == "pending"
    shown = api.get(f"{acme.base}/transactions/{data['transaction_id']}", headers=acme.headers).json()["data"]
    fields = ipn_fields(tmn_code=acme.tmn_code, reference=shown["provider_order_id"], amount=100000)
    url = f"/api/v1/webhooks/vnpay/{acme.account_id}?{sign(fields, acme.hash_secret)}"
    assert api.get(url).json() == {"RspCode": "00", "Message": "Confirm Success"}
    assert api.get(url).json() == {"RspCode": "02", "Message": "Order already confirmed"}
    paid = api.get(f"{acme.base}/transactions/{data['transaction_id']}", headers=acme.headers).json()["data"]
    assert paid["status"] == "completed"
    assert paid["provider_transaction_id"] == "14226112"
    assert [event["event_type"] for event in paid["events"]] == ["created", "payment_initiated", "paid"]
    assert paid["callback_status"] == "pending"
    assert paid["customer_info"] == BODY["customer_info"]
