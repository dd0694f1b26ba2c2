"""What the callback API reads and answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from payments_site.api.fields import Moment, StrictInteger, StrictText, WebUrl
from webhooks.outbound.schedule import LONGEST_STEP, MOST_STEPS
from webhooks.outbound.words import MESSAGE_TYPES

MOST_IDS = 200
STATUSES = ("pending", "delivered", "failed")


class StrictFlag(serializers.BooleanField):
    """``true`` or ``false``, and no word for them."""

    def to_internal_value(self, data: Any) -> bool:
        """The flag. Raises ``ValidationError``."""
        if not isinstance(data, bool):
            raise serializers.ValidationError("true or false is expected")
        return data


class MessageType(StrictText):
    """One of the message types."""

    def to_internal_value(self, data: Any) -> str:
        """The type. Raises ``ValidationError``."""
        name = super().to_internal_value(data)
        if name not in MESSAGE_TYPES:
            raise serializers.ValidationError("one of " + ", ".join(MESSAGE_TYPES))
        return name


class EndpointRequest(serializers.Serializer[Any]):
    """An endpoint as it should be; what is left out has its default."""

    url = WebUrl(public=True)
    event_types = serializers.ListField(child=MessageType(), max_length=len(MESSAGE_TYPES), required=False, default=list)
    description = StrictText(max_length=200, required=False, allow_blank=True, default="")
    is_active = StrictFlag(required=False, default=True)


class EndpointChange(EndpointRequest):
    """The same, and whether switching it on brings what it missed."""

    replay = StrictFlag(required=False, default=True)


class PolicyRequest(serializers.Serializer[Any]):
    """A field that is left out stays; an empty ``retry_delays`` brings the usual schedule back."""

    retry_delays = serializers.ListField(
        child=StrictInteger(min_value=1, max_value=int(LONGEST_STEP.total_seconds())), max_length=MOST_STEPS, required=False
    )
    strict_order = StrictFlag(required=False)


class ResendRequest(serializers.Serializer[Any]):
    """Either ``callback_ids``, or ``from`` and ``to``."""

    callback_ids = serializers.ListField(child=StrictText(max_length=40), min_length=1, max_length=MOST_IDS, required=False)
    to = Moment(required=False)
    status = serializers.ChoiceField(choices=["failed", "delivered"], required=False, default="failed")
    endpoint_id = StrictText(max_length=40, required=False)

    def get_fields(self) -> dict[str, Any]:
        """``from`` is a word of Python's."""
        return {**super().get_fields(), "from": Moment(required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two ways."""
        for name in ("from", "to"):
            if "callback_ids" not in attrs and name not in attrs:
                raise serializers.ValidationError({name: "required without callback_ids"})
        return attrs

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is not a string before DRF turns it into one."""
        if isinstance(data, dict) and not isinstance(data.get("status", ""), str):
            raise serializers.ValidationError({"status": "a string is expected"})
        return super().to_internal_value(data)


class EndpointData(serializers.Serializer[Any]):
    """An endpoint."""

    endpoint_id = serializers.CharField()
    url = serializers.CharField()
    event_types = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField()
    is_active = serializers.BooleanField()
    disabled_reason = serializers.CharField(allow_null=True)
    disabled_at = serializers.DateTimeField(allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    is_catching_up = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AnswerData(serializers.Serializer[Any]):
    """What the receiver answered."""

    status = serializers.IntegerField()
    body = serializers.CharField()


class CallbackData(serializers.Serializer[Any]):
    """One event on its way to one address."""

    callback_id = serializers.CharField()
    event_id = serializers.CharField()
    event_type = serializers.CharField()
    transaction_id = serializers.CharField(allow_null=True)
    endpoint_id = serializers.CharField(allow_null=True)
    url = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    failed_at = serializers.DateTimeField(allow_null=True)
    response = AnswerData(allow_null=True)
    error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class TryData(serializers.Serializer[Any]):
    """One try."""

    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    duration_ms = serializers.IntegerField()
    response = AnswerData(allow_null=True)
    error = serializers.CharField(allow_null=True)


class CallbackDetailData(CallbackData):
    """A callback with its last 100 tries, oldest first."""

    tries = TryData(many=True)


class PolicyData(serializers.Serializer[Any]):
    """How callbacks are delivered."""

    retry_delays = serializers.ListField(child=serializers.IntegerField())
    strict_order = serializers.BooleanField()


class SecretData(serializers.Serializer[Any]):
    """The only sight of a secret."""

    callback_secret = serializers.CharField()
    older_sign_until = serializers.DateTimeField()


class ResentData(serializers.Serializer[Any]):
    """How many callbacks are on their way again."""

    resent = serializers.IntegerField()
    more = serializers.BooleanField()
