"""A tenant's payments, filtered and sorted, one keyset page at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.dateparse import parse_datetime

from payments_site.api.pagination import decode_cursor, encode_cursor, read_limit
from payments_site.kernel.clock import VIETNAM, day_borders
from payments_site.kernel.errors import InvalidInput
from tenants.models import PaymentProvider
from tenants.selectors import TenantContext
from transactions import representation
from transactions.models import Transaction
from transactions.personal import email_index, phone_index
from webhooks.outbound.selectors import callback_summaries

# Times are shown to the millisecond: the moment that an answer showed includes its payment.
SHOWN_PRECISION = timedelta(milliseconds=1)
SORTS = ("created_at", "amount", "paid_at")
_BIGINT_MAX = 2**63 - 1
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Page:
    """One page, and the cursors of its neighbours (None at the ends)."""

    items: list[dict[str, Any]]
    next: str | None
    previous: str | None
    limit: int


@dataclass(frozen=True)
class _Order:
    field: str
    descending: bool

    def terms(self, *, backwards: bool) -> list[Any]:
        descending = self.descending != backwards
        # Unpaid payments come last in both directions of paid_at, hence first when read backwards.
        nulls: dict[str, bool] = {"nulls_first": True} if backwards else {"nulls_last": True}
        column = F(self.field)
        first = column.desc(**nulls) if descending else column.asc(**nulls)
        return [
            first if self.field == "paid_at" else (f"-{self.field}" if descending else self.field),
            "-id" if descending else "id",
        ]

    def after(self, value: Any, pk: int, *, backwards: bool) -> Q:
        """What stands behind (value, pk) in this order, or before it when read backwards."""
        descending = self.descending != backwards
        step = "lt" if descending else "gt"
        tie = Q(**{self.field: value, f"id__{step}": pk})
        if value is None:
            same = Q(**{f"{self.field}__isnull": True, f"id__{step}": pk})
            return same | Q(**{f"{self.field}__isnull": False}) if backwards else same
        further = Q(**{f"{self.field}__{step}": value}) | tie
        if self.field == "paid_at" and not backwards:
            further |= Q(paid_at__isnull=True)
        return further


def list_page(*, tenant: TenantContext, params: Mapping[str, str]) -> Page:
    """One page of the tenant's payments. Raises ``InvalidInput`` naming the parameter that is wrong."""
    order, limit = _read_order(params), read_limit(params.get("limit"))
    rows = Transaction.objects.filter(_filters(params), tenant_id=tenant.id).select_related("data_key")
    backwards, position = _read_cursor(params.get("cursor"), order)
    if position is not None:
        rows = rows.filter(order.after(*position, backwards=backwards))
    found = list(rows.order_by(*order.terms(backwards=backwards))[: limit + 1])
    more, page = len(found) > limit, found[:limit]
    if backwards:
        page.reverse()
    summaries = callback_summaries([payment.pk for payment in page])
    return Page(
        items=[representation.item(payment, summaries[payment.pk]) for payment in page],
        next=_cursor(page[-1], order, "n") if page and (more or backwards) else None,
        previous=_cursor(page[0], order, "p") if page and (more if backwards else position is not None) else None,
        limit=limit,
    )


def by_reference(*, tenant: TenantContext, reference: str) -> list[Transaction]:
    """The tenant's payments of an order, or with our reference at the provider or the provider's number; newest first."""
    if "\x00" in reference:
        return []
    matches = Q(order_id=reference) | Q(provider_order_id=reference) | Q(provider_transaction_id=reference)
    attempts = Q(attempts__provider_reference=reference) | Q(attempts__provider_transaction_no=reference)
    ids = Transaction.objects.filter(matches | attempts, tenant_id=tenant.id).values("pk")
    rows: QuerySet[Transaction] = Transaction.objects.filter(pk__in=ids).select_related("data_key")
    return list(rows.order_by("-created_at", "-id")[:200])


def _cursor(payment: Transaction, order: _Order, way: str) -> str:
    value = getattr(payment, order.field)
    return encode_cursor([way, order.field, value.isoformat() if isinstance(value, datetime) else value, payment.pk])


