"""What the set-up routes of the admin API take. Unknown fields are ignored; meaning is judged by the services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tenants.api.fields import Choice, Code, Flag, Moment, Money, Percent, Text
from tenants.credentials import FORMS, MAX_VALUE_LENGTH
from tenants.models import ApiKey, ProviderAccount, Tenant
from tenants.rules import MAX_ALLOWLIST, MAX_API_URL, MAX_CALLBACK_URL

Input = serializers.Serializer[Any]


class ProjectInput(Input):
    """POST /projects."""

    code = Code()
    name = Text(max_length=200)
    description = Text(max_length=500, required=False, allow_blank=True)
    is_active = Flag(required=False)


class ProjectChanges(Input):
    """PUT /projects/{id}: what is left out keeps its value."""

    code = Text(max_length=32, required=False, help_text="can not be changed")
    name = Text(max_length=200, required=False)
    description = Text(max_length=500, required=False, allow_blank=True)
    is_active = Flag(required=False)


class TenantInput(Input):
    """POST /tenants."""

    project_id = Text(max_length=40)
    app_code = Code()
    name = Text(max_length=200)
    business_type = Choice(Tenant.BusinessType.choices, required=False)
    callback_url = Text(max_length=MAX_CALLBACK_URL, required=False, allow_blank=True)
    is_active = Flag(required=False)


class TenantChanges(Input):
    """PUT /tenants/{id}: what is left out keeps its value."""

    project_id = Text(max_length=40, required=False, help_text="can not be changed")
    app_code = Text(max_length=32, required=False, help_text="can not be changed")
    name = Text(max_length=200, required=False)
    business_type = Choice(Tenant.BusinessType.choices, required=False)
    callback_url = Text(max_length=MAX_CALLBACK_URL, required=False, allow_blank=True)
    is_active = Flag(required=False)


class LimitsInput(Input):
    """PUT /tenants/{id}/limits: one left out keeps its value."""

    min_amount = Money(min_value=1, required=False)
    max_amount = Money(min_value=1, required=False)
    daily_amount = Money(min_value=1, required=False, allow_null=True)
    monthly_amount = Money(min_value=1, required=False, allow_null=True)


class FeeInput(Input):
    """What the provider charges."""

    percent = Percent(required=False, help_text='for example "1.10"')
    fixed = Money(required=False)
    min = Money(required=False)
    max = Money(required=False, allow_null=True)
    vat_percent = Percent(required=False)


class AccountChanges(Input):
    """PUT .../providers/{account_id}: what is left out keeps its value, also inside ``credentials`` and ``options``."""

    provider_code = Choice(sorted(FORMS), required=False, help_text="can not be changed")
    environment = Choice(ProviderAccount.Environment.choices, required=False, help_text="can not be changed")
    credentials = serializers.DictField(child=Text(max_length=MAX_VALUE_LENGTH), required=False)
    ip_allowlist = serializers.ListField(child=Text(max_length=60), max_length=MAX_ALLOWLIST, required=False)
    ip_allowlist_enforced = Flag(required=False)
    fee = FeeInput(required=False, allow_null=True)
    api_url = Text(max_length=MAX_API_URL, required=False, allow_blank=True)
    options = serializers.DictField(required=False, help_text="null sets one back to its default")
    is_active = Flag(required=False)


class AccountInput(Input):
    """POST .../providers."""

    provider_code = Choice(sorted(FORMS))
    environment = Choice(ProviderAccount.Environment.choices)
    credentials = serializers.DictField(child=Text(max_length=MAX_VALUE_LENGTH))
    ip_allowlist = serializers.ListField(child=Text(max_length=60), max_length=MAX_ALLOWLIST, required=False)
    ip_allowlist_enforced = Flag(required=False)
    fee = FeeInput(required=False, allow_null=True)
    api_url = Text(max_length=MAX_API_URL, required=False, allow_blank=True)
    options = serializers.DictField(required=False, help_text="what can be set differs by provider")


class ApiKeyInput(Input):
    """POST /tenants/{id}/api-keys."""

    name = Text(max_length=100)
    scopes = serializers.ListField(child=Choice(ApiKey.Scope.choices), min_length=1, max_length=3, required=False)
    expires_at = Moment(required=False, allow_null=True)


class NothingInput(Input):
    """An empty object."""
