"""Everything about one payment, ready to be shown: money, payer, timeline, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from transactions.admin.cells import TRANSACTION_TONES, badge, moment, money, page_url, provider_name
from transactions.admin.tables import Table, tables_of
from transactions.lifecycle import Status
from transactions.models import Transaction
from transactions.personal import payer_of
from transactions.selectors import remaining_to_refund
from transactions.timeline import Kind, Line, Tone, lines_of

_ICONS = {Kind.EVENT: "payments", Kind.NOTICE: "call_received", Kind.CALLBACK: "call_made", Kind.STAFF: "person"}


@dataclass(frozen=True)
class Row:
    """A line of the timeline as the page shows it."""

    when: str
    icon: str
    text: str | Promise
    detail: str
    tone: str
    who: str
    url: str


@dataclass(frozen=True)
class Page:
    """What the template shows. ``payer`` is None for who may not see it."""

    status: SafeString
    flags: list[SafeString]
    headline: list[tuple[str, str]]
    money: list[tuple[str, str]]
    payer: list[tuple[str, str]] | None
    erased: bool
    timeline: list[Row]
    tables: list[Table]


def page_of(payment: Transaction, *, payer: bool) -> Page:
    """Read everything about ``payment``; the payer only if ``payer`` (and nothing is unsealed otherwise)."""
    sealed = payer_of(payment) if payer else {}
    erased = bool((sealed.get("customer_info") or {}).get("erased"))
    return Page(
        status=badge(payment.get_status_display(), TRANSACTION_TONES.get(payment.status, Tone.NEUTRAL)),
        flags=_flags(payment),
        headline=_headline(payment),
        money=_money(payment),
        payer=_payer_lines(sealed) if payer else None,
        erased=erased,
        timeline=[_row(line) for line in lines_of(payment)],
        tables=tables_of(payment),
    )


def _flags(payment: Transaction) -> list[SafeString]:
    flags = [badge(_("Paid late"), Tone.WARNING)] if payment.late else []
    if payment.issues.filter(state="open").exists():
        flags.append(badge(_("Open money issue"), Tone.BAD))
    return flags


def _headline(payment: Transaction) -> list[tuple[str, str]]:
    lines = [
        (_("Order"), payment.order_id),
        (_("Tenant"), str(payment.tenant)),
        (_("Provider"), provider_name(payment.provider_code)),
        (_("Description"), payment.description),
        (_("Created"), moment(payment.created_at)),
        (_("Paid"), moment(payment.paid_at)),
    ]
    if payment.status == Status.PENDING:
        lines.append((_("Expires"), moment(payment.expires_at)))
    if payment.failure_reason:
        lines.append((_("Reason"), f"{payment.failure_reason} ({payment.failure_code})"))
    return lines


def _money(payment: Transaction) -> list[tuple[str, str]]:
    return [
        (_("Amount"), money(payment.amount)),
        (_("Received"), money(payment.received_amount)),
        (_("Fee"), money(payment.transaction_fee)),
        (_("Net"), money(payment.net_amount)),
        (_("Refunded"), money(payment.refunded_amount)),
        (_("Can be refunded"), money(remaining_to_refund(payment))),
    ]


def _payer_lines(sealed: dict[str, Any]) -> list[tuple[str, str]]:
    info = dict(sealed.get("customer_info") or {})
    info.pop("erased", None)
    known = [
        (_("Name"), info.pop("name", None)),
        (_("E-mail"), info.pop("email", None)),
        (_("Telephone"), info.pop("phone", None)),
        (_("Address"), info.pop("address", None)),
        *info.items(),
        (_("IP address"), sealed.get("customer_ip")),
        (_("Device"), sealed.get("device_id")),
        (_("Browser"), sealed.get("user_agent")),
    ]
    return [(capfirst(str(name)), str(value)) for name, value in known if value]


def _row(line: Line) -> Row:
    return Row(
        when=moment(line.at),
        icon=_ICONS[line.kind],
        text=line.text,
        detail=line.detail,
        tone=line.tone.value,
        who=line.who,
        url=page_url(*line.subject) if line.subject else "",
    )
