"""What differs, as finance works on it: both sides next to each other, and what becomes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.models import ApprovalRequest
from payments_site.kernel import clock
from reconciliation.admin.filters import AccountFilter, AccountProviderFilter, AgeFilter, BusinessDayFilter
from reconciliation.admin.record import Record, RecordPage, account_words, compared, day_words
from reconciliation.models import ReconciliationItem
from reconciliation.reports.sides import pairs, with_sides
from reconciliation.reports.words import ACTIONS, meaning
from reconciliation.services.accepting import CanNotAccept, way_of
from reconciliation.services.resolve import ONE_SIDED, RIGHT, Action, propose, undo_resolution
from tenants.actors import actor_of
from tenants.admin.acts import Act, ActsAdmin, NoteForm
from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import EMPTY, badge, code, link, moment, money, money_column, page_url, row_link
from transactions.timeline import Tone

State = ReconciliationItem.State
TONES: dict[str, Tone] = {State.OPEN: Tone.BAD, State.PROPOSED: Tone.WARNING, State.RESOLVED: Tone.GOOD}


def _say(action: Action) -> Any:
    def do(request: HttpRequest, item: ReconciliationItem, values: dict[str, Any]) -> str:
        person: Any = request.user
        done = propose(
            item=item, action=action.value, note=values["note"], person=person, actor=actor_of(request), now=clock.now()
        )
        if not isinstance(done, ApprovalRequest):
            return gettext("The difference is resolved.")
        page = link(done.public_id, page_url("audit.approvalrequest", done.pk))
        return format_html("{} {}", gettext("Sent for approval: a second person must agree before our books change."), page)

    return do


def _undo(request: HttpRequest, item: ReconciliationItem, values: dict[str, Any]) -> str:
    undo_resolution(item=item, note=values["note"], actor=actor_of(request), now=clock.now())
    return gettext("The difference is open again.")


def _is_open(request: HttpRequest, item: ReconciliationItem) -> bool:
    return bool(item.state == State.OPEN)


def _may_accept(request: HttpRequest, item: ReconciliationItem) -> bool:
    try:
        way_of(item)
    except CanNotAccept:
        return False
    return _is_open(request, item)


def _may_be_late(request: HttpRequest, item: ReconciliationItem) -> bool:
    return _is_open(request, item) and item.item_type in ONE_SIDED


def _may_reopen(request: HttpRequest, item: ReconciliationItem) -> bool:
    return item.state == State.RESOLVED and (item.action != Action.ACCEPT_PROVIDER or "fee" in item.effects)


ACTS = (
    Act(
        "accept-provider", ACTIONS[Action.ACCEPT_PROVIDER], "south_west", RIGHT, _may_accept, _say(Action.ACCEPT_PROVIDER),
        _("What the line says becomes a fact in our books, as if the provider had sent a notice. A second person decides first."),
        NoteForm, "good",
    ),
    Act(
        "accept-ours", ACTIONS[Action.ACCEPT_OURS], "inventory", RIGHT, _is_open, _say(Action.ACCEPT_OURS),
        _("Our record is right and nothing changes in our books. Say why, and what the provider answered."), NoteForm,
    ),
    Act(
        "timing", ACTIONS[Action.TIMING], "hourglass_top", RIGHT, _may_be_late, _say(Action.TIMING),
        _("The other side is on its way, later than the rules of the account expect."), NoteForm,
    ),
    Act(
        "note", ACTIONS[Action.NOTE], "edit_note", RIGHT, _is_open, _say(Action.NOTE),
        _("There is nothing to do but to explain it. Nothing changes in our books."), NoteForm,
    ),
    Act(
        "reopen", _("Take the resolution back"), "undo", RIGHT, _may_reopen, _undo,
        _("The difference is open again, and so is the money issue that was resolved with it."), NoteForm, "bad",
    ),
)  # fmt: skip


@admin.register(ReconciliationItem)
class ReconciliationItemAdmin(RecordPage, ActsAdmin, MoneyRowAdmin):
    """Newest first."""

    acts = ACTS
    list_display = (
        "what", "state_badge", money_column("amount", _("amount")), "account_name", "business_day", "payment", "created_at",
    )  # fmt: skip
    list_filter = ("item_type", "state", AccountProviderFilter, AccountFilter, BusinessDayFilter, AgeFilter)
    search_fields = (
        "public_id__startswith", "transaction__public_id__exact", "receipt__public_id__exact", "refund__public_id__exact",
    )  # fmt: skip
    search_help_text = _("Item id, whole payment, receipt or refund id")
    fieldsets = ((_("Details"), {"classes": ("collapse",), "fields": ("public_id", "cause", "first_run", "last_run")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationItem]:
        """With both sides."""
        return with_sides(super().get_queryset(request)).select_related("account__tenant", "account__project")

    @admin.display(description=_("difference"))
    def what(self, item: ReconciliationItem) -> str:
        """The type in words."""
        return item.get_item_type_display()

    @admin.display(description=_("state"))
    def state_badge(self, item: ReconciliationItem) -> SafeString:
        """Red while somebody has to look at it."""
        return badge(item.get_state_display(), TONES.get(item.state, Tone.NEUTRAL))

    @admin.display(description=_("account"))
    def account_name(self, item: ReconciliationItem) -> str:
        """Provider and owner."""
        return account_words(item.account)

    @admin.display(description=_("business day"))
    def business_day(self, item: ReconciliationItem) -> str:
        """As Vietnam writes it."""
        return day_words(item.day)

    @admin.display(description=_("payment"))
    def payment(self, item: ReconciliationItem) -> str:
        """The client's order, where there is one."""
        return item.transaction.order_id if item.transaction is not None else EMPTY

    def record_of(self, request: HttpRequest, item: ReconciliationItem) -> Record:
        """Both sides, what it hangs on, and what became of it."""
        return Record(
            badges=[badge(item.get_item_type_display()), self.state_badge(item)],
            text=meaning(item),
            figures=[(gettext("At stake"), money(item.amount)), (gettext("Business day"), day_words(item.day))],
            compared=compared(pairs(item)),
            facts=_facts(item),
        )

    def act_subject(self, item: ReconciliationItem) -> list[tuple[str, Any]]:
        """What, how much, where."""
        return [
            (gettext("difference"), item.get_item_type_display()),
            (gettext("amount"), money(item.amount)),
            (gettext("account"), account_words(item.account)),
            (gettext("business day"), day_words(item.day)),
        ]


