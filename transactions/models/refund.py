"""Money that goes back to the payer."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from tenants.models import ProviderAccount, Tenant
from transactions.models.receipt import Receipt
from transactions.models.transaction import Transaction


class Refund(models.Model):
    """Money of one payment on its way back; ``allocations`` say out of which receipts, ``receipt`` is the first of them.

    The API shows requested, awaiting_approval and unknown as processing, awaiting_transfer as awaiting_manual.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        AWAITING_APPROVAL = "awaiting_approval", _("Awaiting approval")
        PROCESSING = "processing", _("Processing")
        UNKNOWN = "unknown", _("Unknown")
        AWAITING_TRANSFER = "awaiting_transfer", _("Awaiting transfer")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")

    class Source(models.TextChoices):
        API = "api", _("Client system")
        STAFF = "staff", _("Staff")
        PORTAL = "portal", _("Provider's portal")

    public_id = models.CharField(
        _("refund id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.REFUND)
    )
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", verbose_name=_("tenant"))
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("receipt"))
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    source = models.CharField(_("asked for through"), max_length=10, choices=Source.choices, default=Source.API)
    # The provider takes no refunds: a person transfers it, and ``provider_refund_id`` is the bank's reference.
    manual = models.BooleanField(_("by bank transfer"), default=False)
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=255, blank=True, default="")
    internal_refund_id = models.CharField(_("client's refund id"), max_length=255, null=True, blank=True)
    notification_url = models.CharField(_("notification URL"), max_length=2048, blank=True, default="")
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.REQUESTED)
    # Sent with every try and never changed: the provider recognises a repeat by it.
    provider_reference = models.CharField(_("our reference"), max_length=100)
    provider_refund_id = models.CharField(_("provider's refund number"), max_length=100, null=True, blank=True)
    # Where a manual refund goes if not to where the money came from; as ``Receipt.payer_sealed``, without the memo.
    payee_sealed = models.BinaryField(null=True, editable=False)
    exported_at = models.DateTimeField(_("in a transfer list since"), null=True, blank=True)
    failure_code = models.CharField(_("failure code"), max_length=40, null=True, blank=True)
    failure_reason = models.CharField(_("failure reason"), max_length=255, null=True, blank=True)
    requested_by = models.CharField(_("requested by"), max_length=150)
    requested_by_type = models.CharField(_("requested by (type)"), max_length=10)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    # When the provider was first asked for it: a member of staff's waits for a second person before that.
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    next_query_at = models.DateTimeField(_("ask again at"), null=True, blank=True)
    query_count = models.PositiveSmallIntegerField(_("times asked"), default=0)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        permissions = [
            ("request_refund", _("Can ask for, or allow, a refund")),
            ("pay_refund", _("Can export manual refunds and say, or confirm, that they were paid")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.UniqueConstraint(fields=["provider_reference"], name="refund_reference_once"),
            models.UniqueConstraint(
                fields=["transaction", "internal_refund_id"],
                condition=Q(internal_refund_id__isnull=False),
                name="refund_internal_id_once",
            ),
            # One transfer pays one refund.
            models.UniqueConstraint(
                fields=["account", "provider_refund_id"],
                condition=Q(manual=True, provider_refund_id__isnull=False),
                name="refund_bank_reference_once",
            ),
        ]
        indexes = [
            models.Index(fields=["next_query_at"], condition=Q(next_query_at__isnull=False), name="refund_next_query"),
            models.Index(fields=["-created_at"], name="refund_created"),
            models.Index(fields=["id"], condition=Q(status="awaiting_transfer"), name="refund_awaiting_transfer"),
        ]

    def __str__(self) -> str:
        return self.public_id