def _read_cursor(text: str | None, order: _Order) -> tuple[bool, tuple[Any, int] | None]:
    if not text:
        return False, None
    way, field, value, pk = decode_cursor(text, parts=4)
    bad = InvalidInput({"field": "cursor", "constraint": "a cursor of this list and sort is expected"})
    if way not in ("n", "p") or field != order.field or not isinstance(pk, int) or abs(pk) > _BIGINT_MAX:
        raise bad
    if order.field == "amount":
        if not isinstance(value, int) or abs(value) > _BIGINT_MAX:
            raise bad
    elif value is not None:
        value = _parse_moment(value) if isinstance(value, str) else None
        if value is None:
            raise bad
    return way == "p", (value, pk)


def _read_order(params: Mapping[str, str]) -> _Order:
    """``sort=-created_at``; the design's ``direction=asc|desc`` works too."""
    text = params.get("sort", "-created_at")
    field, descending = text.removeprefix("-"), text.startswith("-")
    if field not in SORTS:
        raise InvalidInput(
            {"field": "sort", "value": text[:40], "constraint": "created_at, amount or paid_at, with - to turn it"}
        )
    direction = params.get("direction")
    if direction is not None:
        if direction.lower() not in ("asc", "desc"):
            raise InvalidInput({"field": "direction", "value": direction[:40], "constraint": "asc or desc"})
        descending = direction.lower() == "desc"
    return _Order(field, descending)


def _filters(params: Mapping[str, str]) -> Q:
    wanted = Q()
    for name, choices in (("status", Transaction.Status.values), ("provider_code", PaymentProvider.Code.values)):
        if name in params:
            if params[name] not in choices:
                raise InvalidInput({"field": name, "value": params[name][:40], "constraint": "one of " + ", ".join(choices)})
            wanted &= Q(**{name: params[name]})
    if "payment_method" in params:
        wanted &= Q(payment_method=_text(params, "payment_method"))
    for name, lookup in (("amount_from", "amount__gte"), ("amount_to", "amount__lte")):
        if name in params:
            wanted &= Q(**{lookup: _amount(params, name)})
    if "date_from" in params:
        wanted &= Q(created_at__gte=read_moment(params, "date_from")[0])
    if "date_to" in params:
        start, end = read_moment(params, "date_to")
        wanted &= Q(created_at__lt=end if end != start else start + SHOWN_PRECISION)
    if "search" in params:
        wanted &= _search(_text(params, "search"))
    return wanted


def _search(text: str) -> Q:
    """Order and provider's number by their start, e-mail and phone exactly."""
    wanted = Q(order_id__startswith=text) | Q(provider_transaction_id__startswith=text) | Q(email_index=email_index(text))
    return wanted | Q(phone_index=phone_index(text)) if any(character.isdigit() for character in text) else wanted


def read_moment(params: Mapping[str, str], name: str) -> tuple[datetime, datetime]:
    """A Vietnam day as its two borders, or a moment twice. Raises ``InvalidInput`` naming the parameter."""
    text = params[name]
    try:
        if _DAY.fullmatch(text):
            return day_borders(date.fromisoformat(text))
    except (ValueError, OverflowError):
        text = ""
    moment = _parse_moment(text)
    if moment is None:
        raise InvalidInput({"field": name, "value": params[name][:40], "constraint": "YYYY-MM-DD or ISO 8601"})
    return moment, moment


def _parse_moment(text: str) -> datetime | None:
    """An ISO 8601 moment; one without an offset is Vietnam's. None for anything else, or out of PostgreSQL's range."""
    try:
        # A "+" of a query string arrives as a space.
        moment = parse_datetime(text.strip().replace(" ", "+") if "T" in text else text)
        if moment is None:
            return None
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=VIETNAM)
        return aware.astimezone(VIETNAM)
    except (ValueError, OverflowError):
        return None


def _amount(params: Mapping[str, str], name: str) -> int:
    text = params[name]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidInput({"field": name, "value": text[:40], "constraint": "a whole number of đồng"})
    return int(text)


def _text(params: Mapping[str, str], name: str) -> str:
    text = params[name]
    if "\x00" in text or len(text) > 255:
        raise InvalidInput({"field": name, "constraint": "at most 255 characters, no NUL"})
    return text
