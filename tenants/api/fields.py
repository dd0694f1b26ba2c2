"""The strict fields of the admin API, with what they look like: codes, percentages, amounts, switches, closed lists, moments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from payments_site.api import fields
from payments_site.kernel import clock
from tenants.models.organisation import CODE_PATTERN
from tenants.rules import MAX_MONEY

PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]+$"
PERCENT = r"^[0-9]{1,3}(\.[0-9]{1,2})?$"


class Text(fields.StrictText):
    """A JSON string as it was sent; ``pattern`` is what it looks like, for the judge and for the documentation."""

    def __init__(self, *, pattern: str = PRINTABLE, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(RegexValidator(pattern, message=f"does not match {pattern}"))


class Code(Text):
    """A project's ``code`` or a tenant's ``app_code``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pattern=CODE_PATTERN, min_length=2, max_length=32, **kwargs)


class Percent(Text):
    """A percentage with at most two decimals, as a text: ``"1.10"``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pattern=PERCENT, max_length=6, **kwargs)


class Money(fields.StrictInteger):
    """A JSON integer: đồng."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        super().__init__(max_value=MAX_MONEY, **kwargs)


class Flag(serializers.BooleanField):
    """``true`` or ``false``."""

    def to_internal_value(self, data: Any) -> bool:
        """The boolean itself; no text, no number."""
        if not isinstance(data, bool):
            self.fail("invalid", input=type(data).__name__)
        return bool(data)


class Choice(serializers.ChoiceField):
    """One of a closed list; a wrong one is not repeated in the answer."""

    def to_internal_value(self, data: Any) -> str:
        """The choice itself."""
        if not isinstance(data, str) or data not in self.choices:
            raise serializers.ValidationError("one of " + ", ".join(map(str, self.choices)))
        return data


class Moment(fields.Moment):
    """ISO 8601; written with ``+07:00``."""

    def to_representation(self, value: datetime) -> str:
        """As every answer of the API writes times."""
        return clock.iso(value) or ""
