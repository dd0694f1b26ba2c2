"""Examples of the OpenAPI document: the ones of the design."""

from __future__ import annotations

from typing import Any

CREATE_REQUEST: dict[str, Any] = {
    "order_id": "ORD-20261121-001",
    "amount": 100000,
    "currency": "VND",
    "description": "Thanh toán đơn hàng #12345",
    "provider_code": "vnpay",
    "payment_method": "domestic_card",
    "customer_info": {"name": "Nguyễn Văn A", "email": "nguyenvana@example.com", "phone": "0901234567"},
    "customer_ip": "203.0.113.9",
    "return_url": "https://shop.example/done",
    "cancel_url": "https://shop.example/cancelled",
    "callback_url": "https://shop.example/hook",
    "expires_in_minutes": 15,
    "locale": "vi",
    "metadata": {"internal_order_id": "12345"},
}
CREATED: dict[str, Any] = {
    "transaction_id": "txn_01jd5w2mzq8v4c7x9k3n6r1t5b",
    "order_id": "ORD-20261121-001",
    "amount": 100000,
    "currency": "VND",
    "status": "pending",
    "provider_code": "vnpay",
    "provider_transaction_id": None,
    "payment_url": "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html?vnp_Amount=10000000&...",
    "qr_code": None,
    "expires_at": "2026-11-21T10:30:00.000+07:00",
    "created_at": "2026-11-21T10:15:00.000+07:00",
}
DETAIL: dict[str, Any] = {
    **CREATED,
    "status": "completed",
    "provider_transaction_id": "14339599",
    "payment_method": "domestic_card",
    "description": "Thanh toán đơn hàng #12345",
    "customer_info": {"name": "Nguyễn Văn A", "email": "nguyenvana@example.com", "phone": "0901234567"},
    "metadata": {"internal_order_id": "12345"},
    "provider_order_id": "000000000F",
    "received_amount": 100000,
    "transaction_fee": 2300,
    "net_amount": 97700,
    "refunded_amount": 0,
    "paid_at": "2026-11-21T10:18:32.000+07:00",
    "late": False,
    "failure_code": None,
    "failure_reason": None,
    "updated_at": "2026-11-21T10:18:32.000+07:00",
    "callback_status": "delivered",
    "callback_attempts": 1,
    "callback_delivered_at": "2026-11-21T10:18:33.000+07:00",
    "callback_failed_at": None,
    "callback_response": {"status": 200, "body": "ok"},
    "callback_error": None,
    "events": [
        {
            "event_id": "evt_01jd5w2mzq8v4c7x9k3n6r1t5c",
            "event_type": "created",
            "sequence": 1,
            "created_at": "2026-11-21T10:15:00.000+07:00",
            "data": {},
        }
    ],
    "attempts": [
        {
            "attempt_id": "att_01jd5w2mzq8v4c7x9k3n6r1t5d",
            "provider_code": "vnpay",
            "provider_order_id": "000000000F",
            "provider_transaction_id": "14339599",
            "status": "paid",
            "created_at": "2026-11-21T10:15:00.000+07:00",
        }
    ],
    "refunds": [],
}
PROVIDER: dict[str, Any] = {
    "provider_code": "vnpay",
    "name": "VNPay",
    "environment": "sandbox",
    "methods": [{"code": "qr", "name": "Mã QR"}],
    "min_amount": 10000,
    "max_amount": 500000000,
    "currencies": ["VND"],
    "capabilities": ["query", "refund"],
    "health": "healthy",
}
TENANT_STATE: dict[str, Any] = {
    "tenant_id": "tnt_01jd5w2mzq8v4c7x9k3n6r1t5e",
    "project_code": "SM",
    "app_code": "shop-01",
    "name": "Shop 01",
    "status": "active",
    "limits": {"min_amount": 10000, "max_amount": 500000000, "daily_amount": None, "monthly_amount": None},
}
