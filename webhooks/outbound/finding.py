"""A tenant's deliveries: one, or a page of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from payments_site.kernel.clock import VIETNAM, day_borders
from payments_site.kernel.errors import DomainError, InvalidInput
from webhooks.outbound.models import CallbackAttempt, CallbackDelivery

STATUS = {"pending": "pending", "delivered": "delivered", "failed": "dead"}
# Tries that one answer shows.
MOST_TRIES = 100
_IDS = {
    "transaction_id": "transaction__public_id",
    "event_id": "event__public_id",
    "endpoint_id": "endpoint__public_id",
    "event_type": "event__message_type",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Times are shown to the millisecond: the moment that an answer showed includes its callback.
_SHOWN_PRECISION = timedelta(milliseconds=1)


class CallbackNotFound(DomainError):
    """The tenant has no such callback."""

    code = "NOT_FOUND"


def callback_of(*, tenant_id: int, callback_id: str) -> CallbackDelivery:
    """The tenant's delivery by its public id. Raises ``CallbackNotFound``."""
    found = _rows(tenant_id).filter(public_id=callback_id.replace("\x00", "")).first()
    if found is None:
        raise CallbackNotFound
    return found


def tries_of(delivery: CallbackDelivery) -> list[CallbackAttempt]:
    """The last ``MOST_TRIES``, oldest first."""
    return list(delivery.tries.order_by("-number")[:MOST_TRIES])[::-1]


def chosen(*, tenant_id: int, callback_ids: list[str]) -> QuerySet[CallbackDelivery]:
    """Those of the tenant's deliveries that have these ids; others are left out."""
    return CallbackDelivery.objects.filter(tenant_id=tenant_id, public_id__in=[each.replace("\x00", "") for each in callback_ids])


def page_of(*, tenant_id: int, params: Mapping[str, str], before: int | None, limit: int) -> list[CallbackDelivery]:
    """The newest ``limit`` + 1 below id ``before`` that fit the filters. Raises ``InvalidInput`` naming the one that is wrong."""
    rows = _rows(tenant_id).filter(_filters(params))
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[: limit + 1])


def _rows(tenant_id: int) -> QuerySet[CallbackDelivery]:
    rows = CallbackDelivery.objects.filter(tenant_id=tenant_id).select_related("event", "transaction", "endpoint")
    return rows.defer("event__body_sealed", "transaction__payer_sealed")


def _filters(params: Mapping[str, str]) -> Q:
    wanted = Q()
    if "status" in params:
        if params["status"] not in STATUS:
            raise InvalidInput({"field": "status", "value": params["status"][:40], "constraint": "one of " + ", ".join(STATUS)})
        wanted &= Q(status=STATUS[params["status"]])
    for name, lookup in _IDS.items():
        if name in params:
            if "\x00" in params[name] or len(params[name]) > 100:
                raise InvalidInput({"field": name, "constraint": "at most 100 characters, no NUL"})
            wanted &= Q(**{lookup: params[name]})
    if "date_from" in params:
        wanted &= Q(created_at__gte=_moment(params, "date_from")[0])
    if "date_to" in params:
        wanted &= Q(created_at__lt=_moment(params, "date_to")[1])
    return wanted


def _moment(params: Mapping[str, Any], name: str) -> tuple[datetime, datetime]:
    """A Vietnam day's borders, or a moment and the end of its millisecond. Raises ``InvalidInput``."""
    borders = _borders(params[name])
    if borders is None:
        raise InvalidInput({"field": name, "value": params[name][:40], "constraint": "YYYY-MM-DD or ISO 8601"})
    return borders


def _borders(text: str) -> tuple[datetime, datetime] | None:
    try:
        if _DAY.fullmatch(text):
            start, end = day_borders(date.fromisoformat(text))
            return start.astimezone(UTC), end.astimezone(UTC)
        # A "+" of a query string arrives as a space.
        moment = parse_datetime(text.strip().replace(" ", "+")) if "T" in text else None
        if moment is None:
            return None
        aware = (moment if moment.tzinfo is not None else moment.replace(tzinfo=VIETNAM)).astimezone(UTC)
        return aware, aware + _SHOWN_PRECISION
    except (ValueError, OverflowError):
        return None
