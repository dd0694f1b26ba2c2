"""Examples of the admin API's documentation."""

from __future__ import annotations

from typing import Any

_PROJECT_ID = "prj_01jd5w2mzq8v4c7x9k3n6r1t5b"
_TENANT_ID = "tnt_01jd5w3a1c9e5g7k2m4p6r8t0v"
_ACCOUNT_ID = "acc_01jd5w4d2f8h3j6m9p1r5t7v0x"
_MADE: dict[str, Any] = {
    "created_at": "2026-11-21T10:15:00.000+07:00",
    "updated_at": "2026-11-21T10:15:00.000+07:00",
}
_HOOK = f"https://pay.example/api/v1/webhooks/vnpay/{_ACCOUNT_ID}"

PROJECT_REQUEST: dict[str, Any] = {"code": "SM", "name": "SmartPost Mall"}
PROJECT: dict[str, Any] = {
    "project_id": _PROJECT_ID, "code": "SM", "name": "SmartPost Mall", "description": "", "is_active": True, **_MADE,
}  # fmt: skip
PROJECT_REMOVAL: dict[str, Any] = {"project_id": _PROJECT_ID, "deleted": True, "is_active": False}

LIMITS: dict[str, Any] = {
    "min_amount": 10000, "max_amount": 500000000, "daily_amount": None, "monthly_amount": None,
}  # fmt: skip
TENANT_REQUEST: dict[str, Any] = {
    "project_id": _PROJECT_ID, "app_code": "shop-01", "name": "Shop 01", "business_type": "ecommerce",
    "callback_url": "https://shop.example/hook",
}  # fmt: skip
TENANT: dict[str, Any] = {
    "tenant_id": _TENANT_ID, "project_id": _PROJECT_ID, "project_code": "SM", "app_code": "shop-01", "name": "Shop 01",
    "business_type": "ecommerce", "is_active": True, "callback_url": "https://shop.example/hook", "limits": LIMITS, **_MADE,
}  # fmt: skip
NEW_TENANT: dict[str, Any] = {
    **TENANT, "api_key": "pk_Zk3v...", "callback_secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD...",
}  # fmt: skip

ACCOUNT_REQUEST: dict[str, Any] = {
    "provider_code": "vnpay", "environment": "sandbox",
    "credentials": {"tmn_code": "TESTTMN1", "hash_secret": "SECRETOFTHESANDBOXACCOUNT0000001"},
    "ip_allowlist": ["113.160.92.202"],
    "fee": {"percent": "1.10", "fixed": 1650, "min": 0, "max": None, "vat_percent": "10"},
    "options": {"priority": 10},
}  # fmt: skip
ACCOUNT: dict[str, Any] = {
    "account_id": _ACCOUNT_ID, "provider_code": "vnpay", "environment": "sandbox", "identifier": "TE****N1",
    "is_active": True, "credentials_version": 1, "ip_allowlist": ["113.160.92.202"], "ip_allowlist_enforced": False,
    "api_url": "", "options": {"priority": 10, "max_calls": None},
    "fee": {"percent": "1.10", "fixed": 1650, "min": 0, "max": None, "vat_percent": "10.00"},
    "webhook_url": _HOOK, "return_url": f"{_HOOK}/return", **_MADE,
}  # fmt: skip
ACCOUNT_CHANGES: dict[str, Any] = {
    "credentials": {"hash_secret": "THENEWSECRETOFTHEACCOUNT00000002"}, "options": {"max_calls": 8},
}  # fmt: skip

API_KEY_REQUEST: dict[str, Any] = {"name": "website", "scopes": ["read", "pay"], "expires_at": "2030-12-31T23:59:59+07:00"}
NEW_API_KEY: dict[str, Any] = {
    "key_id": "key_01jd5w5g3h9k4m7n1q2s6v8x0z", "api_key": "pk_9f2L...", "name": "website", "scopes": ["read", "pay"],
    "expires_at": "2030-12-31T23:59:59.000+07:00",
}  # fmt: skip
API_KEY: dict[str, Any] = {
    "key_id": "key_01jd5w5g3h9k4m7n1q2s6v8x0z", "name": "website", "prefix": "pk_9f2Lx7a", "scopes": ["read", "pay"],
    "created_at": _MADE["created_at"], "expires_at": None, "revoked_at": "2026-11-22T08:00:00.000+07:00", "last_used_at": None,
}  # fmt: skip
CALLBACK_SECRET: dict[str, Any] = {"callback_secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD..."}

PROJECT_DETAIL: dict[str, Any] = {**PROJECT, "providers": [ACCOUNT]}
TENANT_DETAIL: dict[str, Any] = {**TENANT, "providers": [ACCOUNT], "api_keys": [{**API_KEY, "revoked_at": None}]}
