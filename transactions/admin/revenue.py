"""Revenue by day and provider, on a page and as CSV. One pass over a bounded range of the index of creation."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from payments_site.kernel import clock
from transactions.admin.cells import link, money, provider_name
from transactions.admin.tables import Table

DEFAULT_DAYS = 30
MAX_DAYS = 92

_SQL = """
SELECT (created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, coalesce(provider_code, ''), count(*),
    count(*) FILTER (WHERE paid), coalesce(sum(amount) FILTER (WHERE paid), 0)::bigint,
    coalesce(sum(transaction_fee) FILTER (WHERE paid), 0)::bigint, coalesce(sum(refunded_amount), 0)::bigint
FROM (SELECT *, status IN ('completed', 'partially_refunded', 'refunded') AS paid FROM transactions_transaction
      WHERE created_at >= %s AND created_at < %s) t
GROUP BY 1, 2 ORDER BY 1 DESC, 2
"""


@dataclass(frozen=True)
class Line:
    """One provider's payments that were created on one Vietnam day; amounts in đồng."""

    day: date
    provider_code: str
    payments: int
    paid: int
    amount: int
    fees: int
    refunded: int

    @property
    def figures(self) -> tuple[int, int, int, int, int]:
        """What is added up."""
        return (self.payments, self.paid, self.amount, self.fees, self.refunded)


def revenue(first: date, last: date) -> list[Line]:
    """The lines of these Vietnam days, both inclusive, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [clock.day_borders(first)[0], clock.day_borders(last)[1]])
        return [Line(*row) for row in cursor.fetchall()]


def days_of(params: Any, now: datetime) -> tuple[date, date]:
    """The chosen days; the last 30 by default, at most 92 (what is too far back is cut off)."""
    today = clock.vietnam_day(now)
    last = _day(params.get("to_day")) or today
    first = _day(params.get("from_day")) or last - timedelta(days=DEFAULT_DAYS - 1)
    return max(min(first, last), last - timedelta(days=MAX_DAYS - 1)), last


class RevenuePage:
    """Adds the report to the admin of payments."""

    admin_site: admin.AdminSite
    opts: Any

    def get_urls(self) -> list[Any]:
        """With the report."""
        route = path("revenue/", self.admin_site.admin_view(self.revenue_view), name="transactions_transaction_revenue")
        return [route, *super().get_urls()]  # type: ignore[misc]

    def revenue_view(self, request: HttpRequest) -> HttpResponse:
        """The page, or with ``?export=csv`` the file."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        first, last = days_of(request.GET, clock.now())
        lines = revenue(first, last)
        if request.GET.get("export") == "csv":
            return _as_csv(lines, first, last)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": _("Revenue by day and provider"),
            "first": first.isoformat(), "last": last.isoformat(), "longest": MAX_DAYS,
            "tables": [_by_provider(lines), _by_day(lines)] if lines else [],
        }  # fmt: skip
        return TemplateResponse(request, "admin/sp_revenue.html", context)


def _by_provider(lines: list[Line]) -> Table:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.provider_code, []).append(line)
    rows: list[list[Any]] = [[provider_name(code or None), *_cells(_sums(group))] for code, group in sorted(groups.items())]
    rows.append([_("Total"), *_cells(_sums(lines))])
    return Table(_("By provider"), [_("Provider"), *_figure_names()], rows)


def _by_day(lines: list[Line]) -> Table:
    rows: list[list[Any]] = [
        [
            link(date_format(line.day, "d/m/Y"), _payments_of(line)),
            provider_name(line.provider_code or None),
            *_cells(line.figures),
        ]
        for line in lines
    ]
    return Table(_("By day"), [_("Day"), _("Provider"), *_figure_names()], rows)


def _payments_of(line: Line) -> str:
    provider = f"&provider={line.provider_code}" if line.provider_code else ""
    return f"{reverse('admin:transactions_transaction_changelist')}?from_day={line.day}&to_day={line.day}{provider}"


def _figure_names() -> list[str]:
    return [_("Payments"), _("Paid"), _("Revenue"), _("Fees"), _("Refunded"), _("Net")]


def _sums(lines: Iterable[Line]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*(line.figures for line in lines), strict=True))


def _cells(figures: tuple[int, ...]) -> list[str]:
    payments, paid, amount, fees, refunded = figures
    return [str(payments), str(paid), money(amount), money(fees), money(refunded), money(amount - fees - refunded)]


def _as_csv(lines: list[Line], first: date, last: date) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="revenue_{first}_{last}.csv"'
    answer.write("\ufeff")  # so that spreadsheets read it as UTF-8
    writer = csv.writer(answer)
    writer.writerow(["day", "provider_code", "payments", "paid", "revenue", "fees", "refunded", "net"])
    for line in lines:
        net = line.amount - line.fees - line.refunded
        writer.writerow([line.day.isoformat(), line.provider_code, *line.figures, net])
    return answer


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
