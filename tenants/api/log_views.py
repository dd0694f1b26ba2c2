"""``/admin/system-logs``: operational events (alerts, job runs, changed configuration)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import OperationalEvent
from payments_site.api.schema import operation
from payments_site.kernel import clock
from payments_site.kernel.errors import InvalidInput
from tenants.api.lists import answer_page, read_page, read_text
from tenants.api.staff_view import STAFF_ERRORS, StaffView

_EXAMPLE = {
    "kind": "alert.failed_payments",
    "severity": "warning",
    "subject": "vnpay",
    "data": {"failed_in_the_last_hour": 31},
    "created_at": "2026-11-21T10:15:00.000+07:00",
}


class OperationalEventOutput(serializers.Serializer[Any]):
    """One event."""

    kind = serializers.CharField()
    severity = serializers.ChoiceField(choices=OperationalEvent.Severity.values)
    subject = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]
    created_at = serializers.DateTimeField()


def _shown(event: OperationalEvent) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "severity": event.severity,
        "subject": event.subject,
        "data": event.data,
        "created_at": clock.iso(event.created_at),
    }


class SystemLogsView(StaffView):
    """The operational events."""

    required_permission = {"GET": "audit.view_operationalevent"}

    @operation(
        summary="List operational events",
        name="adminListSystemLogs",
        data=OperationalEventOutput(many=True),
        tags=["Admin: logs"],
        paginated=True,
        parameters=[
            OpenApiParameter("kind", str, description="only this kind, such as alert.success_without_notice"),
            OpenApiParameter("severity", enum=list(OperationalEvent.Severity.values)),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        example=[_EXAMPLE],
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR"),
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        page, kind = read_page(request), read_text(request, "kind")
        severity = request.query_params.get("severity")
        if severity and severity not in OperationalEvent.Severity.values:
            raise InvalidInput({"field": "severity", "constraint": "one of " + ", ".join(OperationalEvent.Severity.values)})
        rows = OperationalEvent.objects.order_by("-id")
        rows = rows.filter(kind=kind) if kind else rows
        rows = rows.filter(severity=severity) if severity else rows
        rows = rows.filter(pk__lt=page.before) if page.before is not None else rows
        return answer_page(request, list(rows[: page.limit + 1]), page, lambda found: [_shown(row) for row in found])
