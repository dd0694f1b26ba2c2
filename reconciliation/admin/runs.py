"""Runs: started here, followed while they work, and read: sums of both sides, how lines were matched, what is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget

from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from reconciliation.admin.filters import AccountFilter, AccountProviderFilter, BusinessDayFilter
from reconciliation.admin.items import TONES as ITEM_TONES
from reconciliation.admin.record import Button, Compared, Record, RecordPage, account_words, day_words, list_url
from reconciliation.models import Reconciliation, ReconciliationItem
from reconciliation.reports import export
from reconciliation.reports.words import CHANGES, SUMS, strategy_words
from reconciliation.services.runs import start, start_range
from tenants.actors import actor_of
from tenants.admin.base import refusal_text
from tenants.models import ProviderAccount
from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import EMPTY, badge, code, link, moment, money, row_link, status_column
from transactions.admin.tables import Table
from transactions.timeline import Tone

State = Reconciliation.State
TONES: dict[str, Tone] = {State.COMPLETED: Tone.GOOD, State.FAILED: Tone.BAD, State.RUNNING: Tone.WARNING}
RUN, EXPORT = "reconciliation.run_reconciliation", "reconciliation.export_reconciliation"
BUSY = (State.QUEUED, State.RUNNING)
MAX_DAYS, ITEMS_SHOWN = 92, 50
_NAME = "reconciliation_reconciliation"
_TYPES = dict(ReconciliationItem.Type.choices)


class StartForm(forms.Form):
    """Which account, and which business days."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=ProviderAccount.objects.none(), widget=UnfoldAdminSelectWidget)
    first = forms.DateField(label=_("Business day"), widget=UnfoldAdminDateWidget)
    last = forms.DateField(
        label=_("Last business day"), required=False, widget=UnfoldAdminDateWidget, help_text=_("Empty: only the one day.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = ProviderAccount.objects.filter(is_active=True).select_related("provider", "tenant", "project")
        self.fields["account"].queryset = accounts.order_by("id")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A range of days that have begun, and not too many of them."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last") or data.get("first")
        if first is None or last is None:
            return data
        if last > clock.vietnam_day(clock.now()):
            self.add_error("last" if data.get("last") else "first", _("This day has not begun yet."))
        if not 0 <= (last - first).days < MAX_DAYS:
            self.add_error("last", _("At most %d days, the last one not before the first.") % MAX_DAYS)
        return {**data, "last": last}


@admin.register(Reconciliation)
class ReconciliationAdmin(RecordPage, MoneyRowAdmin):
    """Newest first."""

    list_display = (
        "business_day", "account_name", status_column(TONES, _("state"), "state"), "lines", "matched", "items_open", "cause",
        "created_at",
    )  # fmt: skip
    list_filter = ("state", "cause", AccountProviderFilter, AccountFilter, BusinessDayFilter)
    list_select_related = ("account__provider", "account__tenant", "account__project")
    list_before_template = "admin/sp_list_buttons.html"
    search_fields = ("public_id__startswith", "account__public_id__exact")
    search_help_text = _("Start of a reconciliation's id, or a whole account id")
    fieldsets = ((_("Details"), {"classes": ("collapse",), "fields": ("public_id", "requested_by", "created_at", "error_code")}),)

    def get_urls(self) -> list[Any]:
        """With the page that starts runs, and the files."""
        wrap = self.admin_site.admin_view
        routes = [
            path("start/", wrap(self.start_view), name=f"{_NAME}_start"),
            path("<int:run_id>/export/<slug:ending>/", wrap(self.export_view), name=f"{_NAME}_export"),
        ]
        return [*routes, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """With the button that starts one."""
        buttons = [Button(gettext("Start a reconciliation"), "play_arrow", reverse(f"admin:{_NAME}_start"))]
        shown = {"list_buttons": buttons if request.user.has_perm(RUN) else []}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    @admin.display(description=_("business day"))
    def business_day(self, run: Reconciliation) -> str:
        """As Vietnam writes it."""
        return day_words(run.day)

    @admin.display(description=_("account"))
    def account_name(self, run: Reconciliation) -> str:
        """Provider and owner."""
        return account_words(run.account)

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for account and days, then start."""
        if not request.user.has_perm(RUN):
            raise PermissionDenied
        form = StartForm(request.POST or None, initial=_usual(request.GET))
        if request.method == "POST" and form.is_valid():
            try:
                return HttpResponseRedirect(self._started(request, form.cleaned_data))
            except DomainError as error:
                form.add_error(None, refusal_text(error))
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": gettext("Start a reconciliation"), "form": form,
            "explanation": gettext("All lines and records of the account and the days are held against each other. It can be done"
                                   " as often as you like: what is matched stays matched."),
            "button": gettext("Start"), "back": list_url("reconciliation"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/sp_form.html", context)

    def _started(self, request: HttpRequest, asked: Mapping[str, Any]) -> str:
        """The page to go on to. Raises what the service raises."""
        common: dict[str, Any] = {
            "account": asked["account"], "cause": Reconciliation.Cause.STAFF, "actor": actor_of(request), "now": clock.now(),
        }  # fmt: skip
        if asked["first"] == asked["last"]:
            run = start(day=asked["first"], **common)
            messages.success(request, gettext("The reconciliation was started."))
            return reverse(f"admin:{_NAME}_change", args=[run.pk])
        runs = start_range(first=asked["first"], last=asked["last"], **common)
        text = ngettext("%d reconciliation was started.", "%d reconciliations were started.", len(runs)) % len(runs)
        messages.success(request, text)
        return list_url("reconciliation", account=asked["account"].pk)

    def export_view(self, request: HttpRequest, run_id: int, ending: str) -> HttpResponse:
        """The run as a file."""
        if not (self.has_view_permission(request) and request.user.has_perm(EXPORT)):
            raise PermissionDenied
        run = self.get_queryset(request).filter(pk=run_id).first()
        if run is None or ending not in export.CONTENT_TYPES:
            raise Http404
        answer = HttpResponse(export.write(run, ending), content_type=export.CONTENT_TYPES[ending])
        answer["Content-Disposition"] = f'attachment; filename="{export.file_name(run, ending)}"'
        return answer

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reconciliation]:
        """With what the account is called by."""
        rows: QuerySet[Reconciliation] = super().get_queryset(request)
        return rows.select_related("account__provider", "account__tenant", "account__project")

    def record_of(self, request: HttpRequest, run: Reconciliation) -> Record:
        """How far it is, and what it found."""
        return Record(
            badges=[badge(run.get_state_display(), TONES.get(run.state, Tone.NEUTRAL))],
            busy=run.state in BUSY,
            figures=[
                (gettext("Lines"), str(run.lines)),
                (gettext("Records of ours"), str(run.records)),
                (gettext("Matched"), str(run.matched)),
                (gettext("Open items"), str(run.items_open)),
            ],
            compared=_sums(run),
            facts=[
                (_("account"), row_link(run.account)),
                (_("business day"), day_words(run.day)),
                (_("started by"), f"{run.get_cause_display()} · {run.requested_by}"),
                (_("started at"), moment(run.started_at)),
                (_("finished at"), moment(run.finished_at)),
                (_("error"), code(run.error_code)),
            ],
            tables=[_items(run), _by_type(run), _steps(run), _changes(run)],
            buttons=_buttons(request, run),
        )


def _usual(asked: Any) -> dict[str, Any]:
    """Yesterday, unless the address says otherwise."""
    first, last = _day(asked.get("day")), _day(asked.get("last"))
    yesterday = clock.vietnam_day(clock.now()) - timedelta(days=1)
    return {"first": first or yesterday, "last": last if last != first else None, "account": asked.get("account")}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _buttons(request: HttpRequest, run: Reconciliation) -> list[Button]:
    found = [Button(gettext("All differences of the day"), "list", _items_url(run))]
    if request.user.has_perm("reconciliation.view_match"):
        found.append(Button(gettext("All matches of this run"), "link", list_url("match", run=run.pk)))
    if request.user.has_perm(EXPORT):
        found += [
            Button(
                gettext("Download as %s") % ending.upper(), "download", reverse(f"admin:{_NAME}_export", args=[run.pk, ending])
            )
            for ending in (export.XLSX, export.CSV)
        ]
    if request.user.has_perm(RUN) and run.state not in BUSY:
        again = f"{reverse(f'admin:{_NAME}_start')}?account={run.account_id}&day={run.day.isoformat()}"
        found.append(Button(gettext("Run it again"), "replay", again))
    return found


def _items_url(run: Reconciliation) -> str:
    return list_url("reconciliationitem", account=run.account_id, from_day=run.day, to_day=run.day)


def _sums(run: Reconciliation) -> list[Compared]:
    return [
        Compared(
            capfirst(str(SUMS.get(name, name))), money(pair.get("ours")), money(pair.get("theirs")),
            differs=pair.get("ours") != pair.get("theirs"),
        )
        for name in (*SUMS, *(name for name in run.totals if name not in SUMS))
        if isinstance(pair := run.totals.get(name), dict)
    ]  # fmt: skip


def _items(run: Reconciliation) -> Table:
    some = export.items_of(run).select_related("transaction").order_by("state", "-amount", "id")[:ITEMS_SHOWN]
    rows: list[list[Any]] = [
        [
            row_link(item, item.get_item_type_display()),
            badge(item.get_state_display(), ITEM_TONES.get(item.state, Tone.NEUTRAL)),
            money(item.amount),
            row_link(item.transaction, item.transaction.order_id) if item.transaction is not None else EMPTY,
        ]
        for item in some
    ]
    return Table(gettext("Differences"), [gettext("What"), gettext("State"), gettext("Amount"), gettext("Payment")], rows)


def _by_type(run: Reconciliation) -> Table:
    found: dict[str, int] = run.counts.get("by_type") or {}
    rows: list[list[Any]] = [
        [link(_TYPES.get(name, name), f"{_items_url(run)}&item_type__exact={name}"), str(count)] for name, count in found.items()
    ]
    return Table(gettext("Differences by type"), [gettext("What"), gettext("How many")], rows)


def _steps(run: Reconciliation) -> Table:
    rows: list[list[Any]] = [
        [strategy_words(str(step.get("step", ""))), str(step.get("matched", EMPTY))]
        for step in run.steps_done
        if isinstance(step, dict)
    ]
    return Table(gettext("Steps that are done"), [gettext("Step"), gettext("Matched")], rows)


def _changes(run: Reconciliation) -> Table:
    rows: list[list[Any]] = [[_change_words(change)] for change in run.changes if isinstance(change, dict)]
    return Table(gettext("Changes since the run before"), [gettext("What changed, and why")], rows)


def _change_words(change: Mapping[str, Any]) -> SafeString:
    """What became of which difference, how much it is about, and why."""
    what, why, count = (change.get(name) for name in ("what", "why", "count"))
    item, amount = change.get("item"), change.get("amount")
    parts = [
        badge(CHANGES.get(str(what), str(what))),
        link(str(item), list_url("reconciliationitem", q=item)) if item else "",
        str(_TYPES.get(change.get("type", ""), change.get("type", ""))),
        money(amount) if isinstance(amount, int) else "",
        strategy_words(str(CHANGES.get(str(why), why))) if why else "",
        str(count) if count else "",
    ]
    return format_html("{}", format_html_join(" · ", "{}", ((part,) for part in parts if part)))
