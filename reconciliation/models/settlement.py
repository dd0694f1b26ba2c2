"""The third leg: what the provider owes us for its days, and what the bank says has come."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reconciliation.models.statement import StatementLine
from tenants.models import ProviderAccount


class Settlement(models.Model):
    """One pay-out for one or several business days, as the provider's statement adds up and as the bank credited it."""

    class State(models.TextChoices):
        AWAITED = "awaited", _("Awaited")
        ARRIVED = "arrived", _("Arrived")
        DIFFERS = "differs", _("Arrived with another amount")
        OVERDUE = "overdue", _("Overdue")

    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    day_from = models.DateField(_("first day"))
    day_to = models.DateField(_("last day"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.AWAITED)
    gross = models.BigIntegerField(_("payments"))
    refunds = models.BigIntegerField(_("refunds"))
    fees = models.BigIntegerField(_("fees"))
    net = models.BigIntegerField(_("net"))
    # What the provider's own statement calls the pay-out, where it lists one.
    provider_line = models.ForeignKey(
        StatementLine, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("provider's line")
    )
    bank_line = models.ForeignKey(
        StatementLine, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("bank's line")
    )
    due_day = models.DateField(_("due"))
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("pay-out")
        verbose_name_plural = _("pay-outs")
        constraints = [
            models.UniqueConstraint(fields=["account", "day_from"], name="settlement_day_once"),
            models.UniqueConstraint(fields=["bank_line"], condition=Q(bank_line__isnull=False), name="settlement_bank_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.day_from:%d/%m/%Y}"
