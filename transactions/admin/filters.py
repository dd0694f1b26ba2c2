"""Filters with choices, none of which asks the large tables what there is to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import clock
from tenants.models import PaymentProvider


class ProviderFilter(admin.SimpleListFilter):
    """By provider, from the closed list of them."""

    title = _("provider")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every provider there is."""
        return [(str(value), str(label)) for value, label in PaymentProvider.Code.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen provider."""
        return queryset.filter(provider_code=self.value()) if self.value() else queryset


class DayFilter(admin.ListFilter):
    """By Vietnam day, first and last inclusive: ready-made ranges to click, and two dates to fill in."""

    template = "admin/day_filter.html"
    title = _("created")
    field = "created_at"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.expected_parameters():
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    def has_output(self) -> bool:
        """Always."""
        return True

    def expected_parameters(self) -> list[str | None]:
        """``from_day`` and ``to_day``, as ``yyyy-mm-dd``."""
        return ["from_day", "to_day"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of those days; what is not a date is not a bound."""
        first, last = self._day("from_day"), self._day("to_day")
        if first is not None:
            queryset = queryset.filter(**{f"{self.field}__gte": clock.day_borders(first)[0]})
        if last is not None:
            queryset = queryset.filter(**{f"{self.field}__lt": clock.day_borders(last)[1]})
        return queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Any day, then the ready-made ranges."""
        names = self.expected_parameters()
        self.other_parameters = [
            (name, value) for name, values in changelist.filter_params.items() if name not in names for value in values
        ]
        self.first, self.last = (self.used_parameters.get(str(name), "") for name in names)
        yield {
            "selected": not self.used_parameters,
            "query_string": changelist.get_query_string(remove=names),
            "display": _("All"),
        }
        for label, first, last in _ranges(clock.vietnam_day(clock.now())):
            params = {"from_day": first.isoformat(), "to_day": last.isoformat()}
            yield {
                "selected": self.used_parameters == params,
                "query_string": changelist.get_query_string(params),
                "display": label,
            }

    def _day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(str(self.used_parameters.get(name, "")))
        except ValueError:
            return None


class ReceivedDayFilter(DayFilter):
    """The same, for rows that were received."""

    title = _("received")
    field = "received_at"


def _ranges(today: date) -> list[tuple[Promise, date, date]]:
    month = today.replace(day=1)
    end_of_last_month = month - timedelta(days=1)
    return [
        (_("Today"), today, today),
        (_("Yesterday"), today - timedelta(days=1), today - timedelta(days=1)),
        (_("Last 7 days"), today - timedelta(days=6), today),
        (_("This month"), month, today),
        (_("Last month"), end_of_last_month.replace(day=1), end_of_last_month),
    ]
