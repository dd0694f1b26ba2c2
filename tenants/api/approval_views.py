"""``/admin/approvals``: what waits for a second person."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit import approvals
from audit.approvals import DECIDE
from audit.models import ApprovalRequest
from payments_site.api.envelope import success
from payments_site.api.fields import StrictText
from payments_site.api.schema import operation
from payments_site.kernel import clock
from payments_site.kernel.errors import InvalidInput
from tenants.api.bodies import read_body
from tenants.api.lists import answer_page, read_page
from tenants.api.staff_view import STAFF_ERRORS, StaffView

TAGS = ["Admin: approvals"]
ASKS_A_SECOND_PERSON = "With a production account: 202 with the approval_id, and a second person decides."
EXAMPLE: dict[str, Any] = {
    "approval_id": "apr_01jd5w2mzq8v4c7x9k3n6r1t5b",
    "action": "tenants.set_limits",
    "subject_type": "tenant",
    "subject_id": "tnt_01jd5w2mzq8v4c7x9k3n6r1t5b",
    "tenant_id": "tnt_01jd5w2mzq8v4c7x9k3n6r1t5b",
    "difference": {"max_amount": [500000000, 900000000]},
    "reason": "Mùa cao điểm",
    "state": "pending",
    "requested_by": "ketoan",
    "created_at": "2026-11-21T10:15:00.000+07:00",
    "expires_at": "2026-11-28T10:15:00.000+07:00",
    "decided_by": None,
    "decided_at": None,
    "decision_note": "",
    "result": None,
}
_ERRORS = (*STAFF_ERRORS, "VALIDATION_ERROR", "APPROVAL_NOT_FOUND", "APPROVAL_ALREADY_DECIDED")


class ApprovalOutput(serializers.Serializer[Any]):
    """A request and what became of it."""

    approval_id = serializers.CharField()
    action = serializers.CharField()
    subject_type = serializers.CharField()
    subject_id = serializers.CharField()
    tenant_id = serializers.CharField(allow_null=True)
    difference = serializers.DictField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(choices=ApprovalRequest.State.values)
    requested_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_note = serializers.CharField()
    result = serializers.DictField(allow_null=True)


class DecisionInput(serializers.Serializer[Any]):
    """Why."""

    reason = StrictText(max_length=500, required=False, allow_blank=True)


# The further answer of a change that may take a second person.
ASKED = {202: (ApprovalOutput(), EXAMPLE)}


def shown(request: ApprovalRequest) -> dict[str, Any]:
    """A request as the API shows it; the payload never."""
    return {
        "approval_id": request.public_id,
        "action": request.action,
        "subject_type": request.subject_type,
        "subject_id": request.subject_id,
        "tenant_id": request.tenant_id or None,
        "difference": request.difference,
        "reason": request.reason,
        "state": str(request.state),
        "requested_by": request.requested_by,
        "created_at": clock.iso(request.created_at),
        "expires_at": clock.iso(request.expires_at),
        "decided_by": request.decided_by or None,
        "decided_at": clock.iso(request.decided_at),
        "decision_note": request.decision_note,
        "result": request.result,
    }


def answer_asked(request: Request, approval: ApprovalRequest) -> Response:
    """202: it waits for a second person."""
    return success(request, shown(approval), status=202)


class ApprovalsView(StaffView):
    """The queue."""

    required_permission = {"GET": "audit.view_approvalrequest"}

    @operation(
        summary="List approval requests",
        name="adminListApprovals",
        data=ApprovalOutput(many=True),
        tags=TAGS,
        paginated=True,
        parameters=[
            OpenApiParameter("state", enum=list(ApprovalRequest.State.values), description="only these"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        example=[EXAMPLE],
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR"),
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        page = read_page(request)
        rows = ApprovalRequest.objects.order_by("-id")
        state = request.query_params.get("state")
        if state:
            if state not in ApprovalRequest.State.values:
                raise InvalidInput({"field": "state", "constraint": "one of " + ", ".join(ApprovalRequest.State.values)})
            rows = rows.filter(state=state)
        if page.before is not None:
            rows = rows.filter(pk__lt=page.before)
        return answer_page(request, list(rows[: page.limit + 1]), page, lambda found: [shown(row) for row in found])


class ApproveView(StaffView):
    """A decision for it."""

    required_permission = {"POST": DECIDE}

    @operation(
        summary="Approve a request",
        name="adminApprove",
        data=ApprovalOutput(),
        tags=TAGS,
        request=DecisionInput,
        request_example={"reason": "Đã kiểm tra"},
        example={**EXAMPLE, "state": "approved", "decided_by": "duyet"},
        errors=_ERRORS,
        description="Does what was asked for. Who asked can not decide (403); a request is decided once (409).",
    )
    def post(self, request: Request, approval_id: str) -> HttpResponse:
        """200 with the request and what it did."""
        return _decided(self, request, approvals.approve, approval_id)


class RejectView(StaffView):
    """A decision against it."""

    required_permission = {"POST": DECIDE}

    @operation(
        summary="Reject a request",
        name="adminReject",
        data=ApprovalOutput(),
        tags=TAGS,
        request=DecisionInput,
        request_example={"reason": "Sai hạn mức"},
        example={**EXAMPLE, "state": "rejected", "decided_by": "duyet"},
        errors=_ERRORS,
    )
    def post(self, request: Request, approval_id: str) -> HttpResponse:
        """200 with the request; nothing is done."""
        return _decided(self, request, approvals.reject, approval_id)


def _decided(view: StaffView, request: Request, decide: Any, approval_id: str) -> Response:
    note = read_body(request, DecisionInput).get("reason") or ""
    done = decide(approval_id=approval_id, person=request.user, actor=view.actor(request), now=clock.now(), note=note)
    return success(request, shown(done))
