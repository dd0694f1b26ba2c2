"""Filters of this room's lists, none of which asks a large table what there is to choose from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import clock
from tenants.models import ProviderAccount
from transactions.admin.filters import DayFilter, ProviderFilter

_MOST_ACCOUNTS = 200


class AccountProviderFilter(ProviderFilter):
    """By the provider of the account."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen provider."""
        return queryset.filter(account__provider__code=self.value()) if self.value() else queryset


class AccountFilter(admin.SimpleListFilter):
    """By account: there are as many as there are contracts with providers, not as there are payments."""

    title = _("account")
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The active ones."""
        accounts = ProviderAccount.objects.filter(is_active=True).select_related("provider", "tenant", "project").order_by("id")
        return [(str(account.pk), str(account)) for account in accounts[:_MOST_ACCOUNTS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen account."""
        value = self.value() or ""
        return queryset.filter(account_id=int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else queryset


class BusinessDayFilter(DayFilter):
    """By business day, first and last inclusive."""

    title = _("business day")
    field = "day"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of those days; what is not a date is not a bound."""
        first, last = self._day("from_day"), self._day("to_day")
        if first is not None:
            queryset = queryset.filter(**{f"{self.field}__gte": first})
        return queryset.filter(**{f"{self.field}__lte": last}) if last is not None else queryset


class PayOutDayFilter(BusinessDayFilter):
    """The same, for pay-outs: by their first day."""

    field = "day_from"


class AgeFilter(admin.SimpleListFilter):
    """How long a difference has waited."""

    title = _("age")
    parameter_name = "older"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """In days."""
        return [
            ("1", _("more than a day")),
            ("3", _("more than 3 days")),
            ("7", _("more than a week")),
            ("30", _("more than 30 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Found so long ago."""
        if self.value() not in ("1", "3", "7", "30"):
            return queryset
        return queryset.filter(created_at__lt=clock.now() - timedelta(days=int(str(self.value()))))
