"""What the client API reads."""

from __future__ import annotations

import ipaddress
from typing import Any

from rest_framework import serializers

from payments_site.api.fields import BIGINT_MAX, JsonObject, StrictInteger, StrictText, WebUrl
from payments_site.kernel.errors import DomainError
from payments_site.kernel.money import CURRENCIES
from tenants.models import PaymentProvider
from transactions.services.create import NewPayment

ORDER_ID_PATTERN = r"^[A-Za-z0-9._:/-]{1,64}\Z"


class CurrencyUnknown(DomainError):
    """Only VND is taken."""

    code = "INVALID_CURRENCY"


class CustomerInfo(serializers.Serializer[Any]):
    """Who pays; all of it optional, all of it kept encrypted."""

    name = StrictText(max_length=200, required=False, allow_null=True, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_null=True)
    phone = StrictText(max_length=32, required=False, allow_null=True, allow_blank=True)
    address = StrictText(max_length=500, required=False, allow_null=True, allow_blank=True)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is not a string before DRF turns it into one."""
        if isinstance(data, dict) and not isinstance(data.get("email"), str | None):
            raise serializers.ValidationError({"email": "a string is expected"})
        return super().to_internal_value(data)


class AddressField(StrictText):
    """An IPv4 or IPv6 address."""

    def to_internal_value(self, data: Any) -> str:
        """The address in its usual form."""
        try:
            return str(ipaddress.ip_address(super().to_internal_value(data)))
        except ValueError:
            raise serializers.ValidationError("an IPv4 or IPv6 address is expected") from None


class Amount(StrictInteger):
    """A JSON integer; one that is too large for any column is still an amount, out of every range."""

    def to_internal_value(self, data: Any) -> int:
        """The number, at most ``BIGINT_MAX``."""
        if isinstance(data, int) and not isinstance(data, bool):
            return max(-BIGINT_MAX, min(data, BIGINT_MAX))
        return super().to_internal_value(data)


class CreateTransaction(serializers.Serializer[Any]):
    """The body of a create; unknown fields are ignored."""

    order_id = serializers.RegexField(ORDER_ID_PATTERN, max_length=64, trim_whitespace=False)
    amount = Amount(help_text="đồng; a JSON integer")
    currency = StrictText(max_length=3)
    description = StrictText(max_length=255)
    return_url = WebUrl()
    provider_code = serializers.ChoiceField(choices=PaymentProvider.Code.values, required=False, allow_null=True)
    payment_method = StrictText(max_length=30, required=False, allow_null=True)
    customer_info = CustomerInfo(required=False, allow_null=True)
    customer_ip = AddressField(required=False, allow_null=True)
    device_id = StrictText(max_length=200, required=False, allow_null=True, allow_blank=True)
    user_agent = StrictText(max_length=500, required=False, allow_null=True, allow_blank=True)
    cancel_url = WebUrl(required=False, allow_null=True, allow_blank=True)
    callback_url = WebUrl(public=True, required=False, allow_null=True, allow_blank=True)
    expires_in_minutes = StrictInteger(min_value=1, max_value=43_200, required=False, allow_null=True)
    locale = serializers.ChoiceField(choices=["vi", "en"], required=False, allow_null=True)
    metadata = JsonObject(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is not a string before DRF turns it into one."""
        wrong = {
            name: "a string is expected"
            for name in ("order_id", "provider_code", "locale")
            if data.get(name) is not None and not isinstance(data[name], str)
        }
        if wrong:
            raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


def read_new_payment(data: Any, *, caller_ip: str | None) -> NewPayment:
    """A validated create. Raises ``ValidationError``, ``CurrencyUnknown``."""
    serializer = CreateTransaction(data=data)
    serializer.is_valid(raise_exception=True)
    valid = {name: value for name, value in serializer.validated_data.items() if value is not None}
    if valid["currency"] not in CURRENCIES:
        raise CurrencyUnknown({"field": "currency", "value": valid["currency"], "constraint": "VND"})
    if "customer_ip" not in valid and "provider_code" in valid:
        valid["customer_ip"] = caller_ip
    if "customer_info" in valid:
        valid["customer_info"] = dict(valid["customer_info"])
    return NewPayment(**valid)
