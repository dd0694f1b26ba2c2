"""Providers, fees and the installation's settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from audit.models import ApprovalRequest
from audit.services import Actor
from payments_site.kernel import money
from payments_site.kernel.errors import InvalidInput
from tenants import fees
from tenants.admin.base import REASON_FIELDSET, ServiceAdmin, add_problem, owner_of, reason_field
from tenants.models import FeeSchedule, PaymentProvider, ProviderAccount, SystemConfiguration
from tenants.services.configuration import set_configuration, update_provider
from tenants.services.fees import schedule_fee
from tenants.services.four_eyes import change_account

_TERMS = {"percent": "percent", "fixed": "fixed", "min": "minimum", "max": "maximum", "vat_percent": "vat_percent"}


@admin.register(PaymentProvider)
class PaymentProviderAdmin(ServiceAdmin):
    """The list is closed; providers are switched on and off."""

    fields = ("code", "name", "is_active", "position")
    readonly_fields = ("code",)
    list_display = ("name", "code", "is_active", "position")
    list_filter = ("is_active",)
    search_fields = ("code", "name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: a new provider is a new adapter."""
        return False

    def save_changes(
        self, request: HttpRequest, obj: PaymentProvider, changes: Mapping[str, Any], actor: Actor, now: datetime
    ) -> PaymentProvider:
        """By the service."""
        return update_provider(code=obj.code, changes=changes, actor=actor, now=now)


class FeeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A fee as people write it: percent and đồng."""

    valid_from = forms.SplitDateTimeField(
        label=_("Valid from"), required=False, widget=UnfoldAdminSplitDateTimeWidget, help_text=_("Empty: from now on.")
    )
    percent = forms.CharField(label=_("Percent of the amount"), initial="0", widget=UnfoldAdminTextInputWidget)
    fixed = forms.IntegerField(label=_("Fixed part (đồng)"), initial=0, widget=UnfoldAdminIntegerFieldWidget)
    minimum = forms.IntegerField(label=_("At least (đồng)"), initial=0, widget=UnfoldAdminIntegerFieldWidget)
    maximum = forms.IntegerField(label=_("At most (đồng)"), required=False, widget=UnfoldAdminIntegerFieldWidget)
    vat_percent = forms.CharField(label=_("VAT in percent"), initial="10", widget=UnfoldAdminTextInputWidget)
    reason = reason_field()

    class Meta:
        model = FeeSchedule
        fields = ("account", "fixed", "minimum", "maximum")

    def clean(self) -> dict[str, Any]:
        """What the service would refuse. ``fee`` of the cleaned data is in the API's words."""
        data = super().clean() or self.cleaned_data
        account = data.get("account")
        if account is not None and account.environment == ProviderAccount.Environment.PRODUCTION and data.get("valid_from"):
            self.add_error("valid_from", _("For a production account a fee holds from its approval on: leave it empty."))
        data["fee"] = {name: data.get(field) for name, field in _TERMS.items() if data.get(field) is not None}
        try:
            fees.parse(data["fee"])
        except InvalidInput as error:
            for problem in error.details.get("fields", [error.details]):
                add_problem(self, problem, {f"fee.{name}": field for name, field in _TERMS.items()})
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """``valid_from`` may be empty here; the service fills it in."""
        return {*super()._get_validation_exclusions(), "valid_from"}  # type: ignore[misc]


@admin.register(FeeSchedule)
class FeeScheduleAdmin(ServiceAdmin):
    """Appended, never changed: an old payment's fee must stay explicable."""

    form = FeeForm
    list_display = ("account", "valid_from", "percent", "fixed", "minimum", "maximum", "vat_percent")
    list_filter = ("account__provider", "account__environment")
    list_select_related = ("account__provider",)
    search_fields = ("account__public_id", "account__identifier__istartswith")
    autocomplete_fields = ("account",)
    fieldsets = (
        (None, {"fields": ("account", "valid_from")}),
        (_("Fee"), {"fields": ("percent", "fixed", "minimum", "maximum", "vat_percent")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Adding asks for a reason, too."""
        return self.fieldsets if obj else (*self.fieldsets, REASON_FIELDSET)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """``percent`` and ``vat_percent`` are the form's own fields."""
        kwargs["fields"] = ["account", "valid_from", "fixed", "minimum", "maximum"] if obj is None else []
        return super().get_form(request, obj, change, **kwargs)

    @admin.display(description=_("percent of the amount"), ordering="basis_points")
    def percent(self, row: FeeSchedule) -> str:
        """As people write it."""
        return money.basis_points_to_percent(row.basis_points)

    @admin.display(description=_("VAT in percent"), ordering="vat_basis_points")
    def vat_percent(self, row: FeeSchedule) -> str:
        """As people write it."""
        return money.basis_points_to_percent(row.vat_basis_points)

    def save_new(
        self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime
    ) -> FeeSchedule | ApprovalRequest:
        """By the service; where real money goes through, a second person decides."""
        account = values["account"]
        if account.environment != ProviderAccount.Environment.PRODUCTION:
            return schedule_fee(account=account, fee=values["fee"], valid_from=values["valid_from"], actor=actor, now=now)
        person: Any = request.user
        asked = change_account(
            account_id=account.public_id, changes={"fee": values["fee"]}, **owner_of(account), reason=values["reason"],
            person=person, actor=actor, now=now,
        )  # fmt: skip
        return asked if isinstance(asked, ApprovalRequest) else account.fees.latest("id")


@admin.register(SystemConfiguration)
class SystemConfigurationAdmin(ServiceAdmin):
    """Settings that operators change while the installation runs."""

    list_display = ("key", "value", "description", "updated_at", "updated_by")
    search_fields = ("key", "description")
    fields = ("key", "value", "description")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The key, once there is one."""
        return ("key",) if obj else ()

    def save_new(self, request: HttpRequest, values: Mapping[str, Any], actor: Actor, now: datetime) -> SystemConfiguration:
        """By the service."""
        return set_configuration(**values, actor=actor, now=now)

    def save_changes(
        self, request: HttpRequest, obj: SystemConfiguration, changes: Mapping[str, Any], actor: Actor, now: datetime
    ) -> SystemConfiguration:
        """By the service."""
        return set_configuration(key=obj.key, value=obj.value, description=obj.description, actor=actor, now=now)
