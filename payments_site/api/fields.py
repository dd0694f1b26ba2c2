"""Strict fields: JSON types as they are sent, no coercion, nothing that PostgreSQL or a log could choke on."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payments_site.kernel.http import url_points_inside

BIGINT_MAX = 2**63 - 1
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_HOST = re.compile(r"[A-Za-z0-9._\-\[\]:%]+")


class StrictText(serializers.CharField):
    """A JSON string without control characters; numbers and booleans are not strings."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises ``ValidationError``."""
        if not isinstance(data, str):
            raise serializers.ValidationError("a string is expected")
        if _CONTROL.search(data):
            raise serializers.ValidationError("control characters are not allowed")
        return str(super().to_internal_value(data))


class StrictInteger(serializers.IntegerField):
    """A JSON integer; no float, string or boolean."""

    def to_internal_value(self, data: Any) -> int:
        """The number. Raises ``ValidationError``."""
        if isinstance(data, bool) or not isinstance(data, int):
            raise serializers.ValidationError("a JSON integer is expected")
        if abs(data) > BIGINT_MAX:
            raise serializers.ValidationError("the number is too large")
        return data


class WebUrl(StrictText):
    """An absolute http(s) URL of at most 2048 characters; ``public=True`` refuses hosts of private networks."""

    def __init__(self, *, public: bool = False, **kwargs: Any) -> None:
        self.public = public
        kwargs.setdefault("max_length", 2048)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The URL as sent. Raises ``ValidationError``."""
        url = super().to_internal_value(data)
        if not url and self.allow_blank:
            return url
        try:
            parts = urlsplit(url)
            host, _port = parts.hostname, parts.port
        except ValueError:
            raise serializers.ValidationError("an http or https URL is expected") from None
        if parts.scheme not in ("http", "https") or not host or not _HOST.fullmatch(host) or " " in url:
            raise serializers.ValidationError("an http or https URL is expected")
        if self.public:
            self._refuse_private(url, parts.scheme, host)
        return url

    def _refuse_private(self, url: str, scheme: str, host: str) -> None:
        allowed = frozenset(settings.CALLBACK_ALLOWED_HOSTS)
        if url_points_inside(url, allowed):
            raise serializers.ValidationError("the address must not be private, link-local or a metadata service")
        if settings.CALLBACK_REQUIRE_HTTPS and scheme != "https" and host.lower() not in allowed:
            raise serializers.ValidationError("https is required")


@extend_schema_field({"type": "object", "additionalProperties": {}})
class JsonObject(serializers.Field[Any, Any, Any, Any]):
    """A JSON object of at most ``max_bytes`` that PostgreSQL can store."""

    def __init__(self, *, max_bytes: int = 16 * 1024, **kwargs: Any) -> None:
        self.max_bytes = max_bytes
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The object. Raises ``ValidationError``."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError("an object is expected")
        if not _storable(data):
            raise serializers.ValidationError("NUL characters, lone surrogates and infinite numbers can not be stored")
        if len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()) > self.max_bytes:
            raise serializers.ValidationError(f"at most {self.max_bytes} bytes")
        return dict(data)

    def to_representation(self, value: Any) -> Any:
        """As it is."""
        return value


class Moment(serializers.DateTimeField):
    """An ISO 8601 date and time with its offset."""

    def to_internal_value(self, value: Any) -> datetime:
        """The moment. Raises ``ValidationError``; never overflows."""
        if not isinstance(value, str):
            raise serializers.ValidationError("an ISO 8601 date and time is expected")
        try:
            return super().to_internal_value(value)
        except (OverflowError, ValueError):
            raise serializers.ValidationError("an ISO 8601 date and time is expected") from None


def _storable(value: Any) -> bool:
    if isinstance(value, str):
        return not _UNSTORABLE.search(value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(_storable(key) and _storable(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_storable(item) for item in value)
    return True
