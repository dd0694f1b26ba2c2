"""A tenant's figures for ``GET .../statistics``: one pass over the range, grouped in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from payments_site.kernel import clock
from payments_site.kernel.errors import InvalidInput
from tenants.selectors import TenantContext
from transactions.listing import SHOWN_PRECISION, read_moment

DEFAULT_RANGE = timedelta(days=30)
MAX_RANGE = timedelta(days=366)

_SQL = """
SELECT coalesce(provider_code, ''), (created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date::text,
    count(*),
    count(*) FILTER (WHERE paid), count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE status = 'pending'),
    coalesce(sum(amount) FILTER (WHERE paid), 0)::bigint, coalesce(sum(transaction_fee) FILTER (WHERE paid), 0)::bigint,
    coalesce(sum(extract(epoch FROM paid_at - created_at)) FILTER (WHERE paid), 0)::bigint
FROM (SELECT *, status IN ('completed', 'partially_refunded', 'refunded') AS paid FROM transactions_transaction
      WHERE tenant_id = %s AND created_at >= %s AND created_at < %s) t
GROUP BY 1, 2 ORDER BY 2, 1
"""
Row = tuple[Any, ...]


def statistics(*, tenant: TenantContext, params: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The figures of a range (the last 30 days if none is given; at most 366 days). Raises ``InvalidInput``."""
    start, end = _range(params, now)
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [tenant.id, start, end])
        rows = cursor.fetchall()
    return {
        "date_from": clock.iso(start),
        "date_to": clock.iso(end),
        **_figures(rows),
        "by_provider": [{"provider_code": code or None, **_figures(group)} for code, group in _grouped(rows, 0)],
        "by_day": [{"date": day, **_figures(group)} for day, group in _grouped(rows, 1)],
    }


def _range(params: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    end = now + SHOWN_PRECISION
    if "date_to" in params:
        first, last = read_moment(params, "date_to")
        end = last if last != first else last + SHOWN_PRECISION
    try:
        start = read_moment(params, "date_from")[0] if "date_from" in params else end - DEFAULT_RANGE
    except OverflowError:
        raise InvalidInput({"field": "date_to", "constraint": "later than the first month of the calendar"}) from None
    if start > end:
        raise InvalidInput({"field": "date_from", "constraint": "not after date_to"})
    if end - start > MAX_RANGE:
        raise InvalidInput({"field": "date_from", "constraint": f"at most {MAX_RANGE.days} days before date_to"})
    return start, end


def _grouped(rows: Iterable[Row], column: int) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return sorted(groups.items())


def _figures(rows: Iterable[Row]) -> dict[str, Any]:
    sums = [sum(column) for column in zip(*(row[2:] for row in rows), strict=True)] or [0] * 7
    total, completed, failed, pending, amount, fees, seconds = sums
    return {
        "total_transactions": total,
        "completed_count": completed,
        "failed_count": failed,
        "pending_count": pending,
        "total_amount": amount,
        "total_fees": fees,
        "average_amount": _half_up(amount, completed),
        "success_rate": _percent(completed, total),
        "average_processing_seconds": _half_up(seconds, completed),
    }


def _half_up(amount: int, count: int) -> int:
    return (2 * amount + count) // (2 * count) if count else 0


def _percent(part: int, whole: int) -> float:
    """A rate for people, two decimals; not money."""
    return round(100 * part / whole, 2) if whole else 0
