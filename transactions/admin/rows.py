"""Attempts and receipts: mostly reached from a payment's page."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import ATTEMPT_TONES, EMPTY, money_column, provider_column, status_column
from transactions.admin.filters import DayFilter, ProviderFilter
from transactions.models import PaymentAttempt, Receipt
from transactions.timeline.meanings import explained

_AMOUNT = money_column("amount", _("amount"))
_REFUNDED = money_column("refunded_amount", _("refunded"))


@admin.register(PaymentAttempt)
class AttemptAdmin(MoneyRowAdmin):
    """One try at one provider, with all of the provider's words."""

    list_display = (
        "provider_reference", "transaction", provider_column(_("provider")), status_column(ATTEMPT_TONES, _("status")),
        _AMOUNT, "bank_code", "response_code", "created_at",
    )  # fmt: skip
    list_filter = ("status", ProviderFilter, DayFilter)
    list_select_related = ("transaction",)
    search_fields = ("public_id__startswith", "provider_reference__exact", "provider_transaction_no__startswith")
    search_help_text = _("Attempt id, our whole reference, start of the provider's number")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "public_id", "transaction", "account", "credentials_version", "provider_code", "provider_reference", "status",
                    _AMOUNT, "payment_method", "error_message",
                ),
            },
        ),
        (
            _("What we sent"),
            {
                "fields": (
                    "merchant_code", "order_info", "provider_created_at", "ip_address", "payment_url", "qr_code", "expires_at",
                ),
            },
        ),
        (
            _("What the provider said"),
            {
                "fields": (
                    "provider_transaction_no", "bank_code", "bank_transaction_no", "card_type", "provider_pay_date", "response",
                    "state_at_provider", "raw_data",
                ),
            },
        ),
        (
            _("Times"),
            {
                "fields": (
                    "created_at", "return_received_at", "return_success", "notice_received_at", "paid_at", "updated_at",
                    "next_query_at", "query_count",
                ),
            },
        ),
    )  # fmt: skip
    readonly_fields = ("response", "state_at_provider", _AMOUNT)

    @admin.display(description=_("response code"))
    def response(self, attempt: PaymentAttempt) -> str:
        """The code and what it means."""
        return explained(attempt.provider_code, attempt.response_code) or EMPTY

    @admin.display(description=_("state at the provider"))
    def state_at_provider(self, attempt: PaymentAttempt) -> str:
        """The code and what it means."""
        return explained(attempt.provider_code, attempt.transaction_status, table="STATUS") or EMPTY


@admin.register(Receipt)
class ReceiptAdmin(MoneyRowAdmin):
    """Received money."""

    list_display = ("public_id", "transaction", _AMOUNT, _REFUNDED, "provider_transaction_no", "source", "received_at")
    list_filter = ("source",)
    list_select_related = ("transaction",)
    search_fields = ("public_id__startswith", "transaction__public_id__exact", "notice_id__exact")
    search_help_text = _("Receipt id, whole transaction or notice id")
    fields = readonly_fields = (
        "public_id", "transaction", "attempt", "account", _AMOUNT, _REFUNDED, "provider_transaction_no", "source", "notice_id",
        "received_at", "created_at",
    )  # fmt: skip
