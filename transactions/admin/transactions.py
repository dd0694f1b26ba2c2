"""Payments: the list, and one page with everything about a payment."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.admin.acts import ActsAdmin
from tenants.admin.setup import register_first_payment
from tenants.models import Tenant
from transactions.admin.acts import ACTS
from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import TRANSACTION_TONES, badge, money, money_column, provider_column
from transactions.admin.connections import ConnectionsPage
from transactions.admin.filters import DayFilter, ProviderFilter
from transactions.admin.page import page_of
from transactions.admin.questions import QuestionFilter
from transactions.admin.revenue import RevenuePage
from transactions.admin.search import search
from transactions.lifecycle import PAID
from transactions.models import Transaction
from transactions.timeline import Tone


@admin.register(Transaction)
class TransactionAdmin(RevenuePage, ConnectionsPage, ActsAdmin, MoneyRowAdmin):
    """Newest first; searched by the start of a number; who may not see payers finds none by e-mail or telephone."""

    list_display = (
        "payment",
        "state",
        money_column("amount", _("amount")),
        provider_column(_("provider")),
        "application",
        "created_at",
        "paid_at",
    )
    list_display_links = ("payment",)
    list_filter = ("status", QuestionFilter, ProviderFilter, "late", DayFilter, "tenant")
    acts = ACTS
    # The page shows the buttons itself, beside the state.
    change_form_outer_before_template = None
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

    @admin.display(description=_("payment"))
    def payment(self, payment: Transaction) -> SafeString:
        """The client's order above our id."""
        return format_html('{}<small class="sp-under">{}</small>', payment.order_id, payment.public_id)

    @admin.display(description=_("status"))
    def state(self, payment: Transaction) -> SafeString:
        """A coloured label, and another one on money that came late."""
        late = badge(_("Paid late"), Tone.WARNING) if payment.late else ""
        tone = TRANSACTION_TONES.get(payment.status, Tone.NEUTRAL)
        return format_html("{} {}", badge(payment.get_status_display(), tone), late)

    @admin.display(description=_("tenant"))
    def application(self, payment: Transaction) -> str:
        """The short code: names are on the payment's page."""
        return payment.tenant.app_code

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

    def act_subject(self, payment: Transaction) -> list[tuple[str, Any]]:
        """Order, amount and state."""
        tone = TRANSACTION_TONES.get(payment.status, Tone.NEUTRAL)
        return [
            (gettext("Order"), payment.order_id),
            (gettext("Amount"), money(payment.amount)),
            (gettext("Status"), badge(payment.get_status_display(), tone)),
        ]


def _was_paid(tenant: Tenant) -> bool:
    return Transaction.objects.filter(tenant=tenant, status__in=PAID).exists()


register_first_payment(_was_paid)
