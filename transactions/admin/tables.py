"""The tables below a payment's timeline. Upper rooms add theirs by ``register_table``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from audit.models import ApprovalRequest
from transactions.admin.cells import (
    APPROVAL_TONES,
    ATTEMPT_TONES,
    DELIVERY_TONES,
    EMPTY,
    REFUND_TONES,
    badge,
    code,
    link,
    moment,
    money,
    page_url,
    provider_name,
    row_link,
)
from transactions.models import Transaction
from transactions.timeline import Tone
from transactions.timeline.meanings import explained
from webhooks.outbound.models import CallbackDelivery
from webhooks.outbound.words import spoken

LIMIT = 200
Cell = str | Promise


@dataclass(frozen=True)
class Table:
    """A titled table; cells are text or safe HTML. ``order`` places it among the others."""

    title: str
    columns: list[str]
    rows: list[list[Cell]] = field(default_factory=list)
    order: int = 50


Builder = Callable[[Transaction], Table]


def attempts(payment: Transaction) -> Table:
    """What was tried at providers."""
    rows: list[list[Cell]] = [
        [
            row_link(one, one.provider_reference),
            provider_name(one.provider_code),
            badge(one.get_status_display(), ATTEMPT_TONES.get(one.status, Tone.NEUTRAL)),
            code(one.provider_transaction_no),
            " · ".join(part for part in (one.bank_code, one.card_type) if part) or EMPTY,
            explained(one.provider_code, one.response_code) or EMPTY,
            moment(one.created_at),
        ]
        for one in payment.attempts.order_by("id")[:LIMIT]
    ]
    columns = [_("Our reference"), _("Provider"), _("Status"), _("Provider's number"), _("Bank"), _("Response"), _("Created")]
    return Table(_("Attempts"), columns, rows, order=10)


def receipts(payment: Transaction) -> Table:
    """What was received."""
    rows: list[list[Cell]] = [
        [
            row_link(one),
            money(one.amount),
            money(one.refunded_amount),
            code(one.provider_transaction_no),
            one.get_source_display(),
            moment(one.received_at),
        ]
        for one in payment.receipts.order_by("id")[:LIMIT]
    ]
    columns = [_("Receipt"), _("Amount"), _("Refunded"), _("Provider's number"), _("Source"), _("Received at")]
    return Table(_("Receipts"), columns, rows, order=20)


def refunds(payment: Transaction) -> Table:
    """What goes back."""
    rows: list[list[Cell]] = [
        [
            row_link(one),
            money(one.amount),
            badge(one.get_status_display(), REFUND_TONES.get(one.status, Tone.NEUTRAL)),
            one.reason or EMPTY,
            one.requested_by,
            moment(one.created_at),
        ]
        for one in payment.refunds.order_by("id")[:LIMIT]
    ]
    return Table(
        _("Refunds"), [_("Refund"), _("Amount"), _("Status"), _("Reason"), _("Requested by"), _("Created")], rows, order=30
    )


def issues(payment: Transaction) -> Table:
    """What a person must look at."""
    rows: list[list[Cell]] = [
        [
            link(one.get_issue_type_display(), page_url("transactions.moneyissue", one.pk)),
            badge(one.get_state_display(), Tone.BAD if one.state == "open" else Tone.GOOD),
            money(one.amount),
            row_link(one.receipt),
            moment(one.created_at),
        ]
        for one in payment.issues.select_related("receipt").order_by("id")[:LIMIT]
    ]
    return Table(_("Money issues"), [_("What"), _("State"), _("Amount"), _("Receipt"), _("Created")], rows, order=5)


def deliveries(payment: Transaction) -> Table:
    """The callbacks and how they fare."""
    sent = CallbackDelivery.objects.filter(transaction=payment).select_related("event")
    rows: list[list[Cell]] = [
        [
            row_link(one),
            one.message_type or EMPTY,
            badge(one.get_status_display(), DELIVERY_TONES.get(one.status, Tone.NEUTRAL)),
            one.url,
            str(one.attempts),
            " ".join(part for part in (str(one.last_status or ""), spoken(one.last_error)) if part) or EMPTY,
            moment(one.next_attempt_at),
        ]
        for one in sent.order_by("id")[:LIMIT]
    ]
    columns = [_("Delivery"), _("Event"), _("Status"), "URL", _("Tries"), _("Last answer"), _("Next try at")]
    return Table(_("Callbacks"), columns, rows, order=40)


def approvals(payment: Transaction) -> Table:
    """What was put before a second person."""
    refunds_of_it = list(payment.refunds.values_list("public_id", flat=True)[:LIMIT])
    asked = ApprovalRequest.objects.filter(
        Q(subject_type="transaction", subject_id=payment.public_id) | Q(subject_type="refund", subject_id__in=refunds_of_it)
    )
    rows: list[list[Cell]] = [
        [
            row_link(one, one.public_id),
            badge(one.get_state_display(), APPROVAL_TONES.get(one.state, Tone.NEUTRAL)),
            one.reason or EMPTY,
            one.requested_by,
            one.decided_by or EMPTY,
            moment(one.created_at),
        ]
        for one in asked.order_by("id")[:LIMIT]
    ]
    columns = [_("Request"), _("State"), _("Reason"), _("Requested by"), _("Decided by"), _("Created")]
    return Table(_("Approvals"), columns, rows, order=6)


_builders: list[Builder] = [issues, approvals, attempts, receipts, refunds, deliveries]


def register_table(builder: Builder) -> None:
    """Add a table of an upper room; the same one twice counts once."""
    if builder not in _builders:
        _builders.append(builder)


def tables_of(payment: Transaction) -> list[Table]:
    """The tables that have rows, in their order."""
    return sorted(_with_rows(payment), key=lambda table: table.order)


def _with_rows(payment: Transaction) -> Iterator[Table]:
    for builder in _builders:
        table = builder(payment)
        if table.rows:
            yield table
