"""Money that does not fit, as finance sees it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from tenants.actors import actor_of
from tenants.admin.acts import Act, ActsAdmin, NoteForm
from tenants.admin.base import refusal_text
from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import EMPTY, badge, link, money_column
from transactions.admin.filters import DayFilter
from transactions.models import MoneyIssue
from transactions.services.issues import AlreadyResolved, resolve_issue
from transactions.timeline import Tone

_AMOUNT = money_column("amount", _("amount"))
EXPLANATIONS = {
    MoneyIssue.Type.LATE_SUCCESS: _(
        "The money came after the payment had failed, expired or been cancelled. The payment counts as paid: deliver, or refund."
    ),
    MoneyIssue.Type.DOUBLE_PAYMENT: _("The order was paid more than once. The surplus receipt should be refunded."),
    MoneyIssue.Type.WRONG_AMOUNT: _(
        "The provider reports another amount than was asked for. The payment was not completed; ask the provider what was taken."
    ),
    MoneyIssue.Type.FAILURE_AFTER_SUCCESS: _(
        "The provider reported a failure after it had reported success. The payment stays paid until the provider has been asked."
    ),
    MoneyIssue.Type.UNDERPAID: _("Less than the amount came before the time ran out. Refund it, or agree with the payer."),
    MoneyIssue.Type.OVERPAID: _("More than the amount came. The surplus should be refunded."),
    MoneyIssue.Type.REFUND_REVERSED: _("The provider took back a refund that it had reported as done."),
    MoneyIssue.Type.REFUND_MISMATCH: _(
        "The provider shows a refund that does not fit what we know: more than was left, another amount, or one that had failed."
    ),
    MoneyIssue.Type.REUSED_NUMBER: _("The provider's number was seen before, with another payment."),
    MoneyIssue.Type.UNIDENTIFIED_MONEY: _("Money came that belongs to no payment we know."),
    MoneyIssue.Type.UNKNOWN_FATE: _("Nobody could say what became of it; the provider must be asked by hand."),
}


def _resolve(request: HttpRequest, issue: MoneyIssue, values: dict[str, Any]) -> str:
    resolve_issue(issue_id=issue.pk, note=values["note"], actor=actor_of(request), now=clock.now())
    return gettext("The issue is marked as resolved.")


def _refusal(error: DomainError) -> str:
    if isinstance(error, AlreadyResolved):
        return gettext("%s has resolved this issue already.") % str(error.details["resolved_by"])
    return refusal_text(error)


RESOLVE = Act(
    "resolve", _("Mark as resolved"), "task_alt", "transactions.change_moneyissue",
    lambda request, issue: bool(issue.state == MoneyIssue.State.OPEN), _resolve,
    _("Say what was found and done. It moves no money and stays in the audit trail."), NoteForm, "good", _refusal,
)  # fmt: skip


@admin.register(MoneyIssue)
class MoneyIssueAdmin(ActsAdmin, MoneyRowAdmin):
    """Newest first; resolving one is a note of what was found, not editing."""

    acts = (RESOLVE,)

    list_display = ("kind", "state_badge", _AMOUNT, "transaction", "account", "created_at", "resolved_at")
    list_filter = ("state", "issue_type", DayFilter)
    list_select_related = ("transaction", "account__provider")
    search_fields = ("public_id__startswith", "transaction__public_id__exact", "receipt__public_id__exact")
    search_help_text = _("Issue id, whole transaction or receipt id")
    fields = readonly_fields = (
        "kind", "explanation", "state_badge", _AMOUNT, "transaction", "receipt", "refund", "account", "notice", "facts",
        "created_at", "resolved_at", "resolved_by", "note", "public_id",
    )  # fmt: skip

    @admin.display(description=_("what"))
    def kind(self, issue: MoneyIssue) -> str:
        """The type in words."""
        return issue.get_issue_type_display()

    @admin.display(description=_("state"))
    def state_badge(self, issue: MoneyIssue) -> SafeString:
        """Red while somebody has to look at it."""
        return badge(issue.get_state_display(), Tone.BAD if issue.state == MoneyIssue.State.OPEN else Tone.GOOD)

    @admin.display(description=_("what happened"))
    def explanation(self, issue: MoneyIssue) -> str:
        """What it means and what to do."""
        return str(EXPLANATIONS.get(MoneyIssue.Type(issue.issue_type), EMPTY))

    @admin.display(description=_("notice"))
    def notice(self, issue: MoneyIssue) -> SafeString | str:
        """The notice that told of it; it lives on the floor above, so the way goes through its list."""
        url = reverse("admin:webhooks_providernotification_changelist")
        return link(issue.notice_id, f"{url}?q={issue.notice_id}") if issue.notice_id else EMPTY

    @admin.display(description=_("data"))
    def facts(self, issue: MoneyIssue) -> SafeString | str:
        """What the transition noted."""
        lines = format_html_join("", "<dt>{}</dt><dd>{}</dd>", sorted(issue.data.items()))
        return format_html('<dl class="sp-facts">{}</dl>', lines) if issue.data else EMPTY
