"""How accounts are reconciled, and which days are worked on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from audit.services import Actor
from reconciliation.models import Holiday, ReconciliationRules
from reconciliation.services.settings import set_holiday, set_rules
from tenants.admin.base import ServiceAdmin
from transactions.admin.cells import money_column


@admin.register(ReconciliationRules)
class ReconciliationRulesAdmin(ServiceAdmin):
    """One row an account that wants other rules than the usual ones."""

    list_display = (
        "account",
        "nightly",
        "run_at",
        "cutoff",
        "late_business_days",
        money_column("fee_tolerance", _("fee tolerance")),
    )
    list_filter = ("nightly", "account__provider")
    list_select_related = ("account__provider",)
    search_fields = ("account__public_id", "account__identifier__istartswith")
    autocomplete_fields = ("account", "bank_account")
    fieldsets = (
        (None, {"fields": ("account",)}),
        (_("When"), {"fields": ("nightly", "run_at", "cutoff", "fetch")}),
        (_("What is late, and what does not matter"), {"fields": ("late_business_days", "window_minutes", "fee_tolerance")}),
        (_("Pay-outs"), {"fields": ("settles_after_days", "bank_account")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The account, once there are rules for it."""
        return ("account",) if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationRules]:
        """With what the account is called by."""
        rows: QuerySet[ReconciliationRules] = super().get_queryset(request)
        return rows.select_related("account__provider", "account__tenant", "account__project")

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> ReconciliationRules:
        """By the service."""
        return set_rules(account=values["account"], changes=values, actor=actor, now=now)

    def save_changes(
        self, request: HttpRequest, obj: ReconciliationRules, changes: Mapping[str, Any], actor: Actor, now: datetime
    ) -> ReconciliationRules:
        """By the service."""
        return set_rules(account=obj.account, changes=changes, actor=actor, now=now)


@admin.register(Holiday)
class HolidayAdmin(ServiceAdmin):
    """Days on which nobody settles, and weekend days made up for one. Nothing is deleted: a day can be called worked on."""

    list_display = ("shown_day", "weekday", "name_vi", "name_en", "working")
    list_filter = ("working",)
    search_fields = ("name_vi", "name_en")
    date_hierarchy = "day"
    fields = ("day", "name_vi", "name_en", "working")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The day, once it is there."""
        return ("day",) if obj else ()

    @admin.display(description=_("day"), ordering="day")
    def shown_day(self, row: Holiday) -> str:
        """As Vietnam writes it."""
        return date_format(row.day, "d/m/Y")

    @admin.display(description=_("day of the week"))
    def weekday(self, row: Holiday) -> str:
        """Its name."""
        return date_format(row.day, "l")

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> Holiday:
        """By the service."""
        return set_holiday(**values, actor=actor, now=now)

    def save_changes(
        self, request: HttpRequest, obj: Holiday, changes: Mapping[str, Any], actor: Actor, now: datetime
    ) -> Holiday:
        """By the service."""
        return set_holiday(day=obj.day, name_vi=obj.name_vi, name_en=obj.name_en, working=obj.working, actor=actor, now=now)
