"""Which days are worked on, and when an account's day ends."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import ProviderAccount


class Holiday(models.Model):
    """A day on which banks and providers do not settle, or a weekend day made up for one on which they do (``working``)."""

    day = models.DateField(_("day"), primary_key=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    working = models.BooleanField(_("worked on"), default=False)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name_vi}"


class ReconciliationRules(models.Model):
    """How one account is reconciled. An account without a row has the defaults of these columns.

    ``cutoff`` is when the provider's business day ends (00:00: with the calendar day); what is paid later belongs to the next.
    ``late_business_days`` is how long a line or a record may be missing on the other side before it is more than late.
    """

    account = models.OneToOneField(
        ProviderAccount, on_delete=models.PROTECT, related_name="reconciliation_rules", verbose_name=_("account")
    )
    nightly = models.BooleanField(_("reconcile every night"), default=True)
    run_at = models.TimeField(_("time of the nightly run"), default=time(3, 0))
    cutoff = models.TimeField(_("end of the business day"), default=time(0, 0))
    late_business_days = models.PositiveSmallIntegerField(_("business days until something is missing"), default=1)
    window_minutes = models.PositiveIntegerField(_("window for amount and time (minutes)"), default=120)
    settles_after_days = models.PositiveSmallIntegerField(_("business days until the pay-out"), default=1)
    fee_tolerance = models.BigIntegerField(_("difference of a fee that does not matter (đồng)"), default=0)
    fetch = models.BooleanField(_("fetch statements from the provider"), default=True)
    # The account of the bank to which the provider pays out: its statements show the pay-outs.
    bank_account = models.ForeignKey(
        ProviderAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("pay-outs arrive at")
    )

    class Meta:
        verbose_name = _("rules of reconciliation")
        verbose_name_plural = _("rules of reconciliation")
        constraints = [models.CheckConstraint(condition=Q(fee_tolerance__gte=0), name="reconciliation_fee_tolerance_positive")]

    def __str__(self) -> str:
        return str(self.account)
