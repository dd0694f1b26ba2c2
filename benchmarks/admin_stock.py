"""The peer: Django's own admin of the same table, as one registers it without thinking of size. A URLconf, too."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path

from payments_site import urls
from transactions.models import Transaction


class StockAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Default paginator and counts. Two kindnesses: as many rows a page as ours, and no select boxes of millions of rows."""

    list_display = ("public_id", "order_id", "status", "amount", "provider_code", "tenant", "created_at", "paid_at")
    list_filter = ("status", "provider_code", "tenant")
    search_fields = ("public_id", "order_id", "provider_order_id", "provider_transaction_id")  # icontains
    list_per_page = 50
    raw_id_fields = ("tenant", "account", "data_key")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With Django's own templates."""
        return _stock(super().changelist_view(request, extra_context))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """With Django's own templates."""
        return _stock(super().change_view(request, object_id, form_url, extra_context))


def _stock(response: Any) -> Any:
    response.using = "stock"
    return response


site = admin.AdminSite("stock")
site.register(Transaction, StockAdmin)
urlpatterns = [path("stock/", site.urls), *urls.urlpatterns]
handler404 = urls.__dict__.get("handler404", "django.views.defaults.page_not_found")
