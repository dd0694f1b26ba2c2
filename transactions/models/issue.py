"""What a person must look at."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from payments_site.kernel.money import format_vnd
from tenants.models import ProviderAccount
from transactions.models.receipt import Receipt
from transactions.models.refund import Refund
from transactions.models.transaction import Transaction


class MoneyIssue(models.Model):
    """Money that does not fit: written by the transition itself, worked on by finance."""

    class Type(models.TextChoices):
        LATE_SUCCESS = "late_success", _("Paid late")
        DOUBLE_PAYMENT = "double_payment", _("Paid twice")
        WRONG_AMOUNT = "wrong_amount", _("Wrong amount")
        FAILURE_AFTER_SUCCESS = "failure_after_success", _("Failure after success")
        UNDERPAID = "underpaid", _("Underpaid")
        OVERPAID = "overpaid", _("Overpaid")
        REFUND_REVERSED = "refund_reversed", _("Refund reversed")
        REFUND_MISMATCH = "refund_mismatch", _("Refunds do not add up")
        REUSED_NUMBER = "reused_number", _("Provider's number seen before")
        UNIDENTIFIED_MONEY = "unidentified_money", _("Unidentified money")
        UNKNOWN_FATE = "unknown_fate", _("Fate unknown")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        RESOLVED = "resolved", _("Resolved")

    public_id = models.CharField(
        _("issue id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.ISSUE)
    )
    issue_type = models.CharField(_("type"), max_length=30, choices=Type.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    account = models.ForeignKey(
        ProviderAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("account")
    )
    transaction = models.ForeignKey(
        Transaction, null=True, blank=True, on_delete=models.PROTECT, related_name="issues", verbose_name=_("payment")
    )
    receipt = models.ForeignKey(
        Receipt, null=True, blank=True, on_delete=models.PROTECT, related_name="issues", verbose_name=_("receipt")
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="issues", verbose_name=_("refund")
    )
    amount = models.BigIntegerField(_("amount"))
    notice_id = models.CharField(_("notice"), max_length=40, blank=True, default="")
    # What it is about, so that the same fact told twice opens one issue: a provider's number, a refund's id, an attempt's id.
    cause = models.CharField(_("cause"), max_length=120)
    data = models.JSONField(_("data"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    resolved_by = models.CharField(_("resolved by"), max_length=150, blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name = _("money issue")
        verbose_name_plural = _("money issues")
        constraints = [models.UniqueConstraint(fields=["issue_type", "cause"], name="issue_once_per_cause")]
        indexes = [
            models.Index(fields=["-created_at"], condition=Q(state="open"), name="issue_open"),
            models.Index(fields=["issue_type", "-created_at"], name="issue_type_created"),
        ]

    def __str__(self) -> str:
        return f"{self.get_issue_type_display()} · {format_vnd(self.amount)}"
