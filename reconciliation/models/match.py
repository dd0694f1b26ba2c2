"""Which line is which record of ours."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reconciliation.models.run import Reconciliation
from reconciliation.models.statement import StatementLine
from tenants.models import ProviderAccount
from transactions.models import Receipt, Refund


class Match(models.Model):
    """One line and one record, with the evidence. A lump or a split takes several rows of one ``group``.

    In a group each line and each record stands in exactly one row (so one row may have only a line, another only a record), and
    the database holds for every row that is not undone: a line, a receipt and a refund are used once. Bits of ``agreed`` and
    ``differed`` are those of ``reconciliation/matching/fields.py``.

    By trigger a row is never deleted and never changed, but for being undone, once. It has no foreign keys in the database: a
    million rows are written in one statement, from rows of which none can be deleted (a receipt, a refund and a line by trigger,
    an account and a run because rows that are checked point to them), and five checks of each would take longer than the match.
    """

    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    run = models.ForeignKey(
        Reconciliation, null=True, on_delete=models.PROTECT, related_name="matches", db_constraint=False, db_index=False
    )
    line = models.ForeignKey(
        StatementLine, null=True, on_delete=models.PROTECT, related_name="matches", db_constraint=False, db_index=False
    )
    receipt = models.ForeignKey(
        Receipt, null=True, on_delete=models.PROTECT, related_name="matches", db_constraint=False, db_index=False
    )
    refund = models.ForeignKey(
        Refund, null=True, on_delete=models.PROTECT, related_name="matches", db_constraint=False, db_index=False
    )
    # The smallest id among the rows of a group; NULL for one line and one record.
    group = models.BigIntegerField(null=True, blank=True, editable=False)
    strategy = models.CharField(_("strategy"), max_length=20)
    score = models.PositiveSmallIntegerField(_("score"))
    agreed = models.PositiveIntegerField(default=0)
    differed = models.PositiveIntegerField(default=0)
    # What a strategy wants to say besides: the words of the memo, the sum of the lump. NULL for most.
    evidence = models.JSONField(_("evidence"), null=True, blank=True)
    made_by = models.CharField(_("made by"), max_length=150, blank=True, default="")
    created_at = models.DateTimeField(_("made at"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True, default="")
    undo_note = models.CharField(_("why it was undone"), max_length=255, blank=True, default="")

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        permissions = [("undo_match", _("Can undo a match"))]
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(undone_at__isnull=True, line__isnull=False), name="match_line_once"
            ),
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(undone_at__isnull=True, receipt__isnull=False), name="match_receipt_once"
            ),
            models.UniqueConstraint(
                fields=["refund"], condition=Q(undone_at__isnull=True, refund__isnull=False), name="match_refund_once"
            ),
        ]
        indexes = [
            models.Index(fields=["group"], condition=Q(group__isnull=False), name="match_group"),
            # The rows of a run lie together, so a few pages of summaries find them, at nearly no cost to the run.
            BrinIndex(fields=["run"], pages_per_range=16, autosummarize=True, name="match_run_brin"),
            # What was undone is remembered: no strategy makes the same pair again.
            models.Index(fields=["account", "line"], condition=Q(undone_at__isnull=False), name="match_undone"),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} {self.score}"
