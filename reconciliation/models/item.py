"""What does not agree, until somebody or something explains it."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from reconciliation.models.match import Match
from reconciliation.models.run import Reconciliation
from reconciliation.models.statement import StatementLine
from tenants.models import ProviderAccount
from transactions.models import MoneyIssue, Receipt, Refund, Transaction


class ReconciliationItem(models.Model):
    """One difference between the provider (or the bank) and us; ``cause`` makes it appear once, however often we look."""

    class Type(models.TextChoices):
        MISSING_AT_PROVIDER = "missing_at_provider", _("Missing at the provider")
        MISSING_IN_SYSTEM = "missing_in_system", _("Missing in our books")
        AMOUNT = "amount", _("Amounts differ")
        FEE = "fee", _("Fees differ")
        STATUS = "status", _("States differ")
        DUPLICATE = "duplicate", _("Listed twice")
        CURRENCY = "currency", _("Another currency")
        TIMING = "timing", _("On its way")
        REFUND_UNKNOWN = "refund_unknown", _("Refund unknown to us")
        UNIDENTIFIED_MONEY = "unidentified_money", _("Unidentified money")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PROPOSED = "proposed", _("Awaits a second person")
        RESOLVED = "resolved", _("Resolved")
        # The other side came by itself: the line of T+1, a refund that ended, a corrected statement.
        CLOSED = "closed", _("Closed by itself")

    public_id = models.CharField(
        _("item id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.RECONCILIATION_ITEM)
    )
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    day = models.DateField(_("business day"))
    item_type = models.CharField(_("type"), max_length=30, choices=Type.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    first_run = models.ForeignKey(
        Reconciliation, on_delete=models.PROTECT, related_name="items_found", verbose_name=_("found by")
    )
    last_run = models.ForeignKey(
        Reconciliation, on_delete=models.PROTECT, related_name="items_seen", verbose_name=_("last seen by")
    )
    line = models.ForeignKey(
        StatementLine, null=True, blank=True, on_delete=models.PROTECT, related_name="items", verbose_name=_("statement line")
    )
    receipt = models.ForeignKey(
        Receipt, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("receipt")
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("refund")
    )
    transaction = models.ForeignKey(
        Transaction, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("payment")
    )
    match = models.ForeignKey(
        Match, null=True, blank=True, on_delete=models.PROTECT, related_name="items", verbose_name=_("match")
    )
    # The money issue that tells of the same fact: it is linked, and resolved together with the item.
    issue = models.ForeignKey(
        MoneyIssue, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("money issue")
    )
    # What is at stake, in đồng: the whole of what is missing, the difference of what differs.
    amount = models.BigIntegerField(_("amount"))
    # {"field": {"ours": ..., "theirs": ...}} of the fields that differ.
    differences = models.JSONField(_("differences"), default=dict, blank=True)
    cause = models.CharField(_("cause"), max_length=120)
    due_day = models.DateField(_("late until"), null=True, blank=True)
    action = models.CharField(_("action"), max_length=30, blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")
    approval_id = models.CharField(_("approval"), max_length=40, blank=True, default="")
    closed_by = models.CharField(_("closed by"), max_length=150, blank=True, default="")
    # What the resolution did, so that it can be undone and read later.
    effects = models.JSONField(_("effects"), default=dict, blank=True)
    created_at = models.DateTimeField(_("found at"))
    updated_at = models.DateTimeField(_("updated at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reconciliation item")
        verbose_name_plural = _("reconciliation items")
        permissions = [
            ("resolve_item", _("Can propose, or allow, a resolution")),
            ("export_reconciliation", _("Can export reconciliations")),
        ]
        constraints = [models.UniqueConstraint(fields=["account", "cause"], name="item_once_per_cause")]
        indexes = [
            models.Index(fields=["account", "-day"], name="item_account_day"),
            models.Index(fields=["-created_at"], condition=Q(state__in=["open", "proposed"]), name="item_open"),
            models.Index(fields=["item_type", "-created_at"], name="item_type_created"),
        ]

    def __str__(self) -> str:
        return f"{self.get_item_type_display()} · {self.public_id}"
