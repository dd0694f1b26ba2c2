"""Statements: brought in here, followed while they are read, and what to do about rows that nobody can read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanWidget

from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from payments_site.kernel.queue import enqueue
from payments_site.kernel.sealing import KeyDestroyed
from reconciliation.admin.filters import AccountFilter, AccountProviderFilter
from reconciliation.admin.record import Button, Record, RecordPage, account_words, day_words, list_url, spoken
from reconciliation.models import BadLine, MappingProfile, Statement, StatementLine
from reconciliation.reports.sides import FIELDS
from reconciliation.services.intake import read_again, refuse, skip_bad_rows, store, take_in
from reconciliation.statements.faults import REASONS, UNREADABLE
from tenants.actors import actor_of
from tenants.admin.acts import Act, ActsAdmin, NoteForm
from tenants.admin.base import refusal_text
from tenants.models import ProviderAccount
from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import EMPTY, badge, code, moment, money, row_link, status_column
from transactions.admin.filters import DayFilter
from transactions.admin.tables import Table
from transactions.personal import key_of, unseal_json
from transactions.timeline import Tone

State = Statement.State
TONES: dict[str, Tone] = {
    State.IMPORTED: Tone.GOOD, State.HAS_BAD_ROWS: Tone.BAD, State.READING: Tone.WARNING, State.WAITING: Tone.WARNING,
}  # fmt: skip
IMPORT = "reconciliation.import_statement"
BUSY = (State.WAITING, State.READING)
_NAME = "reconciliation_statement"
_ROWS_SHOWN = 200
# A larger file is read in the background, and its page tells how far it is.
_AT_ONCE = 2 * 1024 * 1024
_LINES_SHOWN = 20


class UploadForm(forms.Form):
    """A file, whose it is, and how to read it."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=ProviderAccount.objects.none(), widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(label=_("Kind"), choices=Statement.Kind.choices, widget=UnfoldAdminSelectWidget)
    profile = forms.ModelChoiceField(
        label=_("Mapping profile"), queryset=MappingProfile.objects.none(), required=False, widget=UnfoldAdminSelectWidget,
        help_text=_("Empty: the usual one of the provider, or of banks."),
    )  # fmt: skip
    file = forms.FileField(label=_("File"), widget=UnfoldAdminFileFieldWidget, help_text=_("CSV or XLSX"))
    skip_bad = forms.BooleanField(
        label=_("Leave out rows that can not be read"), required=False, widget=UnfoldBooleanWidget,
        help_text=_("Otherwise nothing is imported until they are fixed or left out by choice."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = ProviderAccount.objects.filter(is_active=True).select_related("provider", "tenant", "project")
        self.fields["account"].queryset = accounts.order_by("id")  # type: ignore[attr-defined]
        self.fields["profile"].queryset = MappingProfile.objects.filter(is_current=True)  # type: ignore[attr-defined]


def _skip(request: HttpRequest, statement: Statement, values: dict[str, Any]) -> str:
    skip_bad_rows(statement=statement, actor=actor_of(request), now=clock.now())
    return gettext("The statement was imported without its bad rows.")


def _again(request: HttpRequest, statement: Statement, values: dict[str, Any]) -> str:
    found = read_again(statement=statement, actor=actor_of(request), now=clock.now())
    if found.state == State.IMPORTED:
        return gettext("The statement was imported.")
    return gettext("Some rows can still not be read, so nothing was imported.")


def _refuse(request: HttpRequest, statement: Statement, values: dict[str, Any]) -> str:
    refuse(statement=statement, note=values["note"], actor=actor_of(request), now=clock.now())
    return gettext("The statement was refused: nothing of it is imported, and the corrected file can be brought in.")


def _has_bad_rows(request: HttpRequest, statement: Statement) -> bool:
    return bool(statement.state == State.HAS_BAD_ROWS)


ACTS = (
    Act(
        "skip", _("Import without the bad rows"), "done_all", IMPORT, _has_bad_rows, _skip,
        _("All other rows are imported. What is left out is listed here for ever, and a run may miss it."), tone="good",
    ),
    Act(
        "again", _("Read it again"), "refresh", IMPORT, _has_bad_rows, _again,
        _("By the mapping profile as it is now: for a profile that was mended since."),
    ),
    Act(
        "refuse", _("Refuse the file"), "block", IMPORT, _has_bad_rows, _refuse,
        _("Nothing of it is imported. Ask for a corrected file, or mend the mapping profile, and bring it in again."),
        NoteForm, "bad",
    ),
)  # fmt: skip


@admin.register(Statement)
class StatementAdmin(RecordPage, ActsAdmin, MoneyRowAdmin):
    """Newest first. What stood in a row that can not be read may name a payer: only who may see payers sees it."""

    acts = ACTS
    list_display = (
        "file_name", status_column(TONES, _("state"), "state"), "account_name", "kind", "days", "rows_imported",
        "rows_bad", "created_at",
    )  # fmt: skip
    list_filter = ("state", "kind", "source", AccountProviderFilter, AccountFilter, DayFilter)
    list_select_related = ("account__provider", "account__tenant", "account__project")
    list_before_template = "admin/sp_list_buttons.html"
    search_fields = ("public_id__startswith", "file_name__exact", "sha256__exact")
    search_help_text = _("Statement id, whole file name or SHA-256")
    fieldsets = (
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": ("public_id", "sha256", "size", "source", "created_by", "created_at", "imported_at", "skip_bad"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        """With what the account is called by."""
        rows: QuerySet[Statement] = super().get_queryset(request)
        return rows.select_related("account__provider", "account__tenant", "account__project", "profile")

    def get_urls(self) -> list[Any]:
        """With the page that takes a file."""
        route = path("upload/", self.admin_site.admin_view(self.upload_view), name=f"{_NAME}_upload")
        return [route, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """With the button that brings one in."""
        buttons = [Button(gettext("Bring a statement in"), "upload_file", reverse(f"admin:{_NAME}_upload"))]
        shown = {"list_buttons": buttons if request.user.has_perm(IMPORT) else []}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    @admin.display(description=_("account"))
    def account_name(self, statement: Statement) -> str:
        """Provider and owner."""
        return account_words(statement.account)

    @admin.display(description=_("days"))
    def days(self, statement: Statement) -> str:
        """First and last business day."""
        first, last = day_words(statement.day_from), day_words(statement.day_to)
        return first if first == last else f"{first} – {last}"

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file, then read it."""
        if not request.user.has_perm(IMPORT):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None, initial=request.GET.dict())
        if request.method == "POST" and form.is_valid():
            try:
                return HttpResponseRedirect(self._taken_in(request, form.cleaned_data))
            except DomainError as error:
                form.add_error(None, refusal_text(error))
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": gettext("Bring a statement in"), "form": form,
            "explanation": gettext("All rows are imported or none. The file is kept, sealed; the same one twice is recognised."),
            "button": gettext("Bring it in"), "back": list_url("statement"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/sp_form.html", context)

    def _taken_in(self, request: HttpRequest, asked: dict[str, Any]) -> str:
        """The statement's page. Raises what the service raises."""
        large = asked["file"].size > _AT_ONCE
        statement = (store if large else take_in)(
            account=asked["account"], kind=asked["kind"], file=asked["file"].file, file_name=asked["file"].name,
            source=Statement.Source.UPLOAD, actor=actor_of(request), now=clock.now(), profile=asked["profile"],
            skip_bad=asked["skip_bad"],
        )  # fmt: skip
        if large:
            enqueue("reconciliation.take_in_statements")
        if statement.state == State.IMPORTED:
            messages.success(request, gettext("The statement was imported."))
        elif statement.state == State.HAS_BAD_ROWS:
            messages.warning(request, gettext("Some rows can not be read, so nothing was imported yet."))
        return reverse(f"admin:{_NAME}_change", args=[statement.pk])

    def record_of(self, request: HttpRequest, statement: Statement) -> Record:
        """How far it is, what was read, what could not be."""
        return Record(
            badges=[badge(statement.get_state_display(), TONES.get(statement.state, Tone.NEUTRAL))],
            busy=statement.state in BUSY,
            percent=min(100, statement.bytes_read * 100 // statement.size) if statement.size else None,
            text=_trouble(statement),
            figures=[
                (gettext("Rows read"), str(statement.rows_read)),
                (gettext("Lines"), str(statement.rows_imported)),
                (gettext("Bad rows"), str(statement.rows_bad)),
                (gettext("Known before"), str(statement.rows_known)),
            ],
            facts=[
                (_("file"), statement.file_name),
                (_("account"), row_link(statement.account)),
                (_("kind"), statement.get_kind_display()),
                (_("mapping profile"), row_link(statement.profile)),
                (_("days"), self.days(statement)),
                (_("brought by"), f"{statement.created_by} · {statement.get_source_display()}"),
                (_("created at"), moment(statement.created_at)),
            ],
            tables=[_bad_rows(request, statement), _first_lines(statement)],
            buttons=_buttons(request, statement),
        )

    def act_subject(self, statement: Statement) -> list[tuple[str, Any]]:
        """Which file, of whom, how many rows."""
        return [
            (gettext("file"), statement.file_name),
            (gettext("account"), account_words(statement.account)),
            (gettext("rows read"), str(statement.rows_read)),
            (gettext("bad rows"), str(statement.rows_bad)),
        ]


def _buttons(request: HttpRequest, statement: Statement) -> list[Button]:
    """On to the reconciliation of its days, once it is imported."""
    if statement.state != State.IMPORTED or not request.user.has_perm("reconciliation.run_reconciliation"):
        return []
    start = reverse("admin:reconciliation_reconciliation_start")
    days = f"day={statement.day_from}&last={statement.day_to}"
    return [Button(gettext("Reconcile these days"), "play_arrow", f"{start}?account={statement.account_id}&{days}")]


def _trouble(statement: Statement) -> str:
    """Why it could not be read, in words."""
    reason = statement.error_detail.partition(":")[0]
    words = UNREADABLE.get(reason) or UNREADABLE.get(statement.error_code)
    if words is not None:
        return str(words)
    return " ".join(part for part in (statement.error_code, statement.error_detail) if part)


def _bad_rows(request: HttpRequest, statement: Statement) -> Table:
    may_see = request.user.has_perm("transactions.view_payer")
    rows: list[list[Any]] = [
        [
            str(one.line_no),
            str(FIELDS.get(one.field, one.field)) or EMPTY,
            str(REASONS.get(one.reason, one.reason)),
            _value(statement, one) if may_see else gettext("only for who may see payers"),
        ]
        for one in statement.bad_lines.order_by("line_no", "id")[:_ROWS_SHOWN]
    ]
    title = gettext("Rows that can not be read")
    title += f" ({len(rows)}/{statement.rows_bad})" if statement.rows_bad > len(rows) else ""
    return Table(title, [gettext("Line"), gettext("Field"), gettext("What is wrong"), gettext("What stands there")], rows)


def _value(statement: Statement, one: BadLine) -> SafeString | str:
    """What stood there, unsealed."""
    if one.value_sealed is None:
        return EMPTY
    try:
        return code(str(unseal_json(one.value_sealed, key_of(statement.data_key))))
    except KeyDestroyed:
        return gettext("erased")


def _first_lines(statement: Statement) -> Table:
    rows: list[list[Any]] = [
        [
            str(line.line_no),
            spoken("kind", line.kind),
            code(line.number),
            code(line.reference),
            money(line.amount),
            money(line.fee),
            spoken("status", line.status),
            moment(line.occurred_at),
        ]
        for line in StatementLine.objects.filter(statement=statement).order_by("line_no")[:_LINES_SHOWN]
    ]
    columns = [
        gettext("Line"), gettext("What"), gettext("Provider's number"), gettext("Our reference"), gettext("Amount"),
        gettext("Fee"),
        gettext("State"), gettext("Time"),
    ]  # fmt: skip
    return Table(gettext("The first lines"), columns, rows)