def _facts(item: ReconciliationItem) -> list[tuple[Any, Any]]:
    line = item.line
    told: list[tuple[Any, Any]] = [
        (_("account"), row_link(item.account)),
        (_("payment"), row_link(item.transaction)),
        (_("receipt"), row_link(item.receipt)),
        (_("refund"), row_link(item.refund)),
        (_("statement line"), _line_link(line) if line is not None else EMPTY),
        (_("match"), row_link(item.match)),
        (_("money issue"), row_link(item.issue)),
        (_("late until"), day_words(item.due_day)),
        (_("action"), ACTIONS.get(item.action, EMPTY)),
        (_("note"), item.note or EMPTY),
        (_("approval"), _approval_link(item)),
        (_("closed by"), item.closed_by or EMPTY),
        (_("closed at"), moment(item.closed_at)),
        (_("found by"), row_link(item.first_run)),
        (_("found at"), moment(item.created_at)),
    ]
    effects = ", ".join(f"{name}: {value}" for name, value in item.effects.items())
    told.append((_("effects"), code(effects)))
    return [(name, value) for name, value in told if value != EMPTY]


def _line_link(line: Any) -> SafeString:
    url = page_url("reconciliation.statement", line.statement_id)
    return link(gettext("%(file)s, line %(line)s") % {"file": line.statement.file_name, "line": line.line_no}, url)


def _approval_link(item: ReconciliationItem) -> SafeString | str:
    asked = ApprovalRequest.objects.filter(public_id=item.approval_id).first() if item.approval_id else None
    return row_link(asked, asked.public_id) if asked is not None else EMPTY
