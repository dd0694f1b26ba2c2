"""Provider notices in the back office: the verdict, the raw request as evidence, applying again."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import clock
from payments_site.kernel.sealing import KeyDestroyed
from tenants.actors import actor_of
from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import EMPTY, badge, code, moment, provider_column, provider_name, row_link
from transactions.admin.filters import ProviderFilter, ReceivedDayFilter
from transactions.admin.tables import Table, register_table
from transactions.models import Transaction
from transactions.personal import key_of, unseal_json
from webhooks.inbound import raw as raw_form
from webhooks.inbound.desk import QuarantineFilter, outcomes_page, tabs
from webhooks.inbound.models import ProviderNotification
from webhooks.inbound.quarantine import NEXT_STEPS, review
from webhooks.inbound.replaying import replay_many
from webhooks.inbound.timeline import notices_of, tone_of

MOST_REVIEWED = 1_000


@admin.register(ProviderNotification)
class ProviderNotificationAdmin(MoneyRowAdmin):
    """Read-only, but for applying again, which asks for the permission to change notices."""

    list_display = (
        "public_id", "verdict_badge", provider_column(_("provider")), "reference", "source_ip", "received_at",
    )  # fmt: skip
    list_filter = (QuarantineFilter, "verdict", ProviderFilter, ReceivedDayFilter)
    list_before_template = "admin/sp_quarantine.html"
    list_select_related = ("attempt",)
    ordering = ("-received_at", "-id")
    search_fields = ("public_id__startswith", "attempt__provider_reference__exact")
    search_help_text = _("Start of the notice id, our whole reference")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "public_id", "verdict_badge", "next_step", "error_code", "provider_code", "account", "attempt",
                    "received_at", "processed_at", "tries", "failures", "next_try_at", "reviewed_at", "reviewed_by",
                    "reply_status", "reply_body",
                ),
            },
        ),
        (
            _("The request as it came"),
            {"fields": ("raw_request", "method", "source_ip", "payload_size", "payload_hash", "request_id")},
        ),
    )  # fmt: skip
    readonly_fields = ("verdict_badge", "next_step", "raw_request")
    actions = ("replay_notices", "mark_reviewed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderNotification]:
        """The sealed bytes are read only where they are shown."""
        rows: QuerySet[ProviderNotification] = super().get_queryset(request)
        return rows.defer("raw_sealed")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The raw request may name the payer: it is shown only to who may see payers."""
        if request.user.has_perm("transactions.view_payer"):
            return self.fieldsets
        head, (title, options) = self.fieldsets
        shown = tuple(name for name in options["fields"] if name != "raw_request")
        return head, (title, {**options, "fields": shown})

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """With the tabs of the quarantine above the list."""
        return super().changelist_view(request, {**(extra_context or {}), **tabs(request)})

    @admin.display(description=_("what to do next"))
    def next_step(self, notice: ProviderNotification) -> str:
        """In words, where the verdict waits for a person."""
        return str(NEXT_STEPS.get(notice.verdict, EMPTY))

    @admin.display(description=_("verdict"))
    def verdict_badge(self, notice: ProviderNotification) -> SafeString:
        """Green where it was applied, red where it was refused."""
        return badge(notice.get_verdict_display(), tone_of(notice))

    @admin.display(description=_("request"))
    def raw_request(self, notice: ProviderNotification) -> SafeString | str:
        """Line, headers and payload, unsealed; then its fields, decoded."""
        try:
            stored = unseal_json(notice.raw_sealed, key_of(notice.data_key))
        except KeyDestroyed:
            return gettext("The payer's data was erased; the raw request can no longer be read.")
        raw = raw_form.from_json(stored)
        payload = raw_form.payload(raw).decode(errors="replace")
        fields = "\n".join(f"{name} = {value}" for name, value in parse_qsl(payload, keep_blank_values=True))
        lines = [f"{raw.method} {stored['path']}" + (f"?{raw.query}" if raw.query else "")]
        lines += [f"{name}: {value}" for name, value in raw.headers.items()]
        if raw.body:
            lines += ["", raw.body.decode(errors="replace")]
        return format_html('<pre class="sp-raw">{}</pre><pre class="sp-raw">{}</pre>', "\n".join(lines), fields)

    @admin.display(description=_("our reference"))
    def reference(self, notice: ProviderNotification) -> str:
        """Of the attempt that the notice named."""
        return notice.attempt.provider_reference if notice.attempt is not None else EMPTY

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change notices may have them applied again."""
        return request.user.has_perm("webhooks.change_providernotification")

    @admin.action(description=_("Apply again"), permissions=["replay"])
    def replay_notices(self, request: HttpRequest, chosen: QuerySet[ProviderNotification]) -> HttpResponse:
        """Apply the chosen notices again from their raw bytes; what was applied already is a repeat and changes nothing."""
        batch = replay_many(notices=chosen.defer(None), actor=actor_of(request), now=clock.now())
        context = {**self.admin_site.each_context(request), "opts": self.opts, **outcomes_page(batch, chosen.count())}
        return TemplateResponse(request, "admin/sp_outcomes.html", context)

    @admin.action(description=_("Mark as looked at"), permissions=["replay"])
    def mark_reviewed(self, request: HttpRequest, chosen: QuerySet[ProviderNotification]) -> None:
        """The chosen notices wait no longer for a person; their verdicts stay as they are."""
        actor, now = actor_of(request), clock.now()
        done = sum(review(notice=notice, actor=actor, now=now) for notice in chosen[:MOST_REVIEWED])
        text = ngettext("%d notice was marked as looked at.", "%d notices were marked as looked at.", done) % done
        self.message_user(request, text, messages.SUCCESS if done else messages.WARNING)


def notices_table(payment: Transaction) -> Table:
    """The notices of a payment, for its page."""
    rows: list[list[Any]] = [
        [
            row_link(notice),
            badge(notice.get_verdict_display(), tone_of(notice)),
            provider_name(notice.provider_code),
            notice.source_ip or EMPTY,
            code(notice.reply_body),
            moment(notice.received_at),
        ]
        for notice in notices_of(payment)
    ]
    columns = [
        gettext("Notice"), gettext("Verdict"), gettext("Provider"), gettext("From address"), gettext("Our answer"),
        gettext("Received at"),
    ]  # fmt: skip
    return Table(gettext("Notices"), columns, rows, order=35)


register_table(notices_table)
