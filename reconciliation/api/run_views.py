"""``/admin/reconciliations``: starting runs, looking at them, and taking them home as a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import translation
from django.utils.dateparse import parse_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import language_of, success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from payments_site.kernel.errors import InvalidInput
from reconciliation.api import examples, outputs
from reconciliation.api.finding import account_of, run_or_404, runs
from reconciliation.api.inputs import ExportInput, StartInput
from reconciliation.models import Reconciliation
from reconciliation.reports import export
from reconciliation.services.runs import start, start_range
from tenants.api.bodies import read_body
from tenants.api.lists import answer_page, read_page, read_text
from tenants.api.staff_view import STAFF_ERRORS, StaffView

TAGS = ["Admin: reconciliation"]
VIEW, RUN = "reconciliation.view_reconciliation", "reconciliation.run_reconciliation"
EXPORT = "reconciliation.export_reconciliation"


class RunsView(StaffView):
    """The runs."""

    required_permission = {"GET": VIEW, "POST": RUN}

    @operation(
        summary="List reconciliations",
        name="adminListReconciliations",
        data=outputs.RunOutput(many=True),
        tags=TAGS,
        paginated=True,
        parameters=[
            OpenApiParameter("account_id", str),
            OpenApiParameter("provider_code", str),
            OpenApiParameter("state", enum=list(Reconciliation.State.values)),
            OpenApiParameter("date_from", OpenApiTypes.DATE, description="business days from this one on"),
            OpenApiParameter("date_to", OpenApiTypes.DATE, description="business days up to this one"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        example=[examples.RUN],
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR"),
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        page = read_page(request)
        rows = _filtered(request).order_by("-id")
        rows = rows.filter(pk__lt=page.before) if page.before is not None else rows
        return answer_page(request, list(rows[: page.limit + 1]), page, lambda found: [outputs.show_run(run) for run in found])

    @operation(
        summary="Reconcile an account",
        name="adminStartReconciliation",
        data=outputs.StartedOutput(),
        tags=TAGS,
        status=201,
        request=StartInput,
        request_example={"account_id": examples.ACCOUNT_ID, "date": "2026-11-21"},
        example=examples.STARTED,
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "RECONCILIATION_IN_PROGRESS"),
        description="One business day (`date`; `reconciliation_date` is the same) or a range (`date_from`, `date_to`) of an"
        " account, which is named by `account_id`, or by `tenant_id` and `provider_code`. It works in the background: ask for its"
        " `state`. One account and day is worked on once at a time (409). Again, a day changes nothing, or `changes` say what.",
    )
    def post(self, request: Request) -> Response:
        """201 with the first run, and all of a range."""
        given = read_body(request, StartInput)
        account, actor, now = account_of(given), self.actor(request), clock.now()
        common: dict[str, Any] = {"account": account, "cause": Reconciliation.Cause.API, "actor": actor, "now": now}
        if given["first"] == given["last"]:
            started = [start(day=given["first"], **common)]
        else:
            started = start_range(first=given["first"], last=given["last"], **common)
        told = [{"reconciliation_id": run.public_id, "date": run.day.isoformat()} for run in started]
        return success(request, {**outputs.show_run(started[0]), "reconciliations": told}, status=201)


class RunView(StaffView):
    """One run."""

    required_permission = {"GET": VIEW}

    @operation(
        summary="Get a reconciliation",
        name="adminGetReconciliation",
        data=outputs.RunOutput(),
        tags=TAGS,
        example=examples.RUN,
        errors=(*STAFF_ERRORS, "NOT_FOUND"),
        description="`progress` are the steps that are done and how much each matched; `changes` are what differs from the run"
        " before of the same account and day.",
    )
    def get(self, request: Request, reconciliation_id: str) -> Response:
        """How far it is, and what it found."""
        return success(request, outputs.show_run(run_or_404(reconciliation_id)))


class RunExportView(StaffView):
    """One run as a file."""

    required_permission = {"POST": EXPORT}

    @operation(
        summary="Export a reconciliation",
        name="adminExportReconciliation",
        data=None,
        files=[kind.partition(";")[0] for kind in export.CONTENT_TYPES.values()],
        tags=TAGS,
        request=ExportInput,
        request_example={"format": export.XLSX},
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR", "NOT_FOUND"),
        description="The differences with both sides and what became of them: `csv` (the default), or `xlsx` with a summary.",
    )
    def post(self, request: Request, reconciliation_id: str) -> HttpResponse:
        """The file itself, not an envelope."""
        ending = read_body(request, ExportInput).get("format") or export.CSV
        run = run_or_404(reconciliation_id)
        with translation.override(language_of(request)):
            answer = HttpResponse(export.write(run, ending), content_type=export.CONTENT_TYPES[ending])
        answer["Content-Disposition"] = f'attachment; filename="{export.file_name(run, ending)}"'
        return answer


def _filtered(request: Request) -> QuerySet[Reconciliation]:
    """Raises ``InvalidInput`` naming what is wrong."""
    rows: QuerySet[Reconciliation] = runs()
    if account := read_text(request, "account_id"):
        rows = rows.filter(account__public_id=account)
    if provider := read_text(request, "provider_code"):
        rows = rows.filter(account__provider__code=provider)
    if state := read_choice(request, "state", Reconciliation.State.values):
        rows = rows.filter(state=state)
    for name, lookup in (("date_from", "day__gte"), ("date_to", "day__lte")):
        if text := read_text(request, name):
            rows = rows.filter(**{lookup: _day(name, text)})
    return rows


def read_choice(request: Request, name: str, known: list[str]) -> str:
    """A query parameter of a closed list; "" if left out. Raises ``InvalidInput``."""
    text = read_text(request, name)
    if text and text not in known:
        raise InvalidInput({"field": name, "constraint": "one of " + ", ".join(known)})
    return text


def _day(name: str, text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise InvalidInput({"field": name, "constraint": "a date (yyyy-mm-dd) is expected"})
    return day
