"""Endpoints and policies in the back office; both go through the services that tenants go through."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from audit.cells import badge, code
from payments_site.kernel import clock
from tenants.actors import actor_of
from tenants.admin.acts import Act, ActsAdmin, AskForm
from tenants.selectors import context_of_tenant
from webhooks.outbound.endpoints import Wish, change_endpoint, create_endpoint, send_test
from webhooks.outbound.guard import refusal
from webhooks.outbound.models import CallbackEndpoint, CallbackPolicy
from webhooks.outbound.policy import set_policy
from webhooks.outbound.resend import resend_range
from webhooks.outbound.schedule import policy_fault
from webhooks.outbound.words import MESSAGE_TYPES, spoken


class CallbackEndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses addresses that no callback could be sent to."""

    event_types = forms.MultipleChoiceField(
        label=_("Event types"),
        help_text=_("None chosen: all of them."),
        choices=[(kind, code(kind)) for kind in MESSAGE_TYPES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
    )

    def clean_url(self) -> str:
        """The URL, if it may be called."""
        url: str = self.cleaned_data["url"]
        reason = refusal(url, allowed_hosts=settings.CALLBACK_ALLOWED_HOSTS, require_https=settings.CALLBACK_REQUIRE_HTTPS)
        if reason:
            raise ValidationError(_("Callbacks cannot be sent there: %(reason)s."), params={"reason": spoken(reason)})
        return url


class RangeForm(AskForm):
    """Which callbacks of the endpoint."""

    since = forms.SplitDateTimeField(label=_("From"), widget=UnfoldAdminSplitDateTimeWidget)
    until = forms.SplitDateTimeField(label=_("Until"), widget=UnfoldAdminSplitDateTimeWidget)
    status = forms.ChoiceField(
        label=_("Callbacks"),
        choices=[("dead", _("given up, of events in this time")), ("delivered", _("delivered in this time"))],
        widget=UnfoldAdminSelectWidget,
    )


def _test(request: HttpRequest, endpoint: CallbackEndpoint, values: dict[str, Any]) -> str:
    sent = send_test(endpoint=endpoint, actor=actor_of(request), now=clock.now())
    return gettext("A test event is on its way: %s.") % sent.public_id


def _resend(request: HttpRequest, endpoint: CallbackEndpoint, values: dict[str, Any]) -> str:
    done = resend_range(
        tenant_id=endpoint.tenant_id, since=values["since"], until=values["until"], status=values["status"],
        endpoint_id=endpoint.pk, now=clock.now(), actor=actor_of(request),
    )  # fmt: skip
    text = ngettext("%d callback will be sent again.", "%d callbacks will be sent again.", done.count) % done.count
    return f"{text} {gettext('There are more in this range: do it again.')}" if done.more else text


TEST = Act(
    "test", _("Send a test event"), "send", "webhooks.change_callbackendpoint", lambda request, row: row.deleted_at is None, _test
)
RESEND = Act(
    "resend", _("Send callbacks of a time range again"), "forward_to_inbox", "webhooks.change_callbackdelivery",
    lambda request, row: row.is_active, _resend,
    _("At most 1,000 at a time, oldest first; what is on its way is left alone. The client can tell repeats by their ids."),
    RangeForm,
)  # fmt: skip


@admin.register(CallbackEndpoint)
class CallbackEndpointAdmin(ActsAdmin, ModelAdmin):  # type: ignore[misc]
    """An endpoint is switched off, never deleted: its deliveries are evidence."""

    form = CallbackEndpointForm
    acts = (TEST, RESEND)
    list_display = ("url", "tenant", "state", "why_off", "failing_since", "created_at")
    list_filter = ("is_active",)
    list_select_related = ("tenant",)
    search_fields = ("public_id__exact", "url__startswith")
    raw_id_fields = ("tenant",)
    fields = ("tenant", "url", "description", "event_types", "is_active", "why_off", "disabled_at", "failing_since", "enabled_at")
    readonly_fields = ("why_off", "disabled_at", "failing_since", "enabled_at")
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What its tenant deleted stays as it was."""
        return super().has_change_permission(request, obj) and (obj is None or obj.deleted_at is None)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An endpoint does not change its tenant."""
        return self.readonly_fields if obj is None else ("tenant", *self.readonly_fields)

    @admin.display(description=_("state"))
    def state(self, row: CallbackEndpoint) -> SafeString:
        """Whether it is called."""
        if row.deleted_at:
            return badge(gettext("Deleted"), "neutral")
        if not row.is_active:
            return badge(gettext("Off"), "bad")
        if row.missed_since:
            return badge(gettext("Catching up"), "warning")
        return badge(gettext("On"), "warning" if row.failing_since else "good")

    @admin.display(description=_("why it is off"))
    def why_off(self, row: CallbackEndpoint) -> str:
        """In the reader's language."""
        return spoken(row.disabled_reason)

    def save_model(self, request: HttpRequest, obj: CallbackEndpoint, form: Any, change: bool) -> None:
        """As a tenant would: switching on brings what was missed."""
        wish = Wish(obj.url, obj.event_types, obj.description, obj.is_active)
        actor, now = actor_of(request), clock.now()
        if change:
            saved = change_endpoint(endpoint=obj, wish=wish, actor=actor, now=now)
        else:
            saved = create_endpoint(tenant_id=obj.tenant_id, wish=wish, actor=actor, now=now)
        obj.pk = saved.pk
        obj.refresh_from_db()


class WaitsField(forms.CharField):
    """Waits in seconds as people write them: ``5, 30, 120``; nothing means the usual ones."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        """A stored list as text."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[int]:  # type: ignore[override]
        """The list. Raises ``ValidationError``."""
        words = [word.strip() for word in (super().to_python(value) or "").split(",") if word.strip()]
        waits: list[Any] = [int(word) if word.isascii() and word.isdigit() and len(word) < 9 else word for word in words]
        if policy_fault(waits):
            raise ValidationError(
                _(
                    "At most 20 whole seconds with commas between them, each from 1 to 86400 and 7 days in all, "
                    "for example: 5, 30, 600"
                )
            )
        return waits


class CallbackPolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Keeps the schedule within its bounds."""

    retry_delays = WaitsField(
        label=_("Waits between tries (seconds)"),
        help_text=_("With commas between them; empty: the usual ones, from 5 seconds to 24 hours."),
        required=False,
    )


@admin.register(CallbackPolicy)
class CallbackPolicyAdmin(ModelAdmin):  # type: ignore[misc]
    """How a tenant's callbacks are delivered, where it differs from the usual way."""

    form = CallbackPolicyForm
    list_display = ("tenant", "strict_order", "retry_delays", "updated_at")
    list_select_related = ("tenant",)
    raw_id_fields = ("tenant",)
    fields = ("tenant", "retry_delays", "strict_order")
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: an empty schedule and no order are the usual way."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A policy does not change its tenant."""
        return () if obj is None else ("tenant",)

    def save_model(self, request: HttpRequest, obj: CallbackPolicy, form: Any, change: bool) -> None:
        """As the tenant would."""
        saved = set_policy(
            tenant=context_of_tenant(obj.tenant_id), retry_delays=obj.retry_delays, strict_order=obj.strict_order,
            actor=actor_of(request), now=clock.now(),
        )  # fmt: skip
        obj.pk = saved.pk
