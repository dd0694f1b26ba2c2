"""Events, reached from a payment's timeline."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from transactions.admin.base import MoneyRowAdmin
from transactions.models import TransactionEvent
from transactions.timeline.words import event_words


@admin.register(TransactionEvent)
class EventAdmin(MoneyRowAdmin):
    """One thing that happened; append-only in the database itself."""

    list_display = ("public_id", "transaction", "what", "from_status", "to_status", "message_type", "created_at")
    list_select_related = ("transaction",)
    search_fields = ("public_id__startswith", "transaction__public_id__exact")
    search_help_text = _("Event id, whole transaction id")
    fields = readonly_fields = (
        "public_id", "transaction", "tenant", "sequence", "what", "event_type", "from_status", "to_status", "message_type",
        "data", "created_at",
    )  # fmt: skip

    @admin.display(description=_("what"))
    def what(self, event: TransactionEvent) -> str:
        """The event in words."""
        return str(event_words(event.event_type)[0])
