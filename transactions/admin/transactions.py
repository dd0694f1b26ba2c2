"""Payments: the list, and one page with everything about a payment."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import TRANSACTION_TONES, money_column, provider_column, status_column
from transactions.admin.filters import DayFilter, ProviderFilter
from transactions.admin.page import page_of
from transactions.admin.search import search
from transactions.models import Transaction


@admin.register(Transaction)
class TransactionAdmin(MoneyRowAdmin):
    """Newest first; searched by the start of a number; who may not see payers finds none by e-mail or telephone."""

    list_display = (
        "public_id",
        "order_id",
        status_column(TRANSACTION_TONES, _("status")),
        money_column("amount", _("amount")),
        provider_column(_("provider")),
        "tenant",
        "created_at",
        "paid_at",
        "late",
    )
    list_filter = ("status", ProviderFilter, "late", DayFilter, "tenant")
    list_select_related = ("tenant",)
    ordering = ("-created_at", "-id")
    search_fields = ("public_id",)
    search_help_text = _("Start of an id, order or number; whole e-mail or telephone")
    fieldsets = (
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "public_id", "order_id", "description", "tenant", "account", "payment_method", "provider_order_id",
                    "provider_transaction_id", "failure_code", "failure_reason", "locale", "payment_url", "return_url",
                    "cancel_url", "callback_url", "metadata", "expires_at", "paid_at", "created_at", "updated_at",
                ),
            },
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transaction]:
        """Without the long columns, which no list shows."""
        rows: QuerySet[Transaction] = super().get_queryset(request)
        if request.resolver_match is not None and str(request.resolver_match.url_name).endswith("_changelist"):
            return rows.defer("payer_sealed", "payment_url", "qr_code", "metadata", "description", "return_url", "callback_url")
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Transaction], search_term: str
    ) -> tuple[QuerySet[Transaction], bool]:
        """By the start of a number (``transactions.admin.search``); nothing is found twice."""
        return search(queryset, search_term, payer=request.user.has_perm("transactions.view_payer")), False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the page about this payment."""
        payment = kwargs.get("obj")
        if isinstance(payment, Transaction):
            context["page"] = page_of(payment, payer=request.user.has_perm("transactions.view_payer"))
        return super().render_change_form(request, context, *args, **kwargs)
