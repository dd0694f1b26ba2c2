"""The back office's view of callbacks: endpoints are set up here; deliveries and their tries are only read, and sent again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline

from audit.services import record
from payments_site.kernel import clock
from tenants.api.staff_door import actor_of
from webhooks.outbound.guard import refusal
from webhooks.outbound.models import CallbackAttempt, CallbackDelivery, CallbackEndpoint
from webhooks.outbound.resend import StillPendingError, resend
from webhooks.outbound.trail import plain_url


class CallbackEndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses addresses that no callback could be sent to."""

    def clean_url(self) -> str:
        """The URL, if it may be called."""
        url: str = self.cleaned_data["url"]
        reason = refusal(url, allowed_hosts=settings.CALLBACK_ALLOWED_HOSTS, require_https=settings.CALLBACK_REQUIRE_HTTPS)
        if reason:
            raise ValidationError(_("Callbacks cannot be sent there: %(reason)s."), params={"reason": reason})
        return url

    def clean_event_types(self) -> list[str]:
        """A list of message types; nothing means all."""
        types = self.cleaned_data["event_types"] or []
        if not isinstance(types, list) or not all(isinstance(name, str) for name in types):
            raise ValidationError(_('A list of event types, such as ["transaction.completed"], or [] for all.'))
        return types


@admin.register(CallbackEndpoint)
class CallbackEndpointAdmin(ModelAdmin):  # type: ignore[misc]
    """An endpoint is switched off, never deleted: its deliveries are evidence."""

    form = CallbackEndpointForm
    list_display = ("url", "tenant", "is_active", "disabled_reason", "created_at")
    list_filter = ("is_active",)
    list_select_related = ("tenant",)
    search_fields = ("public_id__exact", "url__startswith")
    raw_id_fields = ("tenant",)
    fields = ("tenant", "url", "description", "event_types", "is_active", "disabled_reason")
    readonly_fields = ("disabled_reason",)
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def save_model(self, request: HttpRequest, obj: CallbackEndpoint, form: Any, change: bool) -> None:
        """Save and audit in one; switching on again forgets why it was off."""
        if obj.is_active:
            obj.disabled_reason = ""
        with transaction.atomic():
            old = _facts(CallbackEndpoint.objects.get(pk=obj.pk)) if change else None
            super().save_model(request, obj, form, change)
            record(
                actor=actor_of(request),
                action="callback_endpoint_changed" if change else "callback_endpoint_created",
                entity_type="callback_endpoint",
                entity_id=obj.public_id,
                tenant_id=obj.tenant.public_id,
                old=old,
                new=_facts(obj),
                now=clock.now(),
            )


class TryInline(TabularInline):  # type: ignore[misc]
    """The tries of a delivery, oldest first."""

    model = CallbackAttempt
    fields = readonly_fields = ("number", "started_at", "duration_ms", "response_status", "error", "response_body")
    ordering = ("number",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: tries are evidence."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: tries are evidence."""
        return False


@admin.register(CallbackDelivery)
class CallbackDeliveryAdmin(ModelAdmin):  # type: ignore[misc]
    """Read-only, but for sending again, which asks for the permission to change deliveries."""

    list_display = (
        "public_id",
        "status",
        "event",
        "transaction",
        "url",
        "attempts",
        "last_status",
        "next_attempt_at",
        "created_at",
    )
    list_filter = ("status",)
    list_select_related = ("event", "transaction")
    search_fields = ("public_id__exact", "event__public_id__exact", "transaction__public_id__exact")
    search_help_text = _("Delivery, event or transaction id, in full")
    ordering = ("-created_at",)
    fields = readonly_fields = (
        "public_id", "status", "event", "transaction", "tenant", "endpoint", "url", "attempts", "next_attempt_at",
        "last_status", "last_error", "last_response", "delivered_at", "failed_at", "created_at",
    )  # fmt: skip
    inlines = (TryInline,)
    actions = ("send_again",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: the outbox is written with the event."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Who may change deliveries may send them again."""
        return request.user.has_perm("webhooks.change_callbackdelivery")

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[CallbackDelivery]) -> None:
        """A new try, at once, of every chosen delivery that is not pending anyway."""
        actor, now, sent = actor_of(request), clock.now(), 0
        for delivery in chosen:
            try:
                resend(delivery=delivery, now=now, actor=actor)
            except StillPendingError:
                self.message_user(request, _("%s is pending already.") % delivery.public_id, messages.WARNING)
            else:
                sent += 1
        if sent:
            text = ngettext("%d callback will be sent again.", "%d callbacks will be sent again.", sent) % sent
            self.message_user(request, text, messages.SUCCESS)


def _facts(endpoint: CallbackEndpoint) -> dict[str, Any]:
    return {
        "url": plain_url(endpoint.url),
        "event_types": endpoint.event_types,
        "is_active": endpoint.is_active,
        "disabled_reason": endpoint.disabled_reason,
    }
