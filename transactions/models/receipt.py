"""Received money, as a fact of its own."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from tenants.models import ProviderAccount
from transactions.models.attempt import PaymentAttempt
from transactions.models.transaction import Transaction


class Receipt(models.Model):
    """Money that a provider says it received for us. Without a transaction it belongs to nothing yet, and is kept."""

    class Source(models.TextChoices):
        NOTICE = "notice", _("Notice")
        QUERY = "query", _("Query")
        STATEMENT = "statement", _("Statement")
        MANUAL = "manual", _("By hand")

    public_id = models.CharField(
        _("receipt id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.RECEIPT)
    )
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    transaction = models.ForeignKey(
        Transaction, null=True, blank=True, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("payment")
    )
    attempt = models.ForeignKey(
        PaymentAttempt,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="receipts",
        verbose_name=_("attempt"),
    )
    provider_transaction_no = models.CharField(_("provider's number"), max_length=100, null=True, blank=True)
    amount = models.BigIntegerField(_("amount"))
    refunded_amount = models.BigIntegerField(_("refunded"), default=0)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    # Who sent it, as the bank told: JSON {bank_bin, bank_name, account_number, account_name, memo}, sealed under the payment's
    # data key; where a manual refund goes unless staff say otherwise.
    payer_sealed = models.BinaryField(null=True, editable=False)
    # The notice that told of it, by public id: notices live on the floor above.
    notice_id = models.CharField(_("notice"), max_length=40, blank=True, default="")
    received_at = models.DateTimeField(_("received at"))
    created_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_amount_positive"),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=models.F("amount")),
                name="receipt_refunded_within_amount",
            ),
            models.UniqueConstraint(
                fields=["account", "provider_transaction_no"],
                condition=Q(provider_transaction_no__isnull=False),
                name="receipt_provider_no_once",
            ),
        ]
        indexes = [models.Index(fields=["account", "-received_at"], name="receipt_account_received")]

    def __str__(self) -> str:
        return self.public_id
