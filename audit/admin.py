"""The audit trail and the operational events: looked at, never changed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from audit.models import AuditEntry, OperationalEvent


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Nobody adds, changes or deletes; long tables are paged without counting them."""

    show_full_result_count = False
    paginator = InfinitePaginator
    list_per_page = 50
    ordering = ("-id",)

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
    def when(self, row: AuditEntry | OperationalEvent) -> SafeString:
        """To the second, on one line."""
        return format_html('<span style="white-space:nowrap">{}</span>', date_format(localtime(row.created_at), "d/m/Y H:i:s"))


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, from where, and what it was before."""

    list_display = ("when", "user_id", "user_type", "action", "entity_type", "entity_id", "tenant_id")
    list_filter = ("user_type",)
    search_fields = ("entity_id__exact", "user_id__exact", "tenant_id__exact", "action__exact", "request_id__exact")
    search_help_text = _("A whole id, user name, action or request id.")
    fieldsets = (
        (None, {"fields": ("when", "action", "entity_type", "entity_id", "tenant_id")}),
        (_("Changes"), {"fields": ("before_and_after", "more")}),
        (_("By whom"), {"fields": ("user_id", "user_type", "ip_address", "user_agent", "request_id")}),
    )

    @admin.display(description=_("before and after"))
    def before_and_after(self, entry: AuditEntry) -> SafeString | str:
        """One line a field, the changed ones marked."""
        old, new = entry.old_values or {}, entry.new_values or {}
        changed = set(entry.changed_fields or ())
        rows = [("●" if name in changed else "", name, _shown(old, name), _shown(new, name)) for name in sorted({*old, *new})]
        if not rows:
            return "-"
        head = format_html(
            "<tr><th></th><th>{}</th><th>{}</th><th>{}</th></tr>", gettext("field"), gettext("before"), gettext("after")
        )
        body = format_html_join("", "<tr><td>{}</td><td>{}</td><td><code>{}</code></td><td><code>{}</code></td></tr>", rows)
        return format_html(
            '<table style="border-collapse:separate;border-spacing:.75rem .25rem;text-align:left">{}{}</table>',
            head,
            body,
        )

    @admin.display(description=_("additional data"))
    def more(self, entry: AuditEntry) -> SafeString | str:
        """Indented JSON."""
        return _pretty(entry.additional_data)


@admin.register(OperationalEvent)
class OperationalEventAdmin(ReadOnlyAdmin):
    """Runs of jobs, changed configurations, alerts."""

    list_display = ("when", "severity", "kind", "subject")
    list_filter = ("severity",)
    search_fields = ("kind__exact", "subject__exact")
    search_help_text = _("A whole kind or subject.")
    fields = ("when", "severity", "kind", "subject", "details")

    @admin.display(description=_("data"))
    def details(self, event: OperationalEvent) -> SafeString | str:
        """Indented JSON."""
        return _pretty(event.data)


def _shown(values: dict[str, Any], name: str) -> str:
    if name not in values:
        return ""
    value = values[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pretty(value: Any) -> SafeString | str:
    if not value:
        return "-"
    return format_html('<pre style="white-space:pre-wrap">{}</pre>', json.dumps(value, ensure_ascii=False, indent=2))
