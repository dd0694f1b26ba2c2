"""``/admin/reconciliations/{id}/details`` and ``/resolve``: what differs, and what becomes of it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import ApprovalRequest
from payments_site.api.envelope import language_of, success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from reconciliation.api import examples, outputs
from reconciliation.api.finding import detail_or_404, matches, run_or_404
from reconciliation.api.inputs import ReopenInput, ResolveInput
from reconciliation.api.run_views import TAGS, read_choice
from reconciliation.models import ReconciliationItem
from reconciliation.reports.export import items_of
from reconciliation.reports.sides import with_sides
from reconciliation.services.resolve import RIGHT, propose, undo_resolution
from tenants.api.bodies import read_body
from tenants.api.lists import answer_page, read_page
from tenants.api.staff_view import STAFF_ERRORS, StaffView

_PAGE = [OpenApiParameter("limit", int), OpenApiParameter("cursor", str)]
_ERRORS = (*STAFF_ERRORS, "VALIDATION_ERROR", "NOT_FOUND", "TRANSACTION_ALREADY_PROCESSED")


class DetailsView(StaffView):
    """The differences of a run's account and day."""

    required_permission = {"GET": "reconciliation.view_reconciliationitem"}

    @operation(
        summary="List the differences of a reconciliation",
        name="adminListReconciliationDetails",
        data=outputs.DetailOutput(many=True),
        tags=TAGS,
        paginated=True,
        parameters=[
            OpenApiParameter("type", enum=list(ReconciliationItem.Type.values)),
            OpenApiParameter("state", enum=list(ReconciliationItem.State.values)),
            *_PAGE,
        ],
        example=[examples.DETAIL],
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "NOT_FOUND"),
        description="As they stand now: a difference is the same one in every run that sees it. Newest first.",
    )
    def get(self, request: Request, reconciliation_id: str) -> Response:
        """Each with both sides, what differs and why a line was taken for a record."""
        page, rows = read_page(request), with_sides(items_of(run_or_404(reconciliation_id))).order_by("-id")
        if item_type := read_choice(request, "type", ReconciliationItem.Type.values):
            rows = rows.filter(item_type=item_type)
        if state := read_choice(request, "state", ReconciliationItem.State.values):
            rows = rows.filter(state=state)
        rows = rows.filter(pk__lt=page.before) if page.before is not None else rows
        language = language_of(request)
        found = list(rows[: page.limit + 1])
        return answer_page(request, found, page, lambda some: [outputs.show_detail(item, language) for item in some])


class ResolveView(StaffView):
    """Saying what becomes of a difference."""

    required_permission = {"PUT": RIGHT}

    @operation(
        summary="Resolve a difference",
        name="adminResolveReconciliation",
        data=outputs.DetailOutput(),
        tags=TAGS,
        request=ResolveInput,
        request_example={"detail_id": examples.DETAIL_ID, "action": "accept_provider", "note": "Đã hỏi VNPay"},
        example={**examples.DETAIL, "state": "resolved", "action": "accept_ours", "closed_by": "ketoan"},
        other_answers={202: (outputs.AskedOutput(), examples.ASKED)},
        errors=_ERRORS,
        description="`accept_provider`: the line becomes a fact through the door of the provider's notices; it moves money in our"
        " books, so the answer is 202 with `approval_id`, and a second person decides (`/admin/approvals`). `accept_ours`: our"
        " record stands. `timing`: it is late, and open again if it does not come. `note`: it only wants explaining. A money"
        " issue of the same fact is resolved too.",
    )
    def put(self, request: Request, reconciliation_id: str) -> Response:
        """200 with the difference, or 202 where a second person decides."""
        given, run = read_body(request, ResolveInput), run_or_404(reconciliation_id)
        item = detail_or_404(run, given["detail_id"])
        person: Any = request.user
        done = propose(
            item=item, action=given["action"], note=given["note"], person=person, actor=self.actor(request), now=clock.now()
        )
        asked = isinstance(done, ApprovalRequest)
        shown = outputs.show_detail(detail_or_404(run, item.public_id), language_of(request))
        return success(request, shown, status=202 if asked else 200)


class ReopenView(StaffView):
    """Taking a resolution back."""

    required_permission = {"POST": RIGHT}

    @operation(
        summary="Take a resolution back",
        name="adminReopenReconciliation",
        data=outputs.DetailOutput(),
        tags=TAGS,
        request=ReopenInput,
        request_example={"detail_id": examples.DETAIL_ID, "note": "Nhầm khoản"},
        example=examples.DETAIL,
        errors=_ERRORS,
        description="The difference is open again, and so is its money issue. Money that has moved is not undone.",
    )
    def post(self, request: Request, reconciliation_id: str) -> Response:
        """200 with the open difference."""
        given, run = read_body(request, ReopenInput), run_or_404(reconciliation_id)
        item = detail_or_404(run, given["detail_id"])
        undo_resolution(item=item, note=given["note"], actor=self.actor(request), now=clock.now())
        return success(request, outputs.show_detail(detail_or_404(run, item.public_id), language_of(request)))


class RunMatchesView(StaffView):
    """What a run matched."""

    required_permission = {"GET": "reconciliation.view_match"}

    @operation(
        summary="List the matches of a reconciliation",
        name="adminListReconciliationMatches",
        data=outputs.MatchOutput(many=True),
        tags=TAGS,
        paginated=True,
        parameters=_PAGE,
        example=[examples.MATCH],
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "NOT_FOUND"),
        description="Those that this run made; matches of earlier runs stand. Newest first.",
    )
    def get(self, request: Request, reconciliation_id: str) -> Response:
        """Each with its strategy, score, and the fields that agreed and differed."""
        page, rows = read_page(request), matches().filter(run=run_or_404(reconciliation_id)).order_by("-id")
        rows = rows.filter(pk__lt=page.before) if page.before is not None else rows
        found = list(rows[: page.limit + 1])
        return answer_page(request, found, page, lambda some: [outputs.show_match(match) for match in some])
