"""What staff may ask of notices."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request

from payments_site.api.fields import JsonObject, Moment, StrictInteger, StrictText
from payments_site.kernel.errors import DomainError, InvalidInput
from tenants.api.bodies import read_body
from transactions.providers import registry
from webhooks.inbound import raw as raw_form
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.replaying import MOST

MOST_HEADERS = 40


class BodyTooLarge(DomainError):
    """More than the API reads: the middleware leaves everything below ``/webhooks/`` to its views."""

    code = "PAYLOAD_TOO_LARGE"


class PayloadText(serializers.CharField):
    """Any JSON string, line ends and all: it stands for bytes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, max_length=raw_form.MAX_NOTICE_BYTES, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises ``ValidationError``."""
        if not isinstance(data, str) or any("\ud800" <= letter <= "\udfff" for letter in data):
            raise serializers.ValidationError("a string is expected")
        return data


class DryRunInput(serializers.Serializer[Any]):
    """A provider's request, as it would come: ``body`` is the raw text, ``payload`` the same as a JSON object instead."""

    account_id = StrictText(max_length=40, required=False)
    method = serializers.ChoiceField(choices=["GET", "POST"], required=False)
    query = PayloadText(required=False)
    body = PayloadText(required=False)
    payload = JsonObject(max_bytes=raw_form.MAX_NOTICE_BYTES, required=False)
    content_type = StrictText(max_length=100, required=False)
    headers = JsonObject(max_bytes=8 * 1024, required=False)
    source_ip = serializers.IPAddressField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way of saying what the body is. Raises ``ValidationError``."""
        if "body" in attrs and "payload" in attrs:
            raise serializers.ValidationError({"payload": "either body or payload is expected"})
        headers = attrs.get("headers", {})
        if len(headers) > MOST_HEADERS or not all(isinstance(value, str) for value in headers.values()):
            raise serializers.ValidationError({"headers": f"at most {MOST_HEADERS} texts are expected"})
        return attrs


class ReplayInput(serializers.Serializer[Any]):
    """Which notices: by their ids, or those of a time range."""

    webhook_ids = serializers.ListField(child=StrictText(max_length=40), max_length=MOST, required=False)
    since = Moment(required=False)
    until = Moment(required=False)
    verdicts = serializers.ListField(
        child=serializers.ChoiceField(choices=ProviderNotification.Verdict.values), max_length=20, required=False
    )
    provider_code = StrictText(max_length=20, required=False)
    limit = StrictInteger(min_value=1, max_value=MOST, required=False)
    cursor = StrictText(max_length=64, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Never "all of them" by mistake. Raises ``ValidationError``."""
        if ("webhook_ids" in attrs) == ("since" in attrs):
            raise serializers.ValidationError({"webhook_ids": "either webhook_ids or since is expected"})
        return attrs


def read_bounded(request: Request, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """The body's valid fields. Raises ``BodyTooLarge``, ``ValidationError``, ``InvalidInput``."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > settings.MAX_BODY_BYTES:
        raise BodyTooLarge({"max_bytes": settings.MAX_BODY_BYTES})
    return read_body(request, form)


def known_provider(code: str, field: str = "provider_code") -> str:
    """The code of a provider. Raises ``InvalidInput``."""
    if code not in registry.ADAPTERS:
        raise InvalidInput({"field": field, "value": code[:20], "constraint": "one of " + ", ".join(registry.ADAPTERS)})
    return code
