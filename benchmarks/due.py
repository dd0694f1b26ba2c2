"""Child `due COUNT CREATE_PATH API_KEY`: payments with a sealed "completed" event and a delivery each, none due yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from benchmarks.pending import copies, template
from payments_site.kernel import clock, ids
from payments_site.kernel.sealing import seal
from transactions import messages
from transactions.models import Transaction, TransactionEvent
from transactions.personal import key_of
from webhooks.outbound.models import CallbackDelivery

_BATCH = 500


def main(count: str, create_path: str, api_key: str) -> None:
    """Make them: the bodies are what the service itself would send."""
    payment_id = template(create_path, api_key)
    for _ in copies(payment_id, int(count)):
        pass
    payments = list(Transaction.objects.select_related("data_key").exclude(pk=payment_id).order_by("-id")[: int(count)])
    for start in range(0, len(payments), _BATCH):
        _complete(payments[start : start + _BATCH])


def _complete(payments: list[Any]) -> None:
    events = TransactionEvent.objects.bulk_create([_event(payment) for payment in payments])
    CallbackDelivery.objects.bulk_create(
        [
            CallbackDelivery(
                event=event,
                transaction_id=event.transaction_id,
                tenant_id=event.tenant_id,
                url="http://127.0.0.1:9/later",
                next_attempt_at=event.created_at + timedelta(days=1),
                created_at=event.created_at,
            )
            for event in events
        ]
    )


def _event(payment: Any) -> Any:
    now, name, number = clock.now(), ids.new_id(ids.EVENT), payment.last_sequence + 1
    body = messages.body(event_id=name, message_type=messages.COMPLETED, sequence=number, payment=payment, now=now)
    return TransactionEvent(
        public_id=name, transaction=payment, tenant_id=payment.tenant_id, sequence=number, event_type="paid",
        from_status="pending", to_status="completed", message_type=messages.COMPLETED,
        body_sealed=seal(body, key_of(payment.data_key)), created_at=now,
    )  # fmt: skip
