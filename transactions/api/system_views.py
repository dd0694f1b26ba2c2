"""``/admin/system/metrics``: figures of the running system for whoever watches over it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api import throttling
from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from tenants.api.staff_view import STAFF_ERRORS, StaffView
from tenants.models import ProviderAccount
from transactions.availability import HEALTH, circuits, circuits_of
from transactions.providers.circuits import State

_EXAMPLE = {
    "accounts": [
        {
            "account_id": "acc_01jd5w2mzq8v4c7x9k3n6r1t5b",
            "provider_code": "vnpay",
            "environment": "production",
            "circuit": "open",
            "health": "down",
            "opened_at": "2026-11-21T10:15:00.000+07:00",
        }
    ],
    "process": {"circuits_not_asked": 0, "rate_limits_not_counted": 0},
}


class AccountMetrics(serializers.Serializer[Any]):
    """How an account at a provider fares; ``opened_at`` since when it is not simply called."""

    account_id = serializers.CharField()
    provider_code = serializers.CharField()
    environment = serializers.CharField()
    circuit = serializers.ChoiceField(choices=[state.value for state in State])
    health = serializers.ChoiceField(choices=["healthy", "degraded", "down"])
    opened_at = serializers.DateTimeField(allow_null=True)


class ProcessMetrics(serializers.Serializer[Any]):
    """What the answering process could not ask of Redis since it started: each let a call or a request through."""

    circuits_not_asked = serializers.IntegerField()
    rate_limits_not_counted = serializers.IntegerField()


class Metrics(serializers.Serializer[Any]):
    """The figures."""

    accounts = AccountMetrics(many=True)
    process = ProcessMetrics()


class SystemMetrics(StaffView):
    """The figures."""

    required_permission = {"GET": "tenants.view_provideraccount"}

    @operation(
        summary="Figures of the running system",
        name="adminSystemMetrics",
        data=Metrics(),
        tags=["Admin: system"],
        example=_EXAMPLE,
        errors=STAFF_ERRORS,
    )
    def get(self, request: Request) -> Response:
        """Active accounts with the state of their circuit, and what this process counted while Redis was away."""
        accounts = list(ProviderAccount.objects.filter(is_active=True).select_related("provider").order_by("id"))
        found = circuits_of(accounts)
        lines = [
            {
                "account_id": account.public_id,
                "provider_code": account.provider.code,
                "environment": account.environment,
                "circuit": found[account.pk].state.value,
                "health": HEALTH[found[account.pk].state],
                "opened_at": clock.iso(found[account.pk].opened_at),
            }
            for account in accounts
        ]
        process = {"circuits_not_asked": circuits().failed_open, "rate_limits_not_counted": throttling.failed_open}
        return success(request, {"accounts": lines, "process": process})
