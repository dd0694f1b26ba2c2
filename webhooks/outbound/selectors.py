"""Reading what became of a payment's callbacks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection

from payments_site.kernel import clock

# Of one event the payment's own URL was enqueued before a refund's notification URL: the lower id.
_NEWEST = """
SELECT DISTINCT ON (transaction_id)
    transaction_id, status, attempts, delivered_at, failed_at, last_status, last_response, last_error
FROM webhooks_callbackdelivery WHERE transaction_id = ANY(%s::bigint[]) AND endpoint_id IS NULL
ORDER BY transaction_id, event_id DESC, id
"""
_STATUS = {"pending": "pending", "delivered": "delivered", "dead": "failed"}
_NONE: dict[str, Any] = {
    "callback_status": "none",
    "callback_attempts": 0,
    "callback_delivered_at": None,
    "callback_failed_at": None,
    "callback_response": None,
    "callback_error": None,
}


def callback_summary(transaction_id: int) -> dict[str, Any]:
    """The ``callback_*`` fields of GET: the newest delivery to the payment's own URL. Times are ISO 8601 text, +07:00."""
    return callback_summaries([transaction_id])[transaction_id]


def callback_summaries(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """``callback_summary`` of many payments in one query; every id has an entry."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [list(ids)])
        found = {row[0]: _summary(*row[1:]) for row in cursor.fetchall()}
    return {transaction_id: found.get(transaction_id) or dict(_NONE) for transaction_id in ids}


def _summary(
    status: str, attempts: int, delivered_at: Any, failed_at: Any, answer: int | None, body: str, error: str
) -> dict[str, Any]:
    return {
        "callback_status": _STATUS[status],
        "callback_attempts": attempts,
        "callback_delivered_at": clock.iso(delivered_at),
        "callback_failed_at": clock.iso(failed_at),
        "callback_response": None if answer is None else {"status": answer, "body": body},
        "callback_error": error or None,
    }
