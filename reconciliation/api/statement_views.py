"""``/admin/reconciliations/statements``: files of providers and banks."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from payments_site.api.envelope import success
from payments_site.api.schema import operation
from payments_site.kernel import clock
from payments_site.kernel.errors import InvalidInput
from reconciliation.api import examples, outputs
from reconciliation.api.finding import account_of, statement_or_404, statements
from reconciliation.api.inputs import NoteInput, UploadInput
from reconciliation.api.run_views import TAGS, read_choice
from reconciliation.models import MappingProfile, Statement
from reconciliation.services.intake import refuse, skip_bad_rows, take_in
from reconciliation.services.settings import BANK
from tenants.api.bodies import read_body
from tenants.api.lists import answer_page, read_page, read_text
from tenants.api.staff_view import STAFF_ERRORS, StaffView
from tenants.models import ProviderAccount

VIEW, IMPORT = "reconciliation.view_statement", "reconciliation.import_statement"
_PAGE = [OpenApiParameter("limit", int), OpenApiParameter("cursor", str)]
_FOUND = (*STAFF_ERRORS, "VALIDATION_ERROR", "NOT_FOUND")
_READ_ERRORS = ("STATEMENT_KNOWN", "STATEMENT_UNREADABLE", "PROFILE_MISSING")
_UPLOAD_ERRORS = (*STAFF_ERRORS, "VALIDATION_ERROR", "PAYLOAD_TOO_LARGE", *_READ_ERRORS)
_DECIDED = ("STATEMENT_DECIDED", "STATEMENT_BUSY")


class StatementsView(StaffView):
    """The files."""

    required_permission = {"GET": VIEW, "POST": IMPORT}
    parser_classes = (MultiPartParser,)

    @operation(
        summary="List statements",
        name="adminListStatements",
        data=outputs.StatementOutput(many=True),
        tags=TAGS,
        paginated=True,
        parameters=[
            OpenApiParameter("account_id", str),
            OpenApiParameter("state", enum=list(Statement.State.values)),
            *_PAGE,
        ],
        example=[examples.STATEMENT],
        errors=(*STAFF_ERRORS, "VALIDATION_ERROR"),
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        page, rows = read_page(request), statements().order_by("-id")
        if account := read_text(request, "account_id"):
            rows = rows.filter(account__public_id=account)
        if state := read_choice(request, "state", Statement.State.values):
            rows = rows.filter(state=state)
        rows = rows.filter(pk__lt=page.before) if page.before is not None else rows
        found = list(rows[: page.limit + 1])
        return answer_page(request, found, page, lambda some: [outputs.show_statement(row) for row in some])

    @operation(
        summary="Bring a statement in",
        name="adminUploadStatement",
        data=outputs.StatementOutput(),
        tags=TAGS,
        status=201,
        request={"multipart/form-data": UploadInput},
        example=examples.STATEMENT,
        errors=_UPLOAD_ERRORS,
        description="`multipart/form-data` with a CSV or XLSX `file`. All of its lines are imported, or none: with bad rows its"
        " state is `has_bad_rows`, and they wait to be fixed or, with `skip_bad` or by `/skip-bad-rows`, left out by choice. The"
        " same file twice is refused and the first one named. Without `profile` the provider's (or a bank's) mapping is used.",
    )
    def post(self, request: Request) -> Response:
        """201 with what was read."""
        given = read_body(request, UploadInput)
        account, kind = account_of(given), given.get("kind") or Statement.Kind.PROVIDER.value
        statement = take_in(
            account=account, kind=kind, file=given["file"].file, file_name=given["file"].name, source=Statement.Source.API,
            actor=self.actor(request), now=clock.now(), profile=_profile(given, account, kind),
            skip_bad=bool(given.get("skip_bad")),
        )  # fmt: skip
        return success(request, outputs.show_statement(statement_or_404(statement.public_id)), status=201)


class StatementView(StaffView):
    """One file."""

    required_permission = {"GET": VIEW}

    @operation(
        summary="Get a statement",
        name="adminGetStatement",
        data=outputs.StatementOutput(),
        tags=TAGS,
        example=examples.STATEMENT,
        errors=(*STAFF_ERRORS, "NOT_FOUND"),
    )
    def get(self, request: Request, statement_id: str) -> Response:
        """How far it is read, and what was found."""
        return success(request, outputs.show_statement(statement_or_404(statement_id)))


class BadRowsView(StaffView):
    """What could not be read."""

    required_permission = {"GET": VIEW}

    @operation(
        summary="List the bad rows of a statement",
        name="adminListBadRows",
        data=outputs.BadRowOutput(many=True),
        tags=TAGS,
        paginated=True,
        parameters=_PAGE,
        example=[examples.BAD_ROW],
        errors=_FOUND,
    )
    def get(self, request: Request, statement_id: str) -> Response:
        """In the order of the file, with the field and the reason."""
        page, rows = read_page(request), statement_or_404(statement_id).bad_lines.order_by("id")
        rows = rows.filter(pk__gt=page.before) if page.before is not None else rows
        found = list(rows[: page.limit + 1])
        return answer_page(request, found, page, lambda some: [outputs.show_bad_row(row) for row in some])


class SkipBadRowsView(StaffView):
    """Leaving the bad rows out."""

    required_permission = {"POST": IMPORT}

    @operation(
        summary="Import a statement without its bad rows",
        name="adminSkipBadRows",
        data=outputs.StatementOutput(),
        tags=TAGS,
        example={**examples.STATEMENT, "rows_bad": 2, "skip_bad": True},
        errors=(*_FOUND, *_DECIDED),
    )
    def post(self, request: Request, statement_id: str) -> Response:
        """200 with the imported statement; who chose so is in the audit trail."""
        skip_bad_rows(statement=statement_or_404(statement_id), actor=self.actor(request), now=clock.now())
        return success(request, outputs.show_statement(statement_or_404(statement_id)))


class RefuseView(StaffView):
    """Sending a file back."""

    required_permission = {"POST": IMPORT}

    @operation(
        summary="Refuse a statement",
        name="adminRefuseStatement",
        data=outputs.StatementOutput(),
        tags=TAGS,
        request=NoteInput,
        request_example={"note": "Đã xin file đúng"},
        example={**examples.STATEMENT, "state": "refused"},
        errors=(*_FOUND, *_DECIDED),
        description="Nothing of it is imported; the corrected file can be brought in. Only for one that is not imported yet.",
    )
    def post(self, request: Request, statement_id: str) -> Response:
        """200 with the refused statement."""
        given = read_body(request, NoteInput)
        refuse(statement=statement_or_404(statement_id), note=given["note"], actor=self.actor(request), now=clock.now())
        return success(request, outputs.show_statement(statement_or_404(statement_id)))


def _profile(given: dict[str, Any], account: ProviderAccount, kind: str) -> MappingProfile | None:
    """The current version of the named mapping of the account's provider, or of banks. Raises ``InvalidInput``."""
    if "profile" not in given:
        return None
    whose = BANK if kind == Statement.Kind.BANK else account.provider.code
    profile = MappingProfile.objects.filter(provider_code=whose, name=given["profile"], is_current=True).first()
    if profile is None:
        raise InvalidInput({"field": "profile", "constraint": "the name of a mapping is expected"})
    return profile
