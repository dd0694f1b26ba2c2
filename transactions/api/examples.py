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
REFUND_REQUEST: dict[str, Any] = {
    "refund_amount": 50000,
    "reason": "Khách hàng yêu cầu hoàn trả một phần",
    "internal_refund_id": "REFUND-001",
    "notification_url": "https://shop.example/refund-hook",
}
REFUND: dict[str, Any] = {
    "refund_id": "rfn_01jd5w2mzq8v4c7x9k3n6r1t5f",
    "transaction_id": CREATED["transaction_id"],
    "refund_amount": 50000,
    "remaining_amount": 50000,
    "status": "processing",
    "provider_refund_id": None,
    "internal_refund_id": "REFUND-001",
    "reason": "Khách hàng yêu cầu hoàn trả một phần",
    "failure_reason": None,
    "created_at": "2026-11-21T14:30:00.000+07:00",
}
FEED_EVENT: dict[str, Any] = {
    "event_id": "evt_01jd5w2mzq8v4c7x9k3n6r1t5c",
    "event_type": "transaction.completed",
    "sequence": 3,
    "created_at": "2026-11-21T10:18:32.000+07:00",
    "data": {
        "transaction_id": CREATED["transaction_id"],
        "order_id": "ORD-20261121-001",
        "status": "completed",
        "amount": 100000,
        "currency": "VND",
        "provider_code": "vnpay",
        "provider_transaction_id": "14339599",
        "transaction_fee": 2300,
        "net_amount": 97700,
        "refunded_amount": 0,
        "late": False,
        "failure_code": None,
        "failure_reason": None,
        "processed_at": "2026-11-21T10:18:32.000+07:00",
        "metadata": {},
    },
}
_FIGURES: dict[str, Any] = {
    "total_transactions": 12,
    "completed_count": 9,
    "failed_count": 2,
    "pending_count": 1,
    "total_amount": 900000,
    "total_fees": 20700,
    "average_amount": 100000,
    "success_rate": 75.0,
    "average_processing_seconds": 94,
}
STATISTICS: dict[str, Any] = {
    "date_from": "2026-11-01T00:00:00.000+07:00",
    "date_to": "2026-12-01T00:00:00.000+07:00",
    **_FIGURES,
    "by_provider": [{"provider_code": "vnpay", **_FIGURES}],
    "by_day": [{"date": "2026-11-21", **_FIGURES}],
}
