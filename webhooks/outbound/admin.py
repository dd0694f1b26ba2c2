"""The back office's view of callbacks: endpoints are set up here; deliveries and their tries are only read, and sent again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from audit.admin import ReadOnlyAdmin
from audit.cells import EMPTY, badge, code, raw
from audit.paging import CappedPaginator
from audit.searching import search_each
from payments_site.kernel import clock, sealing
from tenants.actors import actor_of
from tenants.admin.acts import Act, ActsAdmin, AskForm
from webhooks.outbound.endpoint_admin import CallbackEndpointAdmin, CallbackPolicyAdmin
from webhooks.outbound.models import CallbackAttempt, CallbackDelivery
from webhooks.outbound.resend import StillPendingError, resend, resend_selection
from webhooks.outbound.words import spoken

# Of an answer's body, in the table of tries; the rest can be unfolded.
EXCERPT = 120
TONES = {"pending": "warning", "delivered": "good", "dead": "bad"}


class TryInline(TabularInline):  # type: ignore[misc]
    """The tries of a delivery, oldest first."""

    model = CallbackAttempt
    fields = readonly_fields = ("number", "started_at", "took", "answer", "said", "excerpt")
    hide_title = True
    ordering = ("number",)
    extra = 0
    can_delete = False

    @admin.display(description=_("error"))
    def said(self, one: CallbackAttempt) -> str:
        """In the reader's language."""
        return spoken(one.error)

    @admin.display(description=_("took"))
    def took(self, one: CallbackAttempt) -> str:
        """In milliseconds."""
        return f"{one.duration_ms} ms"

    @admin.display(description=_("answer"))
    def answer(self, one: CallbackAttempt) -> SafeString | str:
        """Green for 2xx, red for any other, a dash where nobody answered."""
        status = one.response_status
        return EMPTY if status is None else badge(str(status), "good" if 200 <= status < 300 else "bad")

    @admin.display(description=_("answer's body"))
    def excerpt(self, one: CallbackAttempt) -> SafeString | str:
        """What is kept of it, 2 kB; a long one behind its beginning."""
        if len(one.response_body) <= EXCERPT:
            return code(one.response_body)
        return format_html("<details><summary>{}…</summary>{}</details>", one.response_body[:EXCERPT], raw(one.response_body))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: tries are evidence."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: tries are evidence."""
        return False


def _send_again(request: HttpRequest, delivery: CallbackDelivery, values: dict[str, Any]) -> str:
    try:
        resend(delivery=delivery, now=clock.now(), actor=actor_of(request))
    except StillPendingError:
        return gettext("%s is pending already.") % delivery.public_id
    return ngettext("%d callback will be sent again.", "%d callbacks will be sent again.", 1) % 1


SEND_AGAIN = Act(
    "resend", _("Send callback again"), "forward_to_inbox", "webhooks.change_callbackdelivery",
    lambda request, delivery: bool(delivery.status != CallbackDelivery.Status.PENDING), _send_again,
    _("The client gets the same message again, with the same id, so that it can tell a repeat."), AskForm,
)  # fmt: skip


