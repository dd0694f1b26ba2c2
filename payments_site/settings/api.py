"""The HTTP interface: DRF, OpenAPI, rate limits, body limit."""

from __future__ import annotations

from payments_site.settings.env import env

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["payments_site.api.envelope.Renderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "payments_site.api.envelope.OneForm",
    "DEFAULT_PARSER_CLASSES": ["payments_site.api.parsers.ObjectParser"],
    "DEFAULT_SCHEMA_CLASS": "payments_site.api.schema.Schema",
    "EXCEPTION_HANDLER": "payments_site.api.exception_handler.handle",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "SmartPost Payments",
    "DESCRIPTION": "Take money in Vietnam by one API: VNPay, MoMo, ZaloPay, NAPAS, PayOS, and bank transfers by VietQR.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "TransactionStatus": [
            *("pending", "completed", "failed", "expired", "cancelled", "under_review", "partially_refunded", "refunded"),
        ],
        "RefundStatus": ["processing", "completed", "failed", "awaiting_manual"],
        "CallbackStatus": ["none", "pending", "delivered", "failed"],
        "DeliveryStatus": ["pending", "delivered", "failed"],
        "ResendStatus": ["failed", "delivered"],
        "HealthStatus": ["ok", "degraded", "down"],
        "NoticeVerdict": [
            *("stored", "applied", "repeated", "unchanged", "bad_signature", "unknown_account", "unknown_order", "wrong_amount"),
            *("unlisted_address", "unreadable", "error"),
        ],
        "ReconciliationState": ["queued", "running", "completed", "failed"],
        "DetailState": ["open", "proposed", "resolved", "closed"],
        "StatementState": ["waiting", "reading", "has_bad_rows", "imported", "refused"],
    },
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["payments_site.api.schema.only_documented"],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums"],
}

RATE_LIMIT_CLIENT = env.str("RATE_LIMIT_CLIENT", default="100/m")
RATE_LIMIT_ADMIN = env.str("RATE_LIMIT_ADMIN", default="1000/m")
RATE_LIMIT_WEBHOOK = env.str("RATE_LIMIT_WEBHOOK", default="300/m")
RATELIMIT_ENABLE = True
RATELIMIT_FAIL_OPEN = True

MAX_BODY_BYTES = 1024 * 1024
# Statements are files: a million rows in one form.
MAX_STATEMENT_BYTES = 512 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/v1/(?!webhooks|admin).*$"
CORS_ALLOW_HEADERS = (
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "x-api-key",
    "x-idempotency-key",
    "x-request-id",
)
CORS_EXPOSE_HEADERS = (
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "x-idempotency-cache",
    "x-request-id",
)

# Seconds after which a create whose worker fell silent may be taken over by a repeat of the same key.
IDEMPOTENCY_LEASE_SECONDS = env.int("IDEMPOTENCY_LEASE_SECONDS", default=45)
IDEMPOTENCY_HOURS = 24
