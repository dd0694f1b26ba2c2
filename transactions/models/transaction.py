"""The payment itself: what the client asked for and what has become of it."""

from __future__ import annotations

from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from payments_site.kernel.money import VND
from tenants.models import ProviderAccount, Tenant
from transactions.lifecycle import OPEN_OR_PAID


class Transaction(models.Model):
    """One order of a client, to be paid once. Only ``services/_transition.py`` assigns ``status``."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")
        UNDER_REVIEW = "under_review", _("Under review")
        PARTIALLY_REFUNDED = "partially_refunded", _("Partially refunded")
        REFUNDED = "refunded", _("Refunded")

    public_id = models.CharField(
        _("transaction id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.TRANSACTION)
    )
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", verbose_name=_("tenant"))
    order_id = models.CharField(_("order"), max_length=64)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, default=VND)
    description = models.CharField(_("description"), max_length=255)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.PENDING)
    late = models.BooleanField(_("paid late"), default=False)

    # The present (newest, or the paid) attempt, copied here because lists and searches need it. NULL: not chosen yet.
    provider_code = models.CharField(_("provider"), max_length=20, null=True, blank=True)
    account = models.ForeignKey(
        ProviderAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("account")
    )
    provider_order_id = models.CharField(_("our reference at the provider"), max_length=100, null=True, blank=True)
    provider_transaction_id = models.CharField(_("provider's number"), max_length=100, null=True, blank=True)
    payment_method = models.CharField(_("payment method"), max_length=30, null=True, blank=True)
    payment_url = models.TextField(_("payment URL"), blank=True, default="")
    qr_code = models.TextField(_("QR code"), null=True, blank=True)

    return_url = models.CharField(_("return URL"), max_length=2048)
    cancel_url = models.CharField(_("cancel URL"), max_length=2048, blank=True, default="")
    callback_url = models.CharField(_("callback URL"), max_length=2048, blank=True, default="")
    locale = models.CharField(_("language"), max_length=2, default="vi")
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    # Personal data: JSON {customer_info, customer_ip, device_id, user_agent} sealed under the data key; keyed hashes to find it.
    data_key = models.OneToOneField("transactions.DataKey", on_delete=models.PROTECT, related_name="+")
    payer_sealed = models.BinaryField(null=True, editable=False)
    # Keyed hashes of the beginnings of the words of name and order, blind to accents and case: search by the start of any word.
    search_terms = ArrayField(models.IntegerField(), default=list, blank=True, editable=False)
    email_index = models.BinaryField(null=True, editable=False)
    phone_index = models.BinaryField(null=True, editable=False)

    received_amount = models.BigIntegerField(_("received"), default=0)
    refunded_amount = models.BigIntegerField(_("refunded"), default=0)
    transaction_fee = models.BigIntegerField(_("fee"), null=True, blank=True)
    net_amount = models.BigIntegerField(_("net"), null=True, blank=True)
    failure_code = models.CharField(_("failure code"), max_length=40, null=True, blank=True)
    failure_reason = models.CharField(_("failure reason"), max_length=255, null=True, blank=True)

    last_sequence = models.PositiveIntegerField(_("last event"), default=0, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        permissions = [
            ("view_payer", _("Can see payers and raw notices")),
            ("ask_provider", _("Can ask the provider about a payment")),
            ("cancel_payment", _("Can cancel a pending payment")),
            ("accept_review", _("Can accept a payment under review")),
            ("reject_review", _("Can ask for, or allow, the rejection of a payment under review")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[
                    "pending", "completed", "failed", "expired", "cancelled", "under_review", "partially_refunded", "refunded",
                ]),
                name="txn_status_known",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="txn_amount_positive"),
            models.CheckConstraint(condition=Q(currency=VND), name="txn_currency_vnd"),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=models.F("received_amount")),
                name="txn_refunded_within_received",
            ),
            models.UniqueConstraint(
                fields=["tenant", "order_id"],
                condition=Q(status__in=sorted(OPEN_OR_PAID), late=False),
                name="txn_one_open_or_paid_per_order",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="txn_tenant_created"),
            models.Index(fields=["-created_at", "-id"], name="txn_created"),
            # The back office's filters and what they count, also where a state or a provider is rare. Tenant and provider ride
            # along, so that a state at one of them is counted in the index alone.
            models.Index(fields=["status", "-created_at", "-id"], include=["provider_code", "tenant"], name="txn_status_created"),
            models.Index(fields=["provider_code", "-created_at", "-id"], name="txn_provider_created"),
            models.Index(fields=["-created_at", "-id"], condition=Q(late=True), name="txn_late_created"),
            # Pattern operators: equality as ever, and the back office's search by the start of a number whatever the collation.
            models.Index(fields=["order_id", "tenant"], opclasses=["varchar_pattern_ops", "int8_ops"], name="txn_order_tenant"),
            models.Index(fields=["expires_at"], condition=Q(status="pending"), name="txn_pending_expiry"),
            models.Index(fields=["provider_transaction_id"], opclasses=["varchar_pattern_ops"], name="txn_provider_number"),
            GinIndex(fields=["search_terms"], name="txn_search_terms"),
            models.Index(fields=["email_index"], condition=Q(email_index__isnull=False), name="txn_email"),
            models.Index(fields=["phone_index"], condition=Q(phone_index__isnull=False), name="txn_phone"),
        ]

    def __str__(self) -> str:
        return self.public_id


class DailyVolume(models.Model):
    """What is open or paid of one tenant and Vietnam day: the counter behind daily and monthly limits."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "day"], name="daily_volume_once")]

    def __str__(self) -> str:
        return f"{self.tenant_id} {self.day}: {self.amount}"
