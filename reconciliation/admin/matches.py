"""Matches: why a line was taken for a record, and undoing one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import clock
from reconciliation.admin.filters import AccountFilter
from reconciliation.admin.record import Compared, Record, RecordPage, account_words, spoken
from reconciliation.models import Match
from reconciliation.reports.sides import FIELDS, of_line, of_receipt, of_refund
from reconciliation.reports.words import strategy_words
from reconciliation.selectors import explain
from reconciliation.services.matches import undo
from tenants.actors import actor_of
from tenants.admin.acts import Act, ActsAdmin, NoteForm
from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import EMPTY, badge, link, moment, money, page_url, row_link
from transactions.admin.tables import Table
from transactions.timeline import Tone


def _undo(request: HttpRequest, match: Match, values: dict[str, Any]) -> str:
    undo(match=match, actor=actor_of(request), note=values["note"], now=clock.now())
    return gettext("The match is undone: the line and the record are free again.")


UNDO = Act(
    "undo", _("Undo the match"), "link_off", "reconciliation.undo_match", lambda request, match: match.undone_at is None, _undo,
    _("The line and the record are free again. The next run may match each with something else, never with one another."),
    NoteForm, "bad",
)  # fmt: skip

_SHOWN = 200


class UndoneFilter(admin.SimpleListFilter):
    """Those that stand, or those that do not."""

    title = _("state")
    parameter_name = "undone"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Both."""
        return [("0", _("stands")), ("1", _("undone"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Match]) -> QuerySet[Match]:
        """The chosen ones."""
        return queryset.filter(undone_at__isnull=self.value() == "0") if self.value() in ("0", "1") else queryset


@admin.register(Match)
class MatchAdmin(RecordPage, ActsAdmin, MoneyRowAdmin):
    """Newest first."""

    acts = (UNDO,)
    list_display = ("found_by", "account_name", "line_words", "record_words", "state", "created_at")
    list_filter = ("strategy", AccountFilter, UndoneFilter)
    search_fields = ("receipt__public_id__exact", "refund__public_id__exact", "receipt__provider_transaction_no__exact")
    search_help_text = _("Whole receipt or refund id, or the provider's number")
    fieldsets = ((_("Details"), {"classes": ("collapse",), "fields": ("run", "made_by", "created_at", "evidence")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Match]:
        """With both sides; those of one run where the address says so."""
        rows: QuerySet[Match] = super().get_queryset(request)
        return rows.select_related(
            "account__provider", "account__tenant", "account__project", "line__statement", "receipt__attempt",
            "receipt__transaction", "refund",
            "run__account",
        )  # fmt: skip

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Also by run: its page leads here."""
        return lookup == "run" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("found by"))
    def found_by(self, match: Match) -> str:
        """The strategy in words, with its score."""
        return f"{strategy_words(match.strategy)} · {match.score}"

    @admin.display(description=_("account"))
    def account_name(self, match: Match) -> str:
        """Provider and owner."""
        return account_words(match.account)

    @admin.display(description=_("statement line"))
    def line_words(self, match: Match) -> str:
        """File, line and amount."""
        line = match.line
        return f"{line.statement.file_name}:{line.line_no} · {money(line.amount)}" if line is not None else EMPTY

    @admin.display(description=_("our record"))
    def record_words(self, match: Match) -> str:
        """Receipt or refund, and amount."""
        record = match.receipt or match.refund
        return f"{record.public_id} · {money(record.amount)}" if record is not None else EMPTY

    @admin.display(description=_("state"))
    def state(self, match: Match) -> SafeString:
        """Whether it stands."""
        return badge(_("undone"), Tone.BAD) if match.undone_at else badge(_("stands"), Tone.GOOD)

    def record_of(self, request: HttpRequest, match: Match) -> Record:
        """Why, field by field."""
        told = explain(match)
        return Record(
            badges=[self.state(match), badge(strategy_words(match.strategy))],
            figures=[(gettext("Score"), str(match.score))],
            compared=_compared(match, told),
            facts=_facts(match),
            tables=[_group(match)],
        )

    def act_subject(self, match: Match) -> list[tuple[str, Any]]:
        """What is one with what, and why."""
        return [
            (gettext("statement line"), self.line_words(match)),
            (gettext("our record"), self.record_words(match)),
            (gettext("found by"), self.found_by(match)),
        ]


def _compared(match: Match, told: dict[str, Any]) -> list[Compared]:
    """What agreed, then what differed."""
    (left, right), same = _sides(match), gettext("the same")
    agreed = [
        Compared(_name(field), spoken(field, left.get(field, same)), spoken(field, right.get(field, same)), differs=False)
        for field in told["agreed"]
    ]
    differed = [
        Compared(
            _name(one["field"]), spoken(one["field"], one.get("ours")), spoken(one["field"], one.get("theirs")), differs=True
        )
        for one in told["differed"]
    ]
    return [*agreed, *differed]


def _sides(match: Match) -> tuple[dict[str, Any], dict[str, Any]]:
    """Our record and their line, where it is one and one."""
    if match.group is not None or match.line is None:
        return {}, {}
    record = of_receipt(match.receipt) if match.receipt is not None else of_refund(match.refund) if match.refund else {}
    line = of_line(match.line)
    return {**record, "time": record.get("occurred_at")}, {**line, "time": line["occurred_at"]}


def _name(field: str) -> str:
    return capfirst(str(FIELDS.get(field, field)))


def _facts(match: Match) -> list[tuple[Any, Any]]:
    line = match.line
    told = [
        (_("account"), row_link(match.account)),
        (_("statement line"), _line_link(line) if line is not None else EMPTY),
        (_("receipt"), row_link(match.receipt)),
        (_("refund"), row_link(match.refund)),
        (_("reconciliation"), row_link(match.run)),
        (_("made by"), match.made_by or EMPTY),
        (_("made at"), moment(match.created_at)),
        (_("undone by"), match.undone_by or EMPTY),
        (_("undone at"), moment(match.undone_at)),
        (_("why it was undone"), match.undo_note or EMPTY),
    ]
    return [(name, value) for name, value in told if value != EMPTY]


def _line_link(line: Any) -> SafeString:
    words = gettext("%(file)s, line %(line)s") % {"file": line.statement.file_name, "line": line.line_no}
    return link(words, page_url("reconciliation.statement", line.statement_id))


def _group(match: Match) -> Table:
    """The other rows of a lump or a split."""
    same = Match.objects.filter(group=match.group).exclude(pk=match.pk) if match.group is not None else Match.objects.none()
    found = same.select_related("line__statement", "receipt", "refund").order_by("id")[:_SHOWN]
    rows: list[list[Any]] = [
        [
            _line_link(one.line) if one.line is not None else EMPTY,
            money(one.line.amount) if one.line is not None else EMPTY,
            row_link(one.receipt or one.refund),
            money(one.receipt.amount if one.receipt is not None else one.refund.amount if one.refund is not None else None),
        ]
        for one in found
    ]
    columns = [gettext("Line"), gettext("Amount"), gettext("Record"), gettext("Amount")]
    return Table(gettext("Together with"), columns, rows)
