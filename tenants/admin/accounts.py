"""Accounts at providers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.models import ApprovalRequest
from audit.services import Actor
from tenants import addresses
from tenants.admin import option_fields
from tenants.admin.account_form import MODEL_FIELDS, AccountForm, credential_fields
from tenants.admin.acts import ActsAdmin
from tenants.admin.base import REASON_FIELDSET, ReadOnlyInline, ServiceAdmin, owner_of
from tenants.credentials import FORMS, masked
from tenants.models import FeeSchedule, ProviderAccount, ProviderCredentials
from tenants.services.accounts import create_account, update_account
from tenants.services.four_eyes import change_account

_PLAIN = ("is_active", "api_url", "ip_allowlist", "ip_allowlist_enforced")
_OWNER = ("project", "tenant")
_COMMON = option_fields.COMMON_FIELDS


class CredentialsInline(ReadOnlyInline):
    """When the credentials changed; never what they are."""

    model = ProviderCredentials
    fields = readonly_fields = ("version", "created_at", "superseded_at")
    ordering = ("-version",)
    show_change_link = False


class FeeInline(ReadOnlyInline):
    """The account's fees, the newest first."""

    model = FeeSchedule
    show_change_link = False
    fields = readonly_fields = ("valid_from", "basis_points", "fixed", "minimum", "maximum", "vat_basis_points")


@admin.register(ProviderAccount)
class ProviderAccountAdmin(ActsAdmin, ServiceAdmin):
    """Credentials go in and never come back; changing them makes a new version. Higher floors add their acts."""

    form = AccountForm
    list_display = ("provider", "masked_identifier", "environment", "project", "tenant", "is_active", "created_at")
    list_filter = ("environment", "is_active", "provider")
    list_select_related = ("provider", "project", "tenant")
    search_fields = ("identifier__istartswith", "public_id", "tenant__app_code", "project__code")
    autocomplete_fields = _OWNER
    inlines = (CredentialsInline, FeeInline)
    # Only the page for adding has a choice of providers; the other one shows just the fields of its own.
    conditional_fields = {
        field: f"typeof provider_code === 'undefined' || provider_code == '{code}'"
        for code in FORMS
        for field in (*credential_fields(code), *option_fields.own_fields(code))
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderAccount]:
        """With provider and owner: also for the look-up fields of other pages, which show them."""
        rows: QuerySet[ProviderAccount] = super().get_queryset(request).select_related("provider", "project", "tenant")
        return rows

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The credentials' fields are the form's own."""
        readonly = self.get_readonly_fields(request, obj)
        kwargs["fields"] = [name for name in MODEL_FIELDS if name not in readonly]
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Provider, owner and environment stay."""
        shown = ("public_id", "provider", *_OWNER, "environment", "masked_identifier", "webhook_url", "return_url")
        return shown if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Adding: every provider's credentials and options, of which the page shows the chosen one's."""
        if obj is None:
            names = [field for code in FORMS for field in credential_fields(code)]
            return (
                (None, {"fields": (*_OWNER, "provider_code", "environment")}),
                (_("Credentials"), {"fields": names}),
                (_("Options"), {"fields": [field for code in FORMS for field in option_fields.own_fields(code)] + _COMMON}),
                (_("Notices"), {"fields": _PLAIN}),
            )
        return (
            (None, {"fields": self.get_readonly_fields(request, obj)}),
            (_("New credentials"), {"fields": credential_fields(obj.provider.code)}),
            (_("Options"), {"fields": [*option_fields.own_fields(obj.provider.code), *_COMMON]}),
            (_("Notices"), {"fields": _PLAIN}),
            REASON_FIELDSET,
        )

    @admin.display(description=_("identifier at the provider"), ordering="identifier")
    def masked_identifier(self, account: ProviderAccount) -> str:
        """Enough to recognise."""
        return masked(account.identifier)

    @admin.display(description=_("address for notices"))
    def webhook_url(self, account: ProviderAccount) -> str:
        """To be entered at the provider."""
        return addresses.webhook_url(account)

    @admin.display(description=_("address for returning payers"))
    def return_url(self, account: ProviderAccount) -> str:
        """To be entered at the provider."""
        return addresses.return_url(account)

    def act_subject(self, account: ProviderAccount) -> list[tuple[str, Any]]:
        """With the address, which is what an act is about."""
        return [*super().act_subject(account), (gettext("address for notices"), addresses.webhook_url(account))]

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> ProviderAccount:
        """By the service."""
        owner = {f"{name}_id": values[name].public_id for name in _OWNER if values.get(name)}
        plain = {name: values[name] for name in _PLAIN if name != "is_active"}
        account = create_account(
            provider_code=values["provider_code"], environment=values["environment"], credentials=values["credentials"],
            options=values["options"], **owner, **plain, actor=actor, now=now,
        )  # fmt: skip
        if values["is_active"]:
            return account
        return update_account(account_id=account.public_id, changes={"is_active": False}, actor=actor, now=now)

    def next_page(self, obj: ProviderAccount) -> str:
        """Back to the tenant or project that is being set up."""
        owner = obj.tenant or obj.project
        return reverse(f"admin:tenants_{owner._meta.model_name}_change", args=[owner.pk]) if owner is not None else ""

    def save_changes(
        self, request: HttpRequest, obj: ProviderAccount, changes: Mapping[str, Any], actor: Actor, now: datetime
    ) -> ProviderAccount | ApprovalRequest:
        """By the service, which asks for a second person where real money goes through; empty credentials stay."""
        prefix = f"{obj.provider.code}_"
        entered = {
            name.removeprefix(prefix): value
            for name, value in changes.items()
            if name in credential_fields(obj.provider.code) and value
        }
        plain = {name: changes[name] for name in _PLAIN if name in changes}
        options = option_fields.entered(obj.provider.code, changes)
        wanted = {**plain, **({"credentials": entered} if entered else {}), **({"options": options} if options else {})}
        person: Any = request.user
        if not wanted:
            return obj
        return change_account(
            account_id=obj.public_id, changes=wanted, **owner_of(obj), reason=changes.get("reason", ""),
            person=person, actor=actor, now=now,
        )  # fmt: skip
