"""One try to pay at one provider, with everything that the provider has said about it."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from tenants.models import ProviderAccount
from transactions.models.transaction import Transaction


class PaymentAttempt(models.Model):
    """An order may take several attempts (again, or another provider). A second paid one is a double payment, never lost.

    The columns are those of the design's VNPay table, named for any provider: ``provider_reference`` is vnp_TxnRef,
    ``merchant_code`` vnp_TmnCode, ``provider_created_at`` vnp_CreateDate (which querydr and refund must repeat),
    ``return_received_at`` its callback_received_at and ``notice_received_at`` its ipn_received_at. Success follows from status.
    """

    class Status(models.TextChoices):
        CREATED = "created", _("Created")
        PENDING = "pending", _("Pending")
        UNKNOWN = "unknown", _("Unknown")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        SUSPECTED = "suspected", _("Suspected")

    public_id = models.CharField(
        _("attempt id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.ATTEMPT)
    )
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("payment"))
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    credentials_version = models.PositiveIntegerField(_("version of the credentials"))
    # The account's options when the attempt was made: a gateway's mode or unit may change, an order's does not. None: not kept.
    account_options = models.JSONField(_("options of the account"), null=True, blank=True)
    provider_code = models.CharField(_("provider"), max_length=20)
    provider_reference = models.CharField(_("our reference"), max_length=100)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.CREATED)
    amount = models.BigIntegerField(_("amount"))
    payment_method = models.CharField(_("payment method"), max_length=30, null=True, blank=True)
    payment_url = models.TextField(_("payment URL"), blank=True, default="")
    qr_code = models.TextField(_("QR code"), null=True, blank=True)

    # The provider's own name of the order, where it gives one before any money comes (PayOS paymentLinkId).
    provider_session_id = models.CharField(_("order at the provider"), max_length=100, blank=True, default="")
    # The provider holds the money for us until it is captured or released (MoMo 9000).
    held = models.BooleanField(_("money held"), default=False)
    merchant_code = models.CharField(_("merchant code"), max_length=100, blank=True, default="")
    order_info = models.CharField(_("order information"), max_length=255, blank=True, default="")
    provider_created_at = models.CharField(_("time of creation as sent"), max_length=20, blank=True, default="")
    ip_address = models.GenericIPAddressField(_("payer's address"), null=True, blank=True)

    provider_transaction_no = models.CharField(_("provider's number"), max_length=100, null=True, blank=True)
    bank_code = models.CharField(_("bank"), max_length=20, null=True, blank=True)
    bank_transaction_no = models.CharField(_("bank's number"), max_length=255, null=True, blank=True)
    card_type = models.CharField(_("card type"), max_length=20, null=True, blank=True)
    provider_pay_date = models.CharField(_("time of payment as received"), max_length=20, null=True, blank=True)
    response_code = models.CharField(_("response code"), max_length=20, null=True, blank=True)
    transaction_status = models.CharField(_("state at the provider"), max_length=20, null=True, blank=True)
    provider_signature = models.CharField(_("provider's signature"), max_length=512, null=True, blank=True)
    error_message = models.TextField(_("error message"), null=True, blank=True)
    raw_data = models.JSONField(_("raw data"), null=True, blank=True)

    return_received_at = models.DateTimeField(_("payer came back at"), null=True, blank=True)
    return_success = models.BooleanField(_("payer came back paid"), null=True, blank=True)
    notice_received_at = models.DateTimeField(_("notice received at"), null=True, blank=True)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"))
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    # The resolver's schedule: when to ask the provider next, and how often it was asked.
    next_query_at = models.DateTimeField(_("ask again at"), null=True, blank=True)
    query_count = models.PositiveSmallIntegerField(_("times asked"), default=0)
    asked_at = models.DateTimeField(_("last asked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        constraints = [
            # Pattern operators, so that the same index finds an attempt by the start of our reference.
            models.UniqueConstraint(
                fields=["provider_code", "provider_reference"],
                opclasses=["varchar_pattern_ops", "varchar_pattern_ops"],
                name="attempt_reference_unique",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["created", "pending", "unknown", "paid", "failed", "suspected"]),
                name="attempt_status_known",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="attempt_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["next_query_at"], condition=Q(next_query_at__isnull=False), name="attempt_next_query"),
            models.Index(fields=["provider_transaction_no"], opclasses=["varchar_pattern_ops"], name="attempt_provider_number"),
            models.Index(fields=["account", "-created_at"], name="attempt_account_created"),
            models.Index(
                fields=["provider_code", "provider_session_id"],
                condition=~Q(provider_session_id=""),
                name="attempt_provider_session",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_code} {self.provider_reference}"

    @property
    def is_success(self) -> bool:
        """Whether this attempt was paid (the VNPay table's column, derived)."""
        return self.status == self.Status.PAID