@admin.register(CallbackDelivery)
class CallbackDeliveryAdmin(ActsAdmin, ReadOnlyAdmin):
    """Read-only, but for sending again, which asks for the permission to change deliveries."""

    acts = (SEND_AGAIN,)
    paginator = CappedPaginator
    show_facets = admin.ShowFacets.NEVER
    list_fullwidth = True
    empty_value_display = EMPTY
    sortable_by = ()
    list_display = ("delivery", "status_badge", "message", "transaction", "attempts", "answered", "next_attempt_at", "when")
    list_filter = ("status",)
    list_select_related = ("event", "transaction")
    search_fields = ("public_id__exact", "event__public_id__exact", "transaction__public_id__exact")
    search_help_text = _("Delivery, event or transaction id, in full")
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": ("status_badge", "message", "transaction", "tenant", "endpoint", "url", "public_id")}),
        (
            _("How it fares"),
            {
                "fields": (
                    "attempts", "answered", "said", "next_attempt_at", "delivered_at", "failed_at", "created_at",
                ),
            },
        ),
        (_("What is sent"), {"fields": ("event_code", "body")}),
    )  # fmt: skip
    inlines = (TryInline,)
    actions = ("send_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallbackDelivery]:
        """The sealed body is read only where it is shown."""
        rows: QuerySet[CallbackDelivery] = super().get_queryset(request)
        return rows.defer("event__body_sealed", "transaction__payer_sealed").select_related("event", "transaction")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The body may hold what the client noted of the payer: it is shown only to who may see payers."""
        if request.user.has_perm("transactions.view_payer"):
            return self.fieldsets
        *head, (title, _options) = self.fieldsets
        return (*head, (title, {"fields": ("event_code",)}))

    @admin.display(description=_("event"))
    def event_code(self, delivery: CallbackDelivery) -> SafeString | str:
        """Type and number, in the words of the API."""
        return EMPTY if delivery.event is None else code(str(delivery.event))

    @admin.display(description=_("delivery"))
    def delivery(self, delivery: CallbackDelivery) -> SafeString:
        """Where to, above our id."""
        return format_html('{}<small class="sp-under">{}</small>', delivery.url[:60], delivery.public_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CallbackDelivery], search_term: str
    ) -> tuple[QuerySet[CallbackDelivery], bool]:
        """Each id by itself."""
        return search_each(queryset, self.search_fields, search_term), False

    @admin.display(description=_("status"))
    def status_badge(self, delivery: CallbackDelivery) -> SafeString:
        """A coloured label."""
        return badge(delivery.get_status_display(), TONES[delivery.status])

    @admin.display(description=_("last error"))
    def said(self, delivery: CallbackDelivery) -> str:
        """In the reader's language."""
        return spoken(delivery.last_error)

    @admin.display(description=_("message"))
    def message(self, delivery: CallbackDelivery) -> str:
        """The event as the client knows it."""
        return delivery.message_type or EMPTY

    @admin.display(description=_("last answer"))
    def answered(self, delivery: CallbackDelivery) -> SafeString | str:
        """Green for 2xx, red for any other."""
        status = delivery.last_status
        return EMPTY if status is None else badge(str(status), "good" if 200 <= status < 300 else "bad")

    @admin.display(description=_("body"))
    def body(self, delivery: CallbackDelivery) -> SafeString | str:
        """The frozen bytes, unsealed."""
        if delivery.event is None or delivery.transaction is None:
            return raw(bytes(delivery.test_body or b"").decode(errors="replace"))
        try:
            wrapped = delivery.transaction.data_key.wrapped
            key = sealing.unwrap(None if wrapped is None else bytes(wrapped), settings.FERNET_KEYS)
            return raw(sealing.unseal(bytes(delivery.event.body_sealed or b""), key).decode(errors="replace"))
        except sealing.KeyDestroyed:
            return gettext("The payer's data was erased; the message can no longer be read.")
        except sealing.SealBroken:
            return gettext("The message can not be read with the present keys.")

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Who may change deliveries may send them again."""
        return request.user.has_perm("webhooks.change_callbackdelivery")

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[CallbackDelivery]) -> None:
        """A new try, at once, of every chosen delivery that is not pending anyway; at most 1,000."""
        sent = resend_selection(deliveries=chosen, now=clock.now(), actor=actor_of(request))
        if not sent:
            self.message_user(request, _("All of these are pending already."), messages.WARNING)
            return
        text = ngettext("%d callback will be sent again.", "%d callbacks will be sent again.", sent) % sent
        self.message_user(request, text, messages.SUCCESS)


__all__ = ["CallbackDeliveryAdmin", "CallbackEndpointAdmin", "CallbackPolicyAdmin"]
