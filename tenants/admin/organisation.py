"""Projects and tenants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.models import ApprovalRequest
from audit.services import Actor
from tenants import rules
from tenants.admin.base import REASON_FIELDSET, ReadOnlyInline, ServiceAdmin, add_problem, reason_field, scope_names, show_once
from tenants.admin.setup import SetupPage, to_add
from tenants.credentials import masked
from tenants.models import ApiKey, Project, ProviderAccount, Tenant
from tenants.services.four_eyes import change_limits
from tenants.services.limits import LIMITS, set_limits
from tenants.services.projects import create_project, update_project
from tenants.services.tenants import callback_url_problem, create_tenant, update_tenant


class AccountInline(ReadOnlyInline):
    """The owner's accounts at providers."""

    model = ProviderAccount
    fields = readonly_fields = ("provider", "environment", "masked_identifier", "is_active")
    verbose_name_plural = _("provider accounts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderAccount]:
        """With their providers, in one query."""
        rows: QuerySet[ProviderAccount] = super().get_queryset(request).select_related("provider")
        return rows

    @admin.display(description=_("identifier at the provider"))
    def masked_identifier(self, account: ProviderAccount) -> str:
        """Enough to recognise."""
        return masked(account.identifier)


class TenantInline(ReadOnlyInline):
    """The project's tenants."""

    model = Tenant
    fields = readonly_fields = ("app_code", "name", "is_active", "created_at")


class ApiKeyInline(ReadOnlyInline):
    """The tenant's keys, without their text."""

    model = ApiKey
    fields = readonly_fields = ("name", "prefix", "granted", "created_at", "expires_at", "revoked_at", "last_used_at")

    @admin.display(description=_("scopes"))
    def granted(self, key: ApiKey) -> str:
        """What the key may do."""
        return scope_names(key)


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses reserved codes."""

    def clean(self) -> dict[str, Any]:
        """What the service would refuse."""
        data = super().clean() or self.cleaned_data
        if "code" in data:
            add_problem(self, rules.code_problem("code", data["code"]))
        return data


@admin.register(Project)
class ProjectAdmin(ServiceAdmin):
    """A project's code is part of its tenants' addresses, so it stays."""

    form = ProjectForm
    fields = ("code", "name", "description", "is_active")
    list_display = ("code", "name", "is_active", "created_at")
    list_filter = ("is_active",)
    search_fields = ("code", "name", "public_id")
    inlines = (TenantInline, AccountInline)
    change_form_outer_before_template = "admin/sp_acts.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code, once there is one."""
        return ("code", "public_id") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The id too, once there is one."""
        return ("public_id", *self.fields) if obj else self.fields

    def next_page(self, obj: Project) -> str:
        """Its page, from which tenants are added."""
        return reverse("admin:tenants_project_change", args=[obj.pk])

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the way to the next step of setting up."""
        project = kwargs.get("obj")
        if project is not None:
            context["acts"] = to_add(request, project, {"tenant": _("Add a tenant"), "provideraccount": _("Add an account")})
        return super().render_change_form(request, context, *args, **kwargs)

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> Project:
        """By the service."""
        return create_project(**values, actor=actor, now=now)

    def save_changes(
        self, request: HttpRequest, obj: Project, changes: Mapping[str, Any], actor: Actor, now: datetime
    ) -> Project:
        """By the service."""
        return update_project(project_id=obj.public_id, changes=changes, actor=actor, now=now)


class TenantForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses reserved codes, unreachable callback addresses and limits that contradict each other."""

    reason = reason_field()

    def clean(self) -> dict[str, Any]:
        """What the services would refuse."""
        data = super().clean() or self.cleaned_data
        if "app_code" in data:
            add_problem(self, rules.code_problem("app_code", data["app_code"]))
        add_problem(self, callback_url_problem("callback_url", data.get("callback_url", "")))
        if all(name in data for name in LIMITS):
            for problem in rules.limit_problems(data, self.changed_data):
                add_problem(self, problem)
        return data


@admin.register(Tenant)
class TenantAdmin(SetupPage, ServiceAdmin):
    """A new tenant gets its first API key and callback secret, shown once."""

    form = TenantForm
    list_display = ("app_code", "project", "name", "business_type", "is_active", "created_at")
    list_filter = ("is_active", "business_type", ("project", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("project",)
    search_fields = ("app_code", "name", "public_id", "project__code")
    autocomplete_fields = ("project",)
    inlines = (AccountInline, ApiKeyInline)
    fieldsets = (
        (None, {"fields": ("project", "app_code", "name", "business_type", "callback_url", "is_active")}),
        (_("Limits in đồng"), {"fields": LIMITS}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What makes up the tenant's address stays."""
        return ("public_id", "project", "app_code") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The id too, once there is one."""
        if obj is None:
            return self.fieldsets
        (title, first), *rest = self.fieldsets
        return ((title, {**first, "fields": ("public_id", *first["fields"])}), *rest, REASON_FIELDSET)

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> Tenant:
        """By the services; the key and the secret are told once."""
        own = {name: value for name, value in values.items() if name not in LIMITS and name not in ("project", "reason")}
        new = create_tenant(project_id=values["project"].public_id, **own, actor=actor, now=now)
        limits = {name: values[name] for name in LIMITS}
        tenant = set_limits(tenant_id=new.tenant.public_id, changes=limits, actor=actor, now=now)
        show_once(request, gettext("API key"), new.api_key)
        show_once(request, gettext("Callback secret"), new.callback_secret)
        return tenant

    def save_changes(
        self, request: HttpRequest, obj: Tenant, changes: Mapping[str, Any], actor: Actor, now: datetime
    ) -> Tenant | ApprovalRequest:
        """By the services; new limits wait for a second person where real money goes through, the rest holds at once."""
        limits = {name: value for name, value in changes.items() if name in LIMITS}
        own = {name: value for name, value in changes.items() if name not in LIMITS and name != "reason"}
        person: Any = request.user
        tenant = update_tenant(tenant_id=obj.public_id, changes=own, actor=actor, now=now)
        if not limits:
            return tenant
        return change_limits(
            tenant_id=obj.public_id, changes=limits, reason=changes.get("reason", ""), person=person, actor=actor, now=now
        )
