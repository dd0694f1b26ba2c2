"""One reconciliation of one account and one business day."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from tenants.models import ProviderAccount


class Reconciliation(models.Model):
    """A run. It may be repeated: ``changes`` then say what is different from the one before, and why."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")

    class Cause(models.TextChoices):
        NIGHTLY = "nightly", _("Nightly")
        STAFF = "staff", _("Staff")
        API = "api", _("By API")
        COMMAND = "command", _("Command line")

    public_id = models.CharField(
        _("reconciliation id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.RECONCILIATION)
    )
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    day = models.DateField(_("business day"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    cause = models.CharField(_("started by"), max_length=10, choices=Cause.choices)
    requested_by = models.CharField(_("requested by"), max_length=150)
    # How far it is: the names of the steps that are done, in order, each with how many it matched. A crash resumes after them.
    steps_done = models.JSONField(_("steps done"), default=list, blank=True)
    # When the process that works on it last said so; one that is silent for minutes is taken up by another.
    alive_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    lines = models.PositiveIntegerField(_("lines"), default=0)
    records = models.PositiveIntegerField(_("records of ours"), default=0)
    matched = models.PositiveIntegerField(_("matched"), default=0)
    items_open = models.PositiveIntegerField(_("open items"), default=0)
    # {"gross": {"ours", "theirs"}, "refunds": ..., "fees": ..., "net": ...}: sums in đồng.
    totals = models.JSONField(_("sums"), default=dict, blank=True)
    # {"by_strategy": {...}, "by_type": {...}}
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    changes = models.JSONField(_("changes since the run before"), default=list, blank=True)
    error_code = models.CharField(_("error"), max_length=40, blank=True, default="")
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        permissions = [("run_reconciliation", _("Can start a reconciliation"))]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day"], condition=Q(state__in=["queued", "running"]), name="reconciliation_one_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="reconciliation_created"),
            models.Index(fields=["account", "-day", "-created_at"], name="reconciliation_account_day"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.day:%d/%m/%Y}"
