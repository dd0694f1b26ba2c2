"""``/admin/reconciliations/matches/{id}``: why a line was taken for a record, and that it was not."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from reconciliation.api import examples, outputs
from reconciliation.api.finding import match_or_404
from reconciliation.api.inputs import NoteInput
from reconciliation.api.run_views import TAGS
from reconciliation.services.matches import undo
from tenants.api.bodies import read_body
from tenants.api.staff_view import STAFF_ERRORS, StaffView


class MatchView(StaffView):
    """One match."""

    required_permission = {"GET": "reconciliation.view_match"}

    @operation(
        summary="Explain a match",
        name="adminGetMatch",
        data=outputs.MatchOutput(),
        tags=TAGS,
        example=examples.MATCH,
        errors=(*STAFF_ERRORS, "NOT_FOUND"),
    )
    def get(self, request: Request, match_id: str) -> Response:
        """The strategy, its score, and the fields that agreed and differed."""
        return success(request, outputs.show_match(match_or_404(match_id)))


class MatchUndoView(StaffView):
    """Undoing one."""

    required_permission = {"POST": "reconciliation.undo_match"}

    @operation(
        summary="Undo a match",
        name="adminUndoMatch",
        data=outputs.MatchOutput(),
        tags=TAGS,
        request=NoteInput,
        request_example={"note": "Hai đơn cùng số tiền"},
        example={**examples.MATCH, "undone_at": "2026-11-22T09:00:00.000+07:00"},
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "NOT_FOUND"),
        description="Line and record are free again: the next run may match each with something else, never with one another.",
    )
    def post(self, request: Request, match_id: str) -> Response:
        """200 with the match, which stays as evidence."""
        given = read_body(request, NoteInput)
        undo(match=match_or_404(match_id), actor=self.actor(request), note=given["note"], now=clock.now())
        return success(request, outputs.show_match(match_or_404(match_id)))
