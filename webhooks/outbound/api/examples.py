"""Examples of the OpenAPI document."""

from __future__ import annotations

from typing import Any

ENDPOINT_REQUEST: dict[str, Any] = {
    "url": "https://erp.example/payments",
    "event_types": ["transaction.completed", "refund.completed"],
    "description": "Kế toán",
}
ENDPOINT_CHANGE: dict[str, Any] = {**ENDPOINT_REQUEST, "is_active": True, "replay": True}
ENDPOINT: dict[str, Any] = {
    "endpoint_id": "cbe_01jd5w2mzq8v4c7x9k3n6r1t5g",
    **ENDPOINT_REQUEST,
    "is_active": True,
    "disabled_reason": None,
    "disabled_at": None,
    "failing_since": None,
    "is_catching_up": False,
    "created_at": "2026-11-21T10:15:00.000+07:00",
    "updated_at": "2026-11-21T10:15:00.000+07:00",
}
CALLBACK: dict[str, Any] = {
    "callback_id": "cb_01jd5w2mzq8v4c7x9k3n6r1t5h",
    "event_id": "evt_01jd5w2mzq8v4c7x9k3n6r1t5c",
    "event_type": "transaction.completed",
    "transaction_id": "txn_01jd5w2mzq8v4c7x9k3n6r1t5b",
    "endpoint_id": None,
    "url": "https://shop.example/hook",
    "status": "delivered",
    "attempts": 2,
    "next_attempt_at": None,
    "delivered_at": "2026-11-21T10:18:38.000+07:00",
    "failed_at": None,
    "response": {"status": 200, "body": "ok"},
    "error": None,
    "created_at": "2026-11-21T10:18:32.000+07:00",
}
TEST: dict[str, Any] = {
    **CALLBACK,
    "event_type": "callback.test",
    "transaction_id": None,
    "endpoint_id": ENDPOINT["endpoint_id"],
    "url": ENDPOINT["url"],
    "status": "pending",
    "attempts": 0,
    "next_attempt_at": "2026-11-21T10:18:32.000+07:00",
    "delivered_at": None,
    "response": None,
}
CALLBACK_DETAIL: dict[str, Any] = {
    **CALLBACK,
    "tries": [
        {
            "number": 1,
            "started_at": "2026-11-21T10:18:32.100+07:00",
            "duration_ms": 15000,
            "response": None,
            "error": "no answer within 15 s",
        },
        {
            "number": 2,
            "started_at": "2026-11-21T10:18:37.900+07:00",
            "duration_ms": 84,
            "response": {"status": 200, "body": "ok"},
            "error": None,
        },
    ],
}
RESEND_REQUEST: dict[str, Any] = {
    "from": "2026-11-21T08:00:00+07:00",
    "to": "2026-11-21T10:00:00+07:00",
    "status": "failed",
}
RESENT: dict[str, Any] = {"resent": 12, "more": False}
POLICY_REQUEST: dict[str, Any] = {"retry_delays": [10, 60, 600, 3600, 21600, 86400], "strict_order": True}
SECRET: dict[str, Any] = {
    "callback_secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "older_sign_until": "2026-11-22T10:15:00.000+07:00",
}
