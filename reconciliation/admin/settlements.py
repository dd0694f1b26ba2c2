"""The third leg: what providers owe for their days, and what the bank says has come."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reconciliation.admin.filters import AccountFilter, AccountProviderFilter, PayOutDayFilter
from reconciliation.admin.record import Compared, Record, RecordPage, account_words, day_words
from reconciliation.models import Settlement, StatementLine
from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import EMPTY, badge, link, money, money_column, page_url, row_link
from transactions.timeline import Tone

State = Settlement.State
TONES: dict[str, Tone] = {
    State.AWAITED: Tone.NEUTRAL, State.ARRIVED: Tone.GOOD, State.DIFFERS: Tone.BAD, State.OVERDUE: Tone.BAD,
}  # fmt: skip


@admin.register(Settlement)
class SettlementAdmin(RecordPage, MoneyRowAdmin):
    """Newest first."""

    list_display = (
        "days", "account_name", "state_badge", money_column("net", _("net")), "arrived_money", "due",
    )  # fmt: skip
    list_filter = ("state", AccountProviderFilter, AccountFilter, PayOutDayFilter)
    search_fields = ("account__public_id__exact",)
    search_help_text = _("Whole account id")
    ordering = ("-day_from", "-id")
    fieldsets = ((_("Details"), {"classes": ("collapse",), "fields": ("created_at", "updated_at")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Settlement]:
        """With the lines."""
        rows: QuerySet[Settlement] = super().get_queryset(request)
        return rows.select_related(
            "bank_line__statement", "provider_line__statement", "account__provider", "account__tenant", "account__project"
        )

    @admin.display(description=_("business days"))
    def days(self, row: Settlement) -> str:
        """First and last."""
        first, last = day_words(row.day_from), day_words(row.day_to)
        return first if first == last else f"{first} – {last}"

    @admin.display(description=_("account"))
    def account_name(self, row: Settlement) -> str:
        """Provider and owner."""
        return account_words(row.account)

    @admin.display(description=_("state"))
    def state_badge(self, row: Settlement) -> SafeString:
        """Red where it did not come, or not as it should."""
        return badge(row.get_state_display(), TONES.get(row.state, Tone.NEUTRAL))

    @admin.display(description=_("at the bank"))
    def arrived_money(self, row: Settlement) -> str:
        """What the bank credited."""
        return money(row.bank_line.amount if row.bank_line is not None else None)

    @admin.display(description=_("due"))
    def due(self, row: Settlement) -> str:
        """As Vietnam writes it."""
        return day_words(row.due_day)

    def record_of(self, request: HttpRequest, row: Settlement) -> Record:
        """The sum, and both lines."""
        return Record(
            badges=[self.state_badge(row)],
            text=gettext("What the provider owes for these days by its own statement, and what the bank says has come."),
            figures=[
                (gettext("Payments"), money(row.gross)),
                (gettext("Refunds"), money(row.refunds)),
                (gettext("Fees"), money(row.fees)),
                (gettext("Net"), money(row.net)),
            ],
            compared=_legs(row),
            facts=[
                (_("account"), row_link(row.account)),
                (_("business days"), self.days(row)),
                (_("due"), self.due(row)),
                (_("provider's line"), _line(row.provider_line)),
                (_("bank's line"), _line(row.bank_line)),
            ],
        )


def _legs(row: Settlement) -> list[Compared]:
    bank = row.bank_line
    if bank is None:
        return [Compared(gettext("Net"), money(row.net), EMPTY, differs=row.state == State.OVERDUE)]
    return [
        Compared(gettext("Net"), money(row.net), money(bank.amount), differs=bank.amount != row.net),
        Compared(gettext("Day"), day_words(row.due_day), day_words(bank.business_day), differs=bank.business_day > row.due_day),
    ]


def _line(line: StatementLine | None) -> Any:
    if line is None:
        return EMPTY
    words = gettext("%(file)s, line %(line)s") % {"file": line.statement.file_name, "line": line.line_no}
    return link(words, page_url("reconciliation.statement", line.statement_id))
