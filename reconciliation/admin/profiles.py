"""Mapping profiles: a change makes the next version; the first rows of a sample show at once how it would be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from audit.services import Actor
from payments_site.kernel import clock
from reconciliation.admin.record import spoken
from reconciliation.models import MappingProfile
from reconciliation.reports.sides import FIELDS, MONEY
from reconciliation.reports.words import PROBLEMS
from reconciliation.services.settings import BANK, save_profile
from reconciliation.statements.faults import REASONS, UNREADABLE
from reconciliation.statements.preview import PreviewRow, preview
from reconciliation.statements.spec import SpecInvalid, read_spec
from tenants.admin.base import ServiceAdmin
from tenants.models import PaymentProvider

_NAME = "reconciliation_mappingprofile"
# The fields that the preview shows of each row.
_SHOWN = ("kind", "number", "reference", "amount", "fee", "currency", "status", "occurred_at")
_ORDER = ("encoding", "delimiter", "sheet", "skip", "fields", "kind", "by_kind")
_EMPTY: dict[str, Any] = {
    "fields": {
        "occurred_at": {"columns": ["Thời gian"], "formats": ["%d/%m/%Y %H:%M:%S"]},
        "amount": {"columns": ["Số tiền"]},
        "reference": {"columns": ["Mã đơn hàng"]},
    },
    "kind": [{"constant": "payment"}],
}


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """A mapping as JSON."""

    provider_code = forms.ChoiceField(label=_("Provider"), widget=UnfoldAdminSelectWidget)
    name = forms.CharField(label=_("Name"), max_length=60, widget=UnfoldAdminTextInputWidget)
    spec = forms.CharField(
        label=_("Mapping"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24, "class": "sp-json", "spellcheck": "false"}),
        help_text=_("Which columns are which fields, as JSON. Choose a sample below to see how its first rows would be read."),
    )
    note = forms.CharField(label=_("Note"), max_length=255, required=False, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = MappingProfile
        fields = ("note",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "provider_code" in self.fields:
            choices = [*PaymentProvider.Code.choices, (BANK, _("Bank"))]
            self.fields["provider_code"].choices = choices  # type: ignore[attr-defined]
        if "spec" in self.fields:
            stored = self.instance.spec if self.instance.pk else _EMPTY
            # PostgreSQL sorts the keys of what it stores by their length.
            spec = {name: stored[name] for name in (*_ORDER, *(name for name in stored if name not in _ORDER)) if name in stored}
            self.fields["spec"].initial = self.initial["spec"] = json.dumps(spec, ensure_ascii=False, indent=2)

    def clean_spec(self) -> Any:
        """The mapping, understood whole."""
        try:
            spec = json.loads(self.cleaned_data["spec"])
        except ValueError as error:
            raise forms.ValidationError(_("This is no JSON: %(error)s"), params={"error": error}) from None
        try:
            read_spec(spec)
        except SpecInvalid as error:
            raise forms.ValidationError([_problem(where, what) for where, what in error.problems]) from None
        return spec


@admin.register(MappingProfile)
class MappingProfileAdmin(ServiceAdmin):
    """The current version of each mapping is changed; statements go on naming the version that read them."""

    form = ProfileForm
    list_display = ("provider_name", "name", "version", "is_current", "note", "created_by", "created_at")
    list_filter = ("is_current", "provider_code")
    search_fields = ("name", "provider_code")
    change_form_after_template = "admin/sp_profile_preview.html"
    fieldsets = ((None, {"fields": ("provider_code", "name", "spec", "note")}),)

    class Media:
        js = ("profile_preview.js",)

    def get_urls(self) -> list[Any]:
        """With the preview."""
        return [path("preview/", self.admin_site.admin_view(self.preview_view), name=f"{_NAME}_preview"), *super().get_urls()]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The mapping is the form's own field."""
        kwargs["fields"] = ["note"]
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What the versions have in common."""
        return ("provider_code", "name", "version", "is_current") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the version, once there is one."""
        head = ("provider_code", "name", "version", "is_current") if obj else ("provider_code", "name")
        return ((None, {"fields": (*head, "spec", "note")}),)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only of a current version: the others are what they were."""
        return super().has_change_permission(request, obj) and (obj is None or obj.is_current)

    @admin.display(description=_("provider"), ordering="provider_code")
    def provider_name(self, profile: MappingProfile) -> str:
        """As people call it."""
        return str(
            {**dict(PaymentProvider.Code.choices), BANK: gettext("Bank")}.get(profile.provider_code, profile.provider_code)
        )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the address of the preview."""
        context["preview_url"] = reverse(f"admin:{_NAME}_preview")
        return super().render_change_form(request, context, *args, **kwargs)

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> MappingProfile:
        """By the service."""
        return save_profile(
            provider_code=values["provider_code"],
            name=values["name"],
            spec=values["spec"],
            note=values["note"],
            actor=actor,
            now=now,
        )

    def save_changes(
        self, request: HttpRequest, obj: MappingProfile, changes: Mapping[str, Any], actor: Actor, now: datetime
    ) -> MappingProfile:
        """The next version, by the service."""
        spec = changes.get("spec", obj.spec)
        return save_profile(
            provider_code=obj.provider_code, name=obj.name, spec=spec, note=changes.get("note", ""), actor=actor, now=now
        )

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """How the first rows of a sample would be read: a piece of a page, for a script. Nothing is kept."""
        may = request.user.has_perm("reconciliation.change_mappingprofile") or request.user.has_perm(
            "reconciliation.add_mappingprofile"
        )
        if not may or request.method != "POST":
            raise PermissionDenied
        return TemplateResponse(request, "admin/sp_preview.html", _preview(request))


def _preview(request: HttpRequest) -> dict[str, Any]:
    """What the piece of page shows."""
    try:
        spec = json.loads(request.POST.get("spec", ""))
    except ValueError as error:
        return {"trouble": [gettext("This is no JSON: %(error)s") % {"error": error}]}
    sample = request.FILES.get("sample")
    if sample is None:
        try:
            read_spec(spec)
        except SpecInvalid as error:
            return {"trouble": [_problem(where, what) for where, what in error.problems]}
        return {"advice": gettext("The mapping can be understood. Choose a sample to see how its rows would be read.")}
    found = preview(sample.file, spec, now=clock.now())  # type: ignore[arg-type]  # bytes that can be sought in
    if found.problems:
        return {"trouble": [_problem(where, what) for where, what in found.problems]}
    if found.unreadable:
        return {"trouble": [str(UNREADABLE.get(found.unreadable, found.unreadable))]}
    return {
        "columns": [capfirst(str(FIELDS.get(name, name))) for name in _SHOWN],
        "rows": [_preview_row(row) for row in found.rows],
        "unread": ", ".join(found.unread),
    }


def _preview_row(row: PreviewRow) -> dict[str, Any]:
    cells = [str(spoken(name, _typed(name, row.fields.get(name)))) for name in _SHOWN] if row.fields else []
    bad = [f"{FIELDS.get(one.field, one.field)}: {REASONS.get(one.reason, one.reason)}".lstrip(": ") for one in row.bad]
    return {"line_no": row.line_no, "cells": cells, "bad": bad, "raw": " | ".join(row.cells), "skipped": not cells and not bad}


def _typed(name: str, value: str | None) -> Any:
    """The texts of COPY as people read them."""
    if value is not None and name in MONEY:
        return int(value)
    return datetime.fromisoformat(value) if value is not None and name == "occurred_at" else value


def _problem(where: str, what: str) -> str:
    return f"{where}: {PROBLEMS.get(what, what)}" if where else str(PROBLEMS.get(what, what))
