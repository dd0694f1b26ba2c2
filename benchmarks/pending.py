"""Child `pending COUNT FILE CREATE_PATH API_KEY`: many pending payments, copied from one that was created in the ordinary way.

The first payment is made by the service itself; its rows are copied with new ids, so a notice finds of each exactly what a
create leaves. Lines of FILE: our reference at VNPay, amount.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.inprocess import Caller, create_calls
from payments_site.kernel import ids
from transactions.models import DataKey, PaymentAttempt, Transaction, TransactionEvent

_BATCH = 500


def template(path: str, api_key: str) -> int:
    """Create one payment through the WSGI application; its row's id."""
    caller = Caller()
    caller.call(next(create_calls(path, api_key)))
    return int(Transaction.objects.latest("id").pk)


def copies(payment_id: int, count: int) -> Iterator[tuple[str, int]]:
    """(reference, amount) of `count` copies of this payment."""
    original = Transaction.objects.select_related("data_key").get(pk=payment_id)
    for start in range(0, count, _BATCH):
        yield from _copy_batch(original, min(_BATCH, count - start))


def _copy_batch(original: Any, count: int) -> list[tuple[str, int]]:
    keys = DataKey.objects.bulk_create(
        [DataKey(wrapped=bytes(original.data_key.wrapped), created_at=original.created_at) for _ in range(count)]
    )
    names = [ids.new_id(ids.TRANSACTION) for _ in range(count)]
    later = original.expires_at + timedelta(hours=6)
    payments = Transaction.objects.bulk_create(
        [
            _clone(original, public_id=name, order_id=f"ORD-{name}", data_key=key, expires_at=later)
            for name, key in zip(names, keys, strict=True)
        ]
    )
    [attempt] = PaymentAttempt.objects.filter(transaction=original)
    attempts = PaymentAttempt.objects.bulk_create(
        [
            _clone(attempt, public_id=ids.new_id(ids.ATTEMPT), transaction=payment, provider_reference=payment.public_id[-26:])
            for payment in payments
        ]
    )
    events = list(TransactionEvent.objects.filter(transaction=original).order_by("sequence"))
    TransactionEvent.objects.bulk_create(
        [
            _clone(event, public_id=ids.new_id(ids.EVENT), transaction=payment, sequence=event.sequence)
            for payment in payments
            for event in events
        ]
    )
    return [(row.provider_reference, int(row.amount)) for row in attempts]


def _clone(row: Any, **changes: Any) -> Any:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    for name in changes:
        values.pop(f"{name}_id", None)
    return type(row)(**{**values, **changes})


def main(count: str, path: str, create_path: str, api_key: str) -> None:
    """Make the payments and write their references."""
    lines = [f"{reference} {amount}\n" for reference, amount in copies(template(create_path, api_key), int(count))]
    Path(path).write_text("".join(lines), encoding="ascii")
