"""The lines of this floor and the floors below: events, the payer's return, callbacks, what staff did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from audit.models import AuditEntry
from payments_site.kernel.money import format_vnd
from transactions.models import Transaction, TransactionEvent
from transactions.timeline.line import Kind, Line, Tone
from transactions.timeline.meanings import explained
from transactions.timeline.words import event_words, staff_words
from webhooks.outbound.models import CallbackAttempt
from webhooks.outbound.words import spoken

# More than these nobody reads; a storm of tries must not make the page slow.
LIMIT = 200


def event_lines(payment: Transaction) -> Iterator[Line]:
    """The payment's own events."""
    for event in payment.events.order_by("sequence")[:LIMIT]:
        words, tone = event_words(event.event_type)
        yield Line(
            at=event.created_at,
            kind=Kind.EVENT,
            text=words,
            detail=_event_detail(payment, event),
            tone=tone,
            subject=("transactions.transactionevent", event.pk),
        )


def _event_detail(payment: Transaction, event: TransactionEvent) -> str:
    data = event.data
    parts = []
    if event.from_status and event.from_status != event.to_status:
        parts.append(f"{_status(event.from_status)} → {_status(event.to_status)}")
    parts += [
        explained(payment.provider_code, data.get("provider_response_code")),
        _("Provider's number %s") % data["provider_transaction_id"] if data.get("provider_transaction_id") else "",
        str(data.get("bank_code") or ""),
        format_vnd(int(data["amount"])) if isinstance(data.get("amount"), int) else "",
    ]
    return " · ".join(part for part in parts if part)


def _status(value: str) -> str:
    return str(dict(Transaction.Status.choices).get(value, value))


def attempt_lines(payment: Transaction) -> Iterator[Line]:
    """The payer coming back from the provider's page."""
    for attempt in payment.attempts.exclude(return_received_at=None).order_by("id")[:LIMIT]:
        if attempt.return_received_at is not None:
            yield Line(
                at=attempt.return_received_at,
                kind=Kind.EVENT,
                text=_("The payer came back, paid") if attempt.return_success else _("The payer came back, not paid"),
                detail=attempt.provider_reference,
                subject=("transactions.paymentattempt", attempt.pk),
            )


def callback_lines(payment: Transaction) -> Iterator[Line]:
    """Every try to tell the tenant."""
    tries = CallbackAttempt.objects.filter(delivery__transaction=payment).select_related("delivery__event")
    for one in tries.order_by("started_at", "id")[:LIMIT]:
        arrived = one.response_status is not None and 200 <= one.response_status < 300
        answer = _("answer %s") % one.response_status if one.response_status is not None else spoken(one.error)
        yield Line(
            at=one.started_at,
            kind=Kind.CALLBACK,
            text=_("Callback delivered") if arrived else _("Callback not delivered"),
            detail=" · ".join([one.delivery.message_type, _("try %s") % one.number, answer, f"{one.duration_ms} ms"]),
            tone=Tone.GOOD if arrived else Tone.BAD,
            subject=("webhooks.callbackdelivery", one.delivery_id),
        )


def staff_lines(payment: Transaction) -> Iterable[Line]:
    """What members of staff did to this payment."""
    return audit_lines(["transaction", "transaction_callback"], [payment.public_id])


def audit_lines(entity_types: list[str], entity_ids: list[str]) -> Iterator[Line]:
    """The entries of staff about these subjects, as lines."""
    entries = AuditEntry.objects.filter(
        entity_type__in=entity_types, entity_id__in=entity_ids, user_type=AuditEntry.UserType.STAFF
    )
    for entry in entries.order_by("id")[:LIMIT]:
        words: Promise | str = staff_words(entry.action)
        yield Line(
            at=entry.created_at,
            kind=Kind.STAFF,
            text=words,
            detail=", ".join(entry.changed_fields or []),
            who=entry.user_id,
            subject=("audit.auditentry", entry.pk),
        )
