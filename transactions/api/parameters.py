"""Parameters of the client API, for the OpenAPI document."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from payments_site.api.pagination import DEFAULT_LIMIT, MAX_LIMIT
from tenants.models import PaymentProvider
from transactions.models import Transaction

IDEMPOTENCY_KEY = OpenApiParameter(
    "X-Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="1 to 255 visible ASCII characters; a repeat within 24 hours gets the first answer. Idempotency-Key works too.",
)


def _query(name: str, description: str, kind: OpenApiTypes = OpenApiTypes.STR, enum: list[str] | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=description, enum=enum)


DATES = [
    _query("date_from", "YYYY-MM-DD (a Vietnam day) or ISO 8601; inclusive, on created_at"),
    _query("date_to", "YYYY-MM-DD (a Vietnam day) or ISO 8601; inclusive, on created_at"),
]
LIST_PARAMETERS = [
    _query("status", "only this status", enum=list(Transaction.Status.values)),
    _query("provider_code", "only this provider", enum=list(PaymentProvider.Code.values)),
    _query("payment_method", "only this payment method"),
    *DATES,
    _query("amount_from", "at least, in đồng", OpenApiTypes.INT64),
    _query("amount_to", "at most, in đồng", OpenApiTypes.INT64),
    _query("search", "order id and provider's number by their start, e-mail and phone exactly"),
    _query("sort", "-created_at (default), created_at, amount, -amount, paid_at, -paid_at"),
    _query("direction", "asc or desc: the design's way to turn the sort", enum=["asc", "desc"]),
    _query("cursor", "pagination.next of the page before"),
    _query("limit", f"1 to {MAX_LIMIT}, default {DEFAULT_LIMIT}", OpenApiTypes.INT32),
]
