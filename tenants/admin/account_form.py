"""The form of a provider account: fields for each provider's credentials, never filled in, and for its options, filled in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from payments_site.kernel.errors import InvalidInput
from tenants import credentials as credential_forms
from tenants import rules
from tenants.admin import option_fields
from tenants.admin.base import add_problem, reason_field
from tenants.models import PaymentProvider, ProviderAccount
from tenants.selectors import credentials as stored_credentials

MODEL_FIELDS = (
    "project",
    "tenant",
    "environment",
    "is_active",
    "api_url",
    "ip_allowlist",
    "ip_allowlist_enforced",
)
LABELS = {
    "tmn_code": _("Terminal code (vnp_TmnCode)"),
    "hash_secret": _("Hash secret (vnp_HashSecret)"),
    "partner_code": _("Partner code (partnerCode)"),
    "access_key": _("Access key (accessKey)"),
    "secret_key": _("Secret key (secretKey)"),
    "app_id": _("App id (app_id)"),
    "key1": _("Key 1, for what we send (key1)"),
    "key2": _("Key 2, for callbacks (key2)"),
    "merchant_id": _("Merchant id"),
    "client_secret": _("Client secret, or hash secret of the older gateway"),
    "username": _("User name at the provider"),
    "password": _("Password at the provider"),
    "client_id": _("Client id (x-client-id)"),
    "api_key": _("API key (x-api-key)"),
    "checksum_key": _("Checksum key"),
    "webhook_secret": _("Secret of the bank's notices"),
    "bin": _("Bank BIN"),
    "account_number": _("Account number"),
    "account_name": _("Account name"),
}


def field_name(provider_code: str, name: str) -> str:
    """The form's field for a credential."""
    return f"{provider_code}_{name}"


def credential_fields(provider_code: str) -> list[str]:
    """The form's fields for a provider's credentials."""
    return [field_name(provider_code, name) for name in credential_forms.FORMS[provider_code].fields]


class Lines(forms.CharField):
    """A list of texts, one a line."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        """One a line."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The lines that hold something."""
        return value if isinstance(value, list) else [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the lines differ."""
        return bool(self.to_python(initial) != self.to_python(data))


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """Adding asks for the provider and all its credentials; changing leaves empty what stays."""

    ip_allowlist = Lines(
        label=_("Addresses notices may come from"), required=False, help_text=_("One address or network a line.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.existing = self.instance.pk is not None
        if self.existing:
            self.fields["reason"] = reason_field()
            self._add_credentials(self.instance.provider.code)
            option_fields.add_fields(self, self.instance.provider.code, self.instance.options)
            return
        self.fields["provider_code"] = forms.ChoiceField(
            label=_("Provider"), choices=PaymentProvider.Code.choices, widget=UnfoldAdminSelectWidget
        )
        for provider_code in credential_forms.FORMS:
            self._add_credentials(provider_code)
            option_fields.add_fields(self, provider_code, {})

    def clean(self) -> dict[str, Any]:
        """What the service would refuse. ``credentials`` and ``options`` of the cleaned data are those that were entered."""
        data = super().clean() or self.cleaned_data
        if not self.existing and bool(data.get("project")) == bool(data.get("tenant")):
            raise ValidationError(_("Choose either a project or a tenant."))
        if data.get("api_url"):
            add_problem(self, rules.url_problem("api_url", data["api_url"], longest=rules.MAX_API_URL))
        add_problem(self, rules.allowlist_problem("ip_allowlist", data.get("ip_allowlist", [])))
        provider_code = self.instance.provider.code if self.existing else data.get("provider_code")
        if provider_code in credential_forms.FORMS:
            self._clean_credentials(provider_code, data)
            self._clean_options(provider_code, data)
        return data

    def _add_credentials(self, provider_code: str) -> None:
        form = credential_forms.FORMS[provider_code]
        for name in form.fields:
            field = forms.CharField(
                label=LABELS.get(name, name.replace("_", " ").capitalize()),
                required=False,
                strip=False,
                max_length=credential_forms.MAX_VALUE_LENGTH,
                widget=UnfoldAdminPasswordWidget if form.is_secret(name) else UnfoldAdminTextInputWidget,
                help_text=_("Leave it empty to keep what is stored.") if self.existing else "",
            )
            field.widget.attrs["autocomplete"] = "new-password" if form.is_secret(name) else "off"
            self.fields[field_name(provider_code, name)] = field

    def _clean_options(self, provider_code: str, data: dict[str, Any]) -> None:
        data["options"] = option_fields.entered(provider_code, data)
        try:
            credential_forms.check_options(provider_code, {**self.instance.options, **data["options"]})
        except InvalidInput as error:
            names = {f"options.{name}": field for name, field in option_fields.names_of(provider_code).items()}
            for problem in error.details.get("fields", [error.details]):
                add_problem(self, problem, names)

    def _clean_credentials(self, provider_code: str, data: dict[str, Any]) -> None:
        names = {f"credentials.{name}": field_name(provider_code, name) for name in credential_forms.FORMS[provider_code].fields}
        entered = {key.partition(".")[2]: data.get(field) for key, field in names.items() if data.get(field)}
        before = stored_credentials(self.instance.pk, self.instance.credentials_version) if self.existing else {}
        try:
            checked = credential_forms.check(provider_code, {**before, **entered})
        except InvalidInput as error:
            for problem in error.details.get("fields", [error.details]):
                add_problem(self, problem, names)
            return
        data["credentials"] = entered
        identifier = credential_forms.identifier_of(provider_code, checked)
        if self._taken(provider_code, identifier, data):
            self.add_error(
                names[f"credentials.{credential_forms.FORMS[provider_code].identifier[-1]}"], gettext("This account exists.")
            )

    def _taken(self, provider_code: str, identifier: str, data: dict[str, Any]) -> bool:
        environment = self.instance.environment if self.existing else data.get("environment", "")
        others = ProviderAccount.objects.filter(
            provider__code=provider_code, environment=environment, identifier=identifier
        ).exclude(pk=self.instance.pk)
        return others.exists()
