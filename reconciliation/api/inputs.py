"""What staff may send about reconciliations."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework import serializers

from payments_site.api.fields import StrictText
from payments_site.kernel import clock
from reconciliation.models import Statement
from reconciliation.reports.export import CSV, XLSX
from reconciliation.services.resolve import MAX_NOTE, Action
from tenants.api.fields import Choice
from tenants.models import ProviderAccount

MAX_DAYS = 92
_DATES = ("date", "date_from", "date_to", "reconciliation_date")


class Day(serializers.DateField):
    """``yyyy-mm-dd``, not after today."""

    def to_internal_value(self, value: Any) -> date:
        """The day. Raises ``ValidationError``."""
        if not isinstance(value, str) or len(value) != 10:
            raise serializers.ValidationError("a date (yyyy-mm-dd) is expected")
        day = super().to_internal_value(value)
        if not date(2000, 1, 1) <= day <= clock.vietnam_day(clock.now()):
            raise serializers.ValidationError("a day that has begun is expected")
        return day


class StartInput(serializers.Serializer[Any]):
    """Which account, and one business day or a range of them. ``reconciliation_date`` is the design's name of ``date``."""

    account_id = StrictText(max_length=40, required=False)
    tenant_id = StrictText(max_length=40, required=False)
    provider_code = StrictText(max_length=20, required=False)
    environment = Choice(choices=ProviderAccount.Environment.choices, required=False)
    date = Day(required=False)
    reconciliation_date = Day(required=False)
    date_from = Day(required=False)
    date_to = Day(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way of naming the account and of naming the days. Raises ``ValidationError``."""
        by_tenant = "tenant_id" in attrs and "provider_code" in attrs
        if ("account_id" in attrs) == by_tenant:
            raise serializers.ValidationError({"account_id": "either account_id, or tenant_id and provider_code, is expected"})
        given = {name for name in _DATES if name in attrs}
        if given not in ({"date"}, {"reconciliation_date"}, {"date_from", "date_to"}):
            raise serializers.ValidationError({"date": "either date, or date_from and date_to, is expected"})
        first = attrs.get("date_from") or attrs.get("date") or attrs["reconciliation_date"]
        last = attrs.get("date_to") or first
        if not 0 <= (last - first).days < MAX_DAYS:
            raise serializers.ValidationError({"date_to": f"a day after date_from, at most {MAX_DAYS} days in all, is expected"})
        return {**attrs, "first": first, "last": last}


class ResolveInput(serializers.Serializer[Any]):
    """What becomes of a difference, and why."""

    detail_id = StrictText(max_length=40)
    action = Choice(choices=[action.value for action in Action])
    note = serializers.CharField(max_length=MAX_NOTE)


class ReopenInput(serializers.Serializer[Any]):
    """Which resolution is taken back, and why."""

    detail_id = StrictText(max_length=40)
    note = serializers.CharField(max_length=MAX_NOTE)


class NoteInput(serializers.Serializer[Any]):
    """Why."""

    note = serializers.CharField(max_length=255)


class ExportInput(serializers.Serializer[Any]):
    """As which kind of file."""

    format = Choice(choices=[CSV, XLSX], required=False)


class UploadInput(serializers.Serializer[Any]):
    """A form with a file: ``multipart/form-data``."""

    account_id = StrictText(max_length=40)
    file = serializers.FileField(max_length=255)
    kind = serializers.ChoiceField(choices=Statement.Kind.values, required=False)
    profile = StrictText(max_length=60, required=False)
    skip_bad = serializers.BooleanField(required=False)
