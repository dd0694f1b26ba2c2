"""Rows as the callback API shows them."""

from __future__ import annotations

from typing import Any

from payments_site.kernel import clock
from webhooks.outbound.models import CallbackAttempt, CallbackDelivery, CallbackEndpoint

STATUS = {"pending": "pending", "delivered": "delivered", "dead": "failed"}


def endpoint(row: CallbackEndpoint) -> dict[str, Any]:
    """An endpoint."""
    return {
        "endpoint_id": row.public_id,
        "url": row.url,
        "event_types": row.event_types,
        "description": row.description,
        "is_active": row.is_active,
        "disabled_reason": row.disabled_reason or None,
        "disabled_at": clock.iso(row.disabled_at),
        "failing_since": clock.iso(row.failing_since),
        "is_catching_up": row.is_active and row.missed_since is not None,
        "created_at": clock.iso(row.created_at),
        "updated_at": clock.iso(row.updated_at),
    }


def callback(row: CallbackDelivery) -> dict[str, Any]:
    """A delivery; its event, payment and endpoint come with it."""
    return {
        "callback_id": row.public_id,
        "event_id": row.message_id,
        "event_type": row.message_type,
        "transaction_id": None if row.transaction is None else row.transaction.public_id,
        "endpoint_id": None if row.endpoint is None else row.endpoint.public_id,
        "url": row.url,
        "status": STATUS[row.status],
        "attempts": row.attempts,
        "next_attempt_at": clock.iso(row.next_attempt_at),
        "delivered_at": clock.iso(row.delivered_at),
        "failed_at": clock.iso(row.failed_at),
        "response": _answer(row.last_status, row.last_response),
        "error": row.last_error or None,
        "created_at": clock.iso(row.created_at),
    }


def detail(row: CallbackDelivery, tries: list[CallbackAttempt]) -> dict[str, Any]:
    """A delivery with its tries."""
    return {**callback(row), "tries": [_one_try(one) for one in tries]}


def _one_try(row: CallbackAttempt) -> dict[str, Any]:
    return {
        "number": row.number,
        "started_at": clock.iso(row.started_at),
        "duration_ms": row.duration_ms,
        "response": _answer(row.response_status, row.response_body),
        "error": row.error or None,
    }


def _answer(status: int | None, body: str) -> dict[str, Any] | None:
    return None if status is None else {"status": status, "body": body}
