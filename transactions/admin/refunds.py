"""Refunds, and the lists of transfers for those that a person pays at the bank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.approvals import approvable_of
from audit.models import ApprovalRequest
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError
from tenants.actors import actor_of
from tenants.admin.acts import ActsAdmin
from tenants.admin.base import refusal_text
from transactions.admin.base import MoneyRowAdmin
from transactions.admin.cells import (
    APPROVAL_TONES,
    EMPTY,
    REFUND_TONES,
    badge,
    link,
    money,
    money_column,
    page_url,
    row_link,
    status_column,
)
from transactions.admin.filters import DayFilter
from transactions.admin.refund_acts import ON_REFUND
from transactions.models import Refund
from transactions.services.manual_refund import RIGHT as PAY
from transactions.services.payees import account_to_pay
from transactions.services.transfer_list import TransferList, make_transfer_list
from transactions.timeline import Tone
from transactions.transfers import as_csv, as_xlsx
from transactions.transfers.lines import Line

_AMOUNT = money_column("amount", _("amount"))


class TransferFilter(admin.SimpleListFilter):
    """What is to be paid at the bank."""

    title = _("transfers by hand")
    parameter_name = "transfers"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """What is to be done about them."""
        return [("due", _("To be paid")), ("new", _("To be paid, in no list yet")), ("listed", _("To be paid, in a list"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        """The chosen ones."""
        if self.value() not in ("due", "new", "listed"):
            return queryset
        due = queryset.filter(status=Refund.Status.AWAITING_TRANSFER)
        return due if self.value() == "due" else due.filter(exported_at__isnull=self.value() == "new")


@admin.register(Refund)
class RefundAdmin(ActsAdmin, MoneyRowAdmin):
    """Money that goes back. Accounts of payers are shown to who pays them, or may see payers."""

    acts = ON_REFUND
    actions = ("export_xlsx", "export_csv")
    list_display = (
        "refund", status_column(REFUND_TONES, _("status")), _AMOUNT, "reason", "source", "application", "created_at",
    )  # fmt: skip
    list_display_links = ("refund",)
    list_filter: tuple[str | type, ...] = ("status", TransferFilter, "source", DayFilter, "tenant")
    list_select_related = ("transaction", "tenant")
    search_fields = (
        "public_id__startswith", "transaction__public_id__exact", "provider_reference__exact", "provider_refund_id__exact",
    )  # fmt: skip
    search_help_text = _("Refund id, whole transaction id, our reference or the bank's")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "public_id", "transaction", "state", _AMOUNT, "parts", "reason", "tenant", "source", "requested_by",
                    "approvals", "failure_code", "failure_reason",
                ),
            },
        ),
        (
            _("At the provider or bank"),
            {"fields": ("account", "provider_reference", "provider_refund_id", "payee", "exported_at")},
        ),
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "internal_refund_id", "notification_url", "created_at", "sent_at", "updated_at", "completed_at",
                    "next_query_at", "query_count",
                ),
            },
        ),
    )  # fmt: skip
    readonly_fields = ("state", "parts", "approvals", "payee", _AMOUNT)

    def get_fieldsets(self, request: HttpRequest, obj: Refund | None = None) -> Any:
        """Without the payer's account for who may neither pay nor see payers, and where there is none."""
        sets = super().get_fieldsets(request, obj)
        may = request.user.has_perm(PAY) or request.user.has_perm("transactions.view_payer")
        if obj is not None and obj.manual and may:
            return sets
        hidden = {"payee", "exported_at"}
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in hidden]}) for title, options in sets
        ]

    @admin.display(description=_("refund"))
    def refund(self, refund: Refund) -> SafeString:
        """Its id above the client's order."""
        return format_html('{}<small class="sp-under">{}</small>', refund.public_id, refund.transaction.order_id)

    @admin.display(description=_("tenant"))
    def application(self, refund: Refund) -> str:
        """The short code: names are on the refund's page."""
        return refund.tenant.app_code

    @admin.display(description=_("status"))
    def state(self, refund: Refund) -> SafeString:
        """As a coloured label."""
        return badge(refund.get_status_display(), REFUND_TONES.get(refund.status, Tone.NEUTRAL))

    @admin.display(description=_("out of"))
    def parts(self, refund: Refund) -> SafeString:
        """The receipts, and what each gives."""
        rows = refund.allocations.select_related("receipt").order_by("receipt_id")
        return format_html_join("", "<div>{} · {}</div>", ((row_link(one.receipt), money(one.amount)) for one in rows))

    @admin.display(description=_("approvals"))
    def approvals(self, refund: Refund) -> SafeString | str:
        """What was put before a second person."""
        asked = list(ApprovalRequest.objects.filter(subject_type="refund", subject_id=refund.public_id).order_by("id"))
        lines = (
            (
                link(approvable_of(one.action).label, page_url("audit.approvalrequest", one.pk)),
                badge(one.get_state_display(), APPROVAL_TONES.get(one.state, Tone.NEUTRAL)),
                " → ".join(name for name in (one.requested_by, one.decided_by) if name),
            )
            for one in asked
        )
        return format_html_join("", "<div>{} {} {}</div>", lines) if asked else EMPTY

    @admin.display(description=_("account it goes to"))
    def payee(self, refund: Refund) -> SafeString | str:
        """Bank, number and name."""
        account = account_to_pay(refund)
        if account is None:
            return badge(_("No account known"), Tone.WARNING)
        return format_html("{} · {} · {}", account.bank or EMPTY, account.account_number, account.account_name or EMPTY)

    def act_subject(self, refund: Refund) -> list[tuple[str, Any]]:
        """What, how much, to whom."""
        lines = [
            (gettext("refund"), refund.public_id),
            (gettext("amount"), money(refund.amount)),
            (gettext("reason"), refund.reason),
        ]
        if refund.manual:
            account = account_to_pay(refund)
            lines.append((gettext("account it goes to"), account.masked if account else EMPTY))
        return lines

    def has_pay_permission(self, request: HttpRequest) -> bool:
        """Who may export transfer lists."""
        return request.user.has_perm(PAY)

    @admin.action(description=_("Transfer list as XLSX, with VietQR codes"), permissions=["pay"])
    def export_xlsx(self, request: HttpRequest, chosen: QuerySet[Refund]) -> HttpResponse | None:
        """A workbook for a person with a phone."""
        return self._export(request, chosen, as_xlsx.write, as_xlsx.CONTENT_TYPE, "xlsx")

    @admin.action(description=_("Transfer list as CSV"), permissions=["pay"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[Refund]) -> HttpResponse | None:
        """A file for a bank's site."""
        return self._export(request, chosen, as_csv.write, as_csv.CONTENT_TYPE, "csv")

    def _export(
        self,
        request: HttpRequest,
        chosen: QuerySet[Refund],
        write: Callable[[Sequence[Line]], bytes],
        content_type: str,
        ending: str,
    ) -> HttpResponse | None:
        now = clock.now()
        ids = list(chosen.order_by("id").values_list("pk", flat=True))
        try:
            made = make_transfer_list(refund_ids=ids, actor=actor_of(request), now=now)
        except DomainError as error:
            messages.error(request, refusal_text(error))
            return None
        for words in _left_out(made):
            messages.warning(request, words)
        if not made.lines:
            return None
        name = f"refunds_{clock.vietnam_day(now)}_{len(made.lines)}.{ending}"
        answer = HttpResponse(write(made.lines), content_type=content_type)
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer


def _left_out(made: TransferList) -> Iterable[str]:
    """What the file does not have, for whoever opens the page next."""
    if made.not_waiting:
        yield gettext("Not in the list because no transfer is awaited: %s") % ", ".join(made.not_waiting)
    if made.reported:
        yield gettext("Not in the list because somebody has reported the transfer: %s") % ", ".join(made.reported)
    if made.without_account:
        yield gettext("Not in the list because no account is known: %s") % ", ".join(made.without_account)
