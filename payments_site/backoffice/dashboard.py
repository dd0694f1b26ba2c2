"""The first page: today's payments, and what somebody must look at. Every figure is one bounded look into an index."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.models import OperationalEvent
from audit.words import ALERTS, kind_words
from payments_site.backoffice.approvals import approvals_waiting
from payments_site.kernel import clock
from transactions.admin.cells import TRANSACTION_TONES, badge, code, moment, money, provider_name, row_link
from transactions.admin.tables import Table
from transactions.lifecycle import OPEN, PAID
from transactions.models import MoneyIssue, Transaction
from transactions.timeline import Tone
from webhooks.outbound.models import CallbackDelivery

# Above it the page says "1.000+": whoever has that many knows enough.
COUNT_LIMIT = 1_000
RECENT = 10


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the cards and tables that this person may see."""
    allowed, now = request.user.has_perm, clock.now()
    cards, tables = [], []
    if allowed("transactions.view_transaction"):
        cards += _today(now)
        tables.append(_recent())
    if allowed("transactions.view_moneyissue"):
        cards.append(_open_issues())
        tables.insert(0, _newest_issues())
    if allowed("webhooks.view_callbackdelivery"):
        cards += _callbacks(now)
    if allowed("audit.view_approvalrequest"):
        cards.append(_approvals())
    if allowed("audit.view_operationalevent"):
        alerts = alerts_since(now - timedelta(days=1))
        cards.append(_alerts(alerts))
        tables.insert(0, _newest_alerts(alerts))
    context.update({"cards": cards, "tables": [table for table in tables if table.rows]})
    return context


def _card(title: str, figure: str, hint: str = "", url: str = "", tone: Tone = Tone.NEUTRAL) -> dict[str, str]:
    return {"title": title, "figure": figure, "hint": hint, "url": url, "tone": tone.value}


def _today(now: datetime) -> list[dict[str, str]]:
    day = clock.vietnam_day(now)
    start, end = clock.day_borders(day)
    paid = Q(status__in=PAID)
    totals = Transaction.objects.filter(created_at__gte=start, created_at__lt=end).aggregate(
        all=Count("id"), paid=Count("id", filter=paid), open=Count("id", filter=Q(status__in=OPEN)),
        amount=Sum("amount", filter=paid),
    )  # fmt: skip
    finished = totals["all"] - totals["open"]
    rate = f"{_percent(totals['paid'], finished)} %" if finished else "–"
    url = f"{reverse('admin:transactions_transaction_changelist')}?from_day={day}&to_day={day}"
    return [
        _card(_("Payments today"), _number(totals["all"]), _("%s still open") % _number(totals["open"]), url),
        _card(_("Paid today"), money(totals["amount"] or 0), _("%s payments") % _number(totals["paid"]), url),
        _card(_("Success rate today"), rate, _("of payments that are finished")),
    ]


def _percent(part: int, whole: int) -> str:
    tenths = (part * 1000 + whole // 2) // whole
    return f"{tenths // 10},{tenths % 10}" if tenths % 10 else str(tenths // 10)


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def _capped(rows: QuerySet[Any]) -> tuple[int, str]:
    count = rows.order_by()[:COUNT_LIMIT].count()
    return count, _number(count) + ("+" if count == COUNT_LIMIT else "")


def _open_issues() -> dict[str, str]:
    count, shown = _capped(MoneyIssue.objects.filter(state=MoneyIssue.State.OPEN))
    url = reverse("admin:transactions_moneyissue_changelist") + "?state__exact=open"
    return _card(_("Open money issues"), shown, _("to be looked at"), url, Tone.BAD if count else Tone.GOOD)


def _callbacks(now: datetime) -> list[dict[str, str]]:
    url = reverse("admin:webhooks_callbackdelivery_changelist")
    late, late_shown = _capped(CallbackDelivery.objects.filter(status=CallbackDelivery.Status.PENDING, attempts__gt=0))
    dead, dead_shown = _capped(CallbackDelivery.objects.filter(status=CallbackDelivery.Status.DEAD))
    return [
        _card(
            _("Callbacks being retried"), late_shown, _("not answered yet"), f"{url}?status__exact=pending",
            Tone.WARNING if late else Tone.GOOD,
        ),
        _card(
            _("Callbacks given up"), dead_shown, _("to be sent again"), f"{url}?status__exact=dead",
            Tone.BAD if dead else Tone.GOOD,
        ),
    ]  # fmt: skip


def _approvals() -> dict[str, str]:
    waiting = approvals_waiting()
    url = reverse("admin:audit_approvalrequest_changelist") + "?state__exact=pending"
    return _card(_("Waiting for approval"), str(waiting), _("by a second person"), url, Tone.WARNING if waiting else Tone.GOOD)


def alerts_since(since: datetime) -> list[OperationalEvent]:
    """The alerts since then, newest first: of the newest 1,000 of their kinds, which an index holds in order."""
    newest = OperationalEvent.objects.filter(kind__in=list(ALERTS)).order_by("-id").defer("data")[:COUNT_LIMIT]
    return [event for event in newest if event.created_at >= since]


def _alerts(alerts: list[OperationalEvent]) -> dict[str, str]:
    shown = _number(len(alerts)) + ("+" if len(alerts) == COUNT_LIMIT else "")
    url = reverse("admin:audit_operationalevent_changelist") + "?kind=alerts"
    return _card(_("Alerts of the last 24 hours"), shown, _("to be looked at"), url, Tone.WARNING if alerts else Tone.GOOD)


def _newest_alerts(alerts: list[OperationalEvent]) -> Table:
    rows: list[list[Any]] = [
        [row_link(event, kind_words(event.kind)), code(event.subject), moment(event.created_at)] for event in alerts[:RECENT]
    ]
    return Table(_("Alerts of the last 24 hours"), [_("What"), _("Subject"), _("Created")], rows)


def _recent() -> Table:
    payments = Transaction.objects.select_related("tenant").defer("payer_sealed").order_by("-created_at", "-id")[:RECENT]
    rows: list[list[Any]] = [
        [
            row_link(payment, payment.order_id),
            badge(payment.get_status_display(), TRANSACTION_TONES.get(payment.status, Tone.NEUTRAL)),
            money(payment.amount),
            provider_name(payment.provider_code),
            str(payment.tenant),
            moment(payment.created_at),
        ]
        for payment in payments
    ]
    return Table(_("Newest payments"), [_("Order"), _("Status"), _("Amount"), _("Provider"), _("Tenant"), _("Created")], rows)


def _newest_issues() -> Table:
    issues = MoneyIssue.objects.filter(state=MoneyIssue.State.OPEN).select_related("transaction").order_by("-created_at")[:RECENT]
    rows: list[list[Any]] = [
        [
            row_link(issue, issue.get_issue_type_display()), money(issue.amount), row_link(issue.transaction),
            moment(issue.created_at),
        ]
        for issue in issues
    ]  # fmt: skip
    return Table(_("Open money issues"), [_("What"), _("Amount"), _("Payment"), _("Created")], rows)
