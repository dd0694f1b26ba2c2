"""Thousands of payments in a second: the rows of one that the service made, copied with new ids and names."""

from __future__ import annotations

from typing import Any

from django.db import connection, models, transaction

from payments_site.kernel import ids
from transactions.models import DataKey, PaymentAttempt, Transaction, TransactionEvent

_BATCH = 5_000


def copies(payment_id: int, count: int) -> list[tuple[str, int]]:
    """(our reference at the provider, amount) of ``count`` copies of this payment, each with what a create leaves of it.

    Neither the day's volume nor the audit trail knows of them. They expire six hours later than the original.
    """
    original = Transaction.objects.select_related("data_key").get(pk=payment_id)
    made: list[tuple[str, int]] = []
    for start in range(0, count, _BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            names = _copy_batch(cursor, original, min(_BATCH, count - start))
        made += [(name[-26:], int(original.amount)) for name in names]
    return made


def _copy_batch(cursor: Any, original: Transaction, count: int) -> list[str]:
    """Copies of one payment with its key, attempt and events; their public ids."""
    names = _names(ids.TRANSACTION, count)
    keys, payments = _numbers(cursor, DataKey, count), _numbers(cursor, Transaction, count)
    fresh: dict[str, list[Any]] = {"name": names, "key_id": keys, "payment_id": payments}
    later = "o.expires_at + interval '6 hours'"
    _copy(cursor, original.data_key, fresh, id="f.key_id")
    _copy(
        cursor, original, fresh,
        id="f.payment_id", public_id="f.name", order_id="'ORD-' || f.name", data_key_id="f.key_id", expires_at=later,
    )  # fmt: skip
    [attempt] = PaymentAttempt.objects.filter(transaction=original)
    fresh["other_name"] = _names(ids.ATTEMPT, count)
    mine = {"public_id": "f.other_name", "transaction_id": "f.payment_id"}
    _copy(cursor, attempt, fresh, **mine, provider_reference="right(f.name, 26)")
    for event in TransactionEvent.objects.filter(transaction=original).order_by("sequence"):
        fresh["other_name"] = _names(ids.EVENT, count)
        _copy(cursor, event, fresh, **mine)
    return names


def _copy(cursor: Any, row: models.Model, fresh: dict[str, list[Any]], **changed: str) -> None:
    """As many copies of the row as ``fresh`` has values; ``changed``: column -> expression. An id not named is a new one."""
    columns = [str(field.column) for field in row._meta.concrete_fields if not field.primary_key or field.column in changed]
    values = ", ".join(changed.get(column, f'o."{column}"') for column in columns)
    arrays = ", ".join(f"%s::{'bigint' if name.endswith('_id') else 'text'}[]" for name in fresh)
    table = row._meta.db_table
    query = (
        f'INSERT INTO "{table}" ({", ".join(columns)}) SELECT {values} FROM "{table}" o, unnest({arrays}) f ({", ".join(fresh)})'  # noqa: S608
    )
    cursor.execute(f"{query} WHERE o.id = %s", [*fresh.values(), row.pk])


def _names(prefix: str, count: int) -> list[str]:
    return [ids.new_id(prefix) for _ in range(count)]


def _numbers(cursor: Any, model: type[models.Model], count: int) -> list[int]:
    """Ids that the table will not give to anybody else."""
    cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, count])
    return [row[0] for row in cursor.fetchall()]
