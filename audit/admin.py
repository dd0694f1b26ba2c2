"""The audit trail and the operational events: looked at, never changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from audit.cells import EMPTY, badge, before_and_after, code, pretty, shown
from audit.models import AuditEntry, OperationalEvent
from audit.words import ALERTS, KINDS, action_words, kind_words, subject_words

_SEVERITY_TONES = {"warning": "warning", "error": "bad"}


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Nobody adds, changes or deletes; long tables are paged without counting them."""

    show_full_result_count = False
    paginator = InfinitePaginator
    list_per_page = 50
    ordering: Any = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    @admin.display(description=_("created at"), ordering="id")
    def when(self, row: Any) -> SafeString:
        """To the second, on one line."""
        return format_html('<span class="sp-nowrap">{}</span>', date_format(localtime(row.created_at), "d/m/Y H:i:s"))


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, from where, and what it was before."""

    list_display = ("when", "user_id", "user_type", "what", "subject_kind", "entity_id", "tenant_id")
    list_filter = ("user_type",)
    search_fields = ("entity_id__exact", "user_id__exact", "tenant_id__exact", "action__exact", "request_id__exact")
    search_help_text = _("A whole id, user name, action or request id.")
    fieldsets = (
        (None, {"fields": ("when", "what", "action", "subject_kind", "entity_id", "tenant_id")}),
        (_("Changes"), {"fields": ("differences", "more")}),
        (_("By whom"), {"fields": ("user_id", "user_type", "ip_address", "user_agent", "request_id")}),
    )

    @admin.display(description=_("what happened"))
    def what(self, entry: AuditEntry) -> str:
        """The action in words."""
        return action_words(entry.action)

    @admin.display(description=_("subject"))
    def subject_kind(self, entry: AuditEntry) -> str:
        """What it is about, in words."""
        return subject_words(entry.entity_type)

    @admin.display(description=_("before and after"))
    def differences(self, entry: AuditEntry) -> SafeString | str:
        """One line a field, the changed ones marked."""
        old, new = entry.old_values or {}, entry.new_values or {}
        changed = set(entry.changed_fields or ())
        rows = [(name, _side(old, name), _side(new, name), name in changed) for name in sorted({*old, *new})]
        return before_and_after(rows) if rows else EMPTY

    @admin.display(description=_("additional data"))
    def more(self, entry: AuditEntry) -> SafeString | str:
        """Indented JSON."""
        return pretty(entry.additional_data)


class KindFilter(admin.SimpleListFilter):
    """By kind, from the closed list of them; ``alerts`` are those that somebody should look at."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """All alerts, then each kind."""
        return [("alerts", _("All alerts")), *KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OperationalEvent]) -> QuerySet[OperationalEvent]:
        """The events of the chosen kind."""
        if self.value() == "alerts":
            return queryset.filter(kind__in=list(ALERTS))
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OperationalEvent)
class OperationalEventAdmin(ReadOnlyAdmin):
    """Runs of jobs, changed configurations, alerts."""

    list_display = ("when", "severity_badge", "what", "subject")
    list_filter = (KindFilter, "severity")
    search_fields = ("kind__exact", "subject__exact")
    search_help_text = _("A whole kind or subject.")
    fields = ("when", "severity_badge", "what", "kind", "subject_code", "details")

    @admin.display(description=_("severity"))
    def severity_badge(self, event: OperationalEvent) -> SafeString:
        """Red for errors, orange for warnings."""
        return badge(event.get_severity_display(), _SEVERITY_TONES.get(event.severity, "neutral"))

    @admin.display(description=_("what happened"))
    def what(self, event: OperationalEvent) -> str:
        """The kind in words."""
        return kind_words(event.kind)

    @admin.display(description=_("subject"))
    def subject_code(self, event: OperationalEvent) -> SafeString | str:
        """As it is, to be searched for."""
        return code(event.subject)

    @admin.display(description=_("data"))
    def details(self, event: OperationalEvent) -> SafeString | str:
        """Indented JSON."""
        return pretty(event.data)


def _side(values: dict[str, Any], name: str) -> str:
    return shown(values[name]) if name in values else ""
