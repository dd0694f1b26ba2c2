"""Which receipts a refund gives back, and how much of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from transactions.models.receipt import Receipt
from transactions.models.refund import Refund


class RefundAllocation(models.Model):
    """A part of a refund that comes out of one receipt. Every refund has at least one; together they are its amount.

    Append-only. A trigger refuses what would give back more of a receipt than came in, whoever writes it.
    """

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("refund"))
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("receipt"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("part of a refund")
        verbose_name_plural = _("parts of refunds")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount_positive"),
            models.UniqueConstraint(fields=["refund", "receipt"], name="allocation_once_per_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id} of {self.receipt_id}: {self.amount}"
