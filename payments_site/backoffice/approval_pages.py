"""Four eyes in the back office: the queue, and one page with who asks for what and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, When
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit import approvals
from audit.approvals import DECIDE, AlreadyDecided
from audit.cells import before_and_after, shown
from audit.models import ApprovalRequest
from audit.words import subject_words
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from reconciliation.models import ReconciliationItem
from reconciliation.reports.sides import FIELDS as RECONCILED
from reconciliation.reports.words import STATUSES as RECONCILED_STATUSES
from tenants.actors import actor_of
from tenants.admin.acts import Act, ActsAdmin, NoteForm, OptionalNoteForm
from tenants.admin.base import refusal_text
from tenants.credentials import COMMON_OPTIONS, OWN_OPTIONS
from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import APPROVAL_TONES, EMPTY, badge, link, money, page_url
from transactions.timeline import Tone

State = ApprovalRequest.State
# Where the subjects of requests live; they are named by public id.
SUBJECTS = {
    "transaction": "transactions.Transaction",
    "tenant": "tenants.Tenant",
    "provider_account": "tenants.ProviderAccount",
    "refund": "transactions.Refund",
    "reconciliation_item": "reconciliation.ReconciliationItem",
}
FIELDS = {
    "bank_reference": _("bank reference"),
    "payee": _("account it goes to"),
    "remaining_amount": _("can still be refunded"),
    "api_url": _("provider's API address"),
    "credentials_version": _("version of the credentials"),
    "daily_amount": _("limit a day"),
    "fee": _("fee"),
    "fixed": _("fixed part"),
    "max": _("at most"),
    "min": _("at least"),
    "percent": _("percent"),
    "vat_percent": _("VAT in percent"),
    "ip_allowlist": _("addresses notices may come from"),
    "ip_allowlist_enforced": _("only from these addresses"),
    "is_active": _("active"),
    "max_amount": _("largest amount"),
    "min_amount": _("smallest amount"),
    "monthly_amount": _("limit a month"),
    "new_credentials": _("new credentials"),
    "refund_amount": _("refund to the payer"),
    "reconciliation_item": _("difference"),
    "at_stake_amount": _("amount at stake"),
    **{f"reconciled_{name}": label for name, label in RECONCILED.items()},
    "review": _("review"),
}
# An account's options are named as in its form; one that two providers have is the same for both.
OPTIONS = {f"options.{option.name}": option.label for own in (*OWN_OPTIONS.values(), COMMON_OPTIONS) for option in own}
_MONEY = ("_amount", ".offered_from", ".offered_to", "reconciled_fee", "reconciled_net")
VALUES: dict[str, Any] = {
    **dict(ReconciliationItem.Type.choices),
    **RECONCILED_STATUSES,
    "under_review": _("Under review"),
    "rejected": _("Rejected"),
}


def _may_decide(request: HttpRequest, approval: ApprovalRequest) -> bool:
    """Whether the buttons are shown; the service judges again."""
    if approval.requested_by_id == request.user.pk or approval.state != State.PENDING or approval.expires_at <= clock.now():
        return False
    try:
        return request.user.has_perm(approvals.approvable_of(approval.action).permission)
    except KeyError:
        return False


def _label(action: str) -> str:
    """In words; the bare name of an action that is no more."""
    try:
        return str(approvals.approvable_of(action).label)
    except KeyError:
        return action


def _approve(request: HttpRequest, approval: ApprovalRequest, values: dict[str, Any]) -> str:
    person: Any = request.user
    approvals.approve(
        approval_id=approval.public_id, person=person, actor=actor_of(request), now=clock.now(), note=values["note"]
    )
    return gettext("Approved and done.")


def _reject(request: HttpRequest, approval: ApprovalRequest, values: dict[str, Any]) -> str:
    person: Any = request.user
    approvals.reject(approval_id=approval.public_id, person=person, actor=actor_of(request), now=clock.now(), note=values["note"])
    return gettext("Refused. Nothing was changed.")


def _refusal(error: DomainError) -> str:
    """Who was faster, or that it is too late."""
    if not isinstance(error, AlreadyDecided):
        return refusal_text(error)
    who, state = str(error.details.get("decided_by") or ""), error.details["state"]
    if who and state == State.APPROVED:
        return gettext("%s has approved this already.") % who
    return gettext("%s has refused this already.") % who if who else gettext("The request has expired; ask for it again.")


ACTS = (
    Act(
        "approve", _("Approve"), "check_circle", DECIDE, _may_decide, _approve,
        _("What is asked for happens at once, in your name and that of who asked."), OptionalNoteForm, "good", _refusal,
    ),
    Act(
        "reject", _("Refuse"), "block", DECIDE, _may_decide, _reject,
        _("Nothing is changed. Who asked sees your reason."), NoteForm, "bad", _refusal,
    ),
)  # fmt: skip


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(ActsAdmin, MoneyRowAdmin):
    """Waiting ones first. Nobody edits a request: it is approved or refused as it was asked."""

    acts = ACTS
    list_display = ("what", "state_badge", "subject", "requested_by", "created_at", "expires_at", "decided_by")
    list_filter = ("state",)
    search_fields = ("public_id__startswith", "subject_id__exact", "requested_by__exact")
    search_help_text = _("Request id, whole id of the subject, user name")
    ordering = (Case(When(state=State.PENDING, then=0), default=1, output_field=IntegerField()).asc(), "-id")
    fieldsets = (
        (None, {"fields": ("what", "state_badge", "subject_link", "reason", "requested_by", "created_at", "expires_at")}),
        (_("What would change"), {"fields": ("differences",)}),
        (_("Decision"), {"fields": ("decided_by", "decided_at", "decision_note", "public_id")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalRequest]:
        """Without the payload, which may hold new credentials and is never shown."""
        rows: QuerySet[ApprovalRequest] = super().get_queryset(request)
        return rows.defer("payload")

    @admin.display(description=_("what is asked for"))
    def what(self, approval: ApprovalRequest) -> str:
        """The action in words."""
        return _label(approval.action)

    @admin.display(description=_("state"))
    def state_badge(self, approval: ApprovalRequest) -> SafeString:
        """Expired also where the sweep has not come by yet."""
        if approval.state == State.PENDING and approval.expires_at <= clock.now():
            return badge(State.EXPIRED.label)
        return badge(approval.get_state_display(), APPROVAL_TONES.get(approval.state, Tone.NEUTRAL))

    @admin.display(description=_("subject"))
    def subject(self, approval: ApprovalRequest) -> str:
        """What it is about, in a list: without a look-up a row."""
        return f"{subject_words(approval.subject_type)} {approval.subject_id}"

    @admin.display(description=_("subject"))
    def subject_link(self, approval: ApprovalRequest) -> SafeString:
        """What it is about, to be opened."""
        return _subject_link(approval)

    @admin.display(description=_("before and after"))
    def differences(self, approval: ApprovalRequest) -> SafeString | str:
        """One line a field."""
        rows = list(_differences(approval.difference))
        return before_and_after(rows) if rows else EMPTY

    def act_subject(self, approval: ApprovalRequest) -> list[tuple[str, Any]]:
        """Who asks for what, and why."""
        return [
            (gettext("what is asked for"), self.what(approval)),
            (gettext("subject"), _subject_link(approval)),
            (gettext("requested by"), approval.requested_by),
            (gettext("reason"), approval.reason or EMPTY),
            (gettext("before and after"), self.differences(approval)),
        ]


def _subject_link(approval: ApprovalRequest) -> SafeString:
    label = SUBJECTS.get(approval.subject_type)
    row = apps.get_model(label)._default_manager.filter(public_id=approval.subject_id).first() if label else None
    words = f"{subject_words(approval.subject_type)} {row or approval.subject_id}"
    return link(words, page_url(row._meta.label_lower, row.pk) if row is not None else "")


def _differences(difference: dict[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    for name, value in difference.items():
        pair = value if isinstance(value, list) and len(value) == 2 and name != "new_credentials" else [None, value]
        yield _name(name), _value(name, pair[0]), _value(name, pair[1]), True


def _name(field: str) -> str:
    if field in OPTIONS:
        return gettext("option: %s") % OPTIONS[field]
    return str(FIELDS.get(field, field))


def _value(name: str, value: Any) -> str:
    if name.endswith(_MONEY) and isinstance(value, int):
        return money(value)
    if isinstance(value, dict):
        return ", ".join(f"{FIELDS.get(part, part)}: {shown(value[part])}" for part in sorted(value))
    return str(VALUES[value]) if isinstance(value, str) and value in VALUES else shown(value)
