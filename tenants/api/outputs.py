"""What the set-up routes of the admin API answer. Credentials never come back; identifiers only masked."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenants import addresses, fees
from tenants.api.fields import Moment
from tenants.credentials import masked, shown_options
from tenants.directory import AccountView
from tenants.models import ApiKey, Tenant
from tenants.services.limits import limits_of

Output = serializers.Serializer[Any]


class ProjectOutput(Output):
    """A project."""

    project_id = serializers.CharField(source="public_id")
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    is_active = serializers.BooleanField()
    created_at = Moment()
    updated_at = Moment()


class FeeOutput(Output):
    """A fee in force."""

    percent = serializers.CharField()
    fixed = serializers.IntegerField()
    min = serializers.IntegerField()
    max = serializers.IntegerField(allow_null=True)
    vat_percent = serializers.CharField()


class AccountOutput(Output):
    """An account at a provider, from an ``AccountView``."""

    account_id = serializers.CharField(source="account.public_id")
    provider_code = serializers.CharField(source="account.provider.code")
    environment = serializers.CharField(source="account.environment")
    identifier = serializers.SerializerMethodField()
    is_active = serializers.BooleanField(source="account.is_active")
    credentials_version = serializers.IntegerField(source="account.credentials_version")
    ip_allowlist = serializers.ListField(child=serializers.CharField(), source="account.ip_allowlist")
    ip_allowlist_enforced = serializers.BooleanField(source="account.ip_allowlist_enforced")
    api_url = serializers.CharField(source="account.api_url")
    options = serializers.SerializerMethodField()
    fee = serializers.SerializerMethodField()
    webhook_url = serializers.SerializerMethodField()
    return_url = serializers.SerializerMethodField()
    created_at = Moment(source="account.created_at")
    updated_at = Moment(source="account.updated_at")

    def get_identifier(self, view: AccountView) -> str:
        """Enough to recognise, too little to use."""
        return masked(view.account.identifier)

    def get_options(self, view: AccountView) -> dict[str, Any]:
        """All that can be set for the provider's accounts, with the values in force; null where the provider decides."""
        return shown_options(view.account.provider.code, view.account.options)

    @extend_schema_field(FeeOutput(allow_null=True))
    def get_fee(self, view: AccountView) -> dict[str, Any] | None:
        """The fee in force, or null."""
        return fees.shown(view.fee) if view.fee else None

    def get_webhook_url(self, view: AccountView) -> str:
        """Where the provider is to send its notices."""
        return addresses.webhook_url(view.account)

    def get_return_url(self, view: AccountView) -> str:
        """Where the provider is to send the payer back to."""
        return addresses.return_url(view.account)


class ApiKeyOutput(Output):
    """A key, without its text."""

    key_id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(ApiKey.Scope.choices))
    created_at = Moment()
    expires_at = Moment(allow_null=True)
    revoked_at = Moment(allow_null=True)
    last_used_at = Moment(allow_null=True)


class LimitsOutput(Output):
    """Limits in đồng; null is none."""

    min_amount = serializers.IntegerField()
    max_amount = serializers.IntegerField()
    daily_amount = serializers.IntegerField(allow_null=True)
    monthly_amount = serializers.IntegerField(allow_null=True)


class TenantOutput(Output):
    """A tenant."""

    tenant_id = serializers.CharField(source="public_id")
    project_id = serializers.CharField(source="project.public_id")
    project_code = serializers.CharField(source="project.code")
    app_code = serializers.CharField()
    name = serializers.CharField()
    business_type = serializers.ChoiceField(Tenant.BusinessType.choices)
    is_active = serializers.BooleanField()
    callback_url = serializers.CharField()
    limits = serializers.SerializerMethodField()
    created_at = Moment()
    updated_at = Moment()

    @extend_schema_field(LimitsOutput)
    def get_limits(self, tenant: Tenant) -> dict[str, int | None]:
        """As ``PUT /tenants/{id}/limits`` takes them."""
        return limits_of(tenant)


class ProjectDetail(ProjectOutput):
    """A project with its accounts."""

    providers = AccountOutput(many=True)


class TenantDetail(TenantOutput):
    """A tenant with its accounts and keys."""

    providers = AccountOutput(many=True)
    api_keys = ApiKeyOutput(many=True)


class NewTenantOutput(TenantOutput):
    """A tenant just made, with the only sight of its key and secret."""

    api_key = serializers.CharField()
    callback_secret = serializers.CharField()


class NewApiKeyOutput(Output):
    """A key just made, with the only sight of its text."""

    key_id = serializers.CharField()
    api_key = serializers.CharField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = Moment(allow_null=True)


class CallbackSecretOutput(Output):
    """A secret just made, with the only sight of it."""

    callback_secret = serializers.CharField()


class ProjectRemoval(Output):
    """What became of a project."""

    project_id = serializers.CharField()
    deleted = serializers.BooleanField(help_text="false: it has accounts, so it was only switched off")
    is_active = serializers.BooleanField()
