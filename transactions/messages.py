"""The callback body: built once, inside the transition, and never again: the sealed bytes are what is sent and fed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from payments_site.kernel.clock import iso
from transactions.models import Transaction

CREATED = "transaction.created"
COMPLETED = "transaction.completed"
FAILED = "transaction.failed"
EXPIRED = "transaction.expired"
CANCELLED = "transaction.cancelled"
UNDER_REVIEW = "transaction.under_review"
REFUND_PROCESSING = "refund.processing"
REFUND_COMPLETED = "refund.completed"
REFUND_FAILED = "refund.failed"

# What clients are called back for; ``transaction.created`` is only in the feed.
CALLED_BACK = frozenset({COMPLETED, FAILED, EXPIRED, CANCELLED, UNDER_REVIEW, REFUND_PROCESSING, REFUND_COMPLETED, REFUND_FAILED})


def body(
    *,
    event_id: str,
    message_type: str,
    sequence: int,
    payment: Transaction,
    now: datetime,
    extra: Mapping[str, Any] | None = None,
) -> bytes:
    """The frozen bytes of one event about ``payment`` as it is after the event."""
    data: dict[str, Any] = {
        "transaction_id": payment.public_id,
        "order_id": payment.order_id,
        "status": str(payment.status),
        "amount": payment.amount,
        "currency": payment.currency,
        "provider_code": payment.provider_code,
        "provider_transaction_id": payment.provider_transaction_id,
        "transaction_fee": payment.transaction_fee,
        "net_amount": payment.net_amount,
        "refunded_amount": payment.refunded_amount,
        "late": payment.late,
        "failure_code": payment.failure_code,
        "failure_reason": payment.failure_reason,
        "processed_at": iso(now),
        "metadata": payment.metadata,
    }
    data.update(extra or {})
    message = {"event_id": event_id, "event_type": message_type, "sequence": sequence, "created_at": iso(now), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
