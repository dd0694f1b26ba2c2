"""Idempotency keys: reserved before the work, holding the answer after it.

A repeat of a finished request gets its answer; of a running one, 409; of one whose worker died or whose fate is unknown, the
work is taken up where it stopped. Another body under the same key is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from payments_site.kernel.errors import DomainError, InvalidInput
from payments_site.kernel.sealing import KeyDestroyed
from transactions.lifecycle import PAID, Status
from transactions.models import DataKey, IdempotencyRecord, Transaction
from transactions.personal import fresh_key, key_of, seal_json, unseal_json

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}")


class InProgress(DomainError):
    """A twin of this request is being worked on."""

    code = "IDEMPOTENCY_IN_PROGRESS"


class KeyReused(DomainError):
    """The key was used with another body."""

    code = "IDEMPOTENCY_KEY_REUSED"


@dataclass(frozen=True)
class Key:
    """A key as it is stored: the client's own, or one made from the request itself."""

    value: str
    automatic: bool
    endpoint: str
    body_hash: bytes


@dataclass(frozen=True)
class Replay:
    """The stored answer of a request that was finished before."""

    status: int
    data: dict[str, Any]


def read_key(headers: Mapping[str, str]) -> str | None:
    """The client's key. Raises ``InvalidInput`` where it is not 1 to 255 visible ASCII characters."""
    for name in ("X-Idempotency-Key", "Idempotency-Key"):
        value = headers.get(name)
        if value is not None:
            if not _VISIBLE_ASCII.fullmatch(value):
                raise InvalidInput({"field": name, "constraint": "1 to 255 visible ASCII characters"})
            return value
    return None


def make_key(*, offered: str | None, endpoint: str, tenant_id: int, body: Any) -> Key:
    """The client's key, or the design's automatic one: a hash of method, path, tenant and body."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    body_hash = hashlib.sha256(canonical).digest()
    if offered is not None:
        return Key(offered, False, endpoint, body_hash)
    made = hashlib.sha256(f"{endpoint}|{tenant_id}|".encode() + body_hash).hexdigest()
    return Key(f"auto {made}", True, endpoint, body_hash)


def find(*, tenant_id: int, key: Key, now: datetime) -> IdempotencyRecord | None:
    """The live record of a key. Raises ``KeyReused``, ``InProgress``; None where the request is new.

    A record that is returned is either done (``replay``) or to be resumed (its worker is gone, or the fate is unknown).
    """
    record = _record_of(tenant_id, key)
    if record is None or record.expires_at <= now or _automatic_is_spent(record, now):
        return None
    if bytes(record.body_hash) != key.body_hash:
        raise KeyReused
    if record.state == IdempotencyRecord.State.RUNNING and record.locked_until > now and _worker_is_alive(record):
        raise InProgress({"retry_after": max(1, min(5, int((record.locked_until - now).total_seconds())))})
    return record


_FIND_SQL = "SELECT id FROM transactions_idempotencyrecord WHERE tenant_id = %s AND endpoint = %s AND key = %s"


def _record_of(tenant_id: int, key: Key) -> IdempotencyRecord | None:
    """The record of a key with its payment. Nearly always there is none, which one short statement tells."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_SQL, [tenant_id, key.endpoint, key.value])
        row = cursor.fetchone()
    if row is None:
        return None
    return IdempotencyRecord.objects.select_related("transaction__data_key", "data_key").filter(pk=row[0]).first()


def replay(record: IdempotencyRecord) -> Replay | None:
    """The stored answer, or None where there is none to repeat."""
    if record.state != IdempotencyRecord.State.DONE or record.data_key is None or record.response_sealed is None:
        return None
    try:
        data = unseal_json(record.response_sealed, key_of(record.data_key))
    except KeyDestroyed:
        return None
    return Replay(int(record.response_status or 200), data)


_RESERVE_SQL = """
INSERT INTO transactions_idempotencyrecord AS r (tenant_id, endpoint, key, automatic, body_hash, state, reserved_by, reserved_at,
    locked_until, created_at, expires_at, subject_id, transaction_id, data_key_id)
VALUES (%s, %s, %s, %s, %s, 'running', pg_backend_pid(), clock_timestamp(), %s, %s, %s, '', %s, %s)
ON CONFLICT (tenant_id, endpoint, key) DO UPDATE SET body_hash = excluded.body_hash, automatic = excluded.automatic,
    state = 'running', reserved_by = excluded.reserved_by, reserved_at = excluded.reserved_at,
    locked_until = excluded.locked_until, created_at = excluded.created_at, expires_at = excluded.expires_at,
    transaction_id = excluded.transaction_id, data_key_id = excluded.data_key_id, subject_id = '', response_status = NULL,
    response_sealed = NULL
WHERE r.expires_at <= excluded.created_at OR (r.id = %s AND r.reserved_at = %s)
RETURNING id
"""


def reserve(
    *, tenant_id: int, key: Key, now: datetime, stale: IdempotencyRecord | None = None, work: tuple[int, int] | None = None
) -> int:
    """Reserve a key inside the caller's database transaction; rolling back releases it. Raises ``InProgress`` to a twin.

    ``stale`` is a record that no longer counts and is taken over in place. ``work`` names the payment and the data key that the
    same database transaction is about to write, by number.
    """
    payment_number, data_key_number = work or (None, None)
    with connection.cursor() as cursor:
        cursor.execute(
            _RESERVE_SQL,
            [
                tenant_id, key.endpoint, key.value, key.automatic, key.body_hash,
                now + timedelta(seconds=settings.IDEMPOTENCY_LEASE_SECONDS), now,
                now + timedelta(hours=settings.IDEMPOTENCY_HOURS), payment_number, data_key_number,
                stale.pk if stale else 0, stale.reserved_at if stale else now,
            ],
        )  # fmt: skip
        row = cursor.fetchone()
    if row is None:
        raise InProgress({"retry_after": 1})
    return int(row[0])


def spent_record(*, tenant_id: int, key: Key, now: datetime) -> IdempotencyRecord | None:
    """An automatic record that no longer counts and may be taken over."""
    record = _record_of(tenant_id, key)
    return record if record is not None and _automatic_is_spent(record, now) else None


def take_over(record: IdempotencyRecord, now: datetime) -> bool:
    """Become the worker of a record whose worker is gone or whose fate is unknown; False when a twin was faster."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE transactions_idempotencyrecord SET state = 'running', reserved_by = pg_backend_pid(),"
            " reserved_at = clock_timestamp(), locked_until = %s WHERE id = %s AND state <> 'done' AND reserved_at = %s",
            [now + timedelta(seconds=settings.IDEMPOTENCY_LEASE_SECONDS), record.pk, record.reserved_at],
        )
        return bool(cursor.rowcount == 1)


def attach(record_id: int, payment: Transaction, *, subject_id: str = "") -> None:
    """Name the payment (and what else, by public id) that the reserved work made."""
    IdempotencyRecord.objects.filter(pk=record_id).update(
        transaction=payment, data_key_id=payment.data_key_id, subject_id=subject_id
    )


def store_answer(record_id: int, *, status: int, data: Mapping[str, Any], data_key: DataKey, now: datetime) -> None:
    """Keep a 2xx answer for repeats, sealed under the payment's key; under one of its own where the payer was erased."""
    try:
        key = key_of(data_key)
    except KeyDestroyed:
        key, data_key = fresh_key(now)
        data_key.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE transactions_idempotencyrecord SET state = 'done', response_status = %s, response_sealed = %s,"
            " data_key_id = %s WHERE id = %s",
            [status, seal_json(data, key), data_key.pk, record_id],
        )


def keep_unknown(record_id: int) -> None:
    """The provider's fate is unknown: the key stays, a repeat resumes the same provider order."""
    IdempotencyRecord.objects.filter(pk=record_id).update(state=IdempotencyRecord.State.UNKNOWN)


def release(record_id: int) -> None:
    """An error answers the request: the key may be used again."""
    IdempotencyRecord.objects.filter(pk=record_id).delete()


def delete_expired(*, now: datetime, batch: int = 5000) -> int:
    """Delete one batch of records past their 24 hours; returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM transactions_idempotencyrecord WHERE id IN (SELECT id FROM transactions_idempotencyrecord"
            " WHERE expires_at < %s ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED)",
            [now, batch],
        )
        return int(cursor.rowcount)


def _automatic_is_spent(record: IdempotencyRecord, now: datetime) -> bool:
    """An automatic key counts only while its payment is pending and unexpired, or paid."""
    if not record.automatic or record.transaction is None:
        return False
    status = Status(record.transaction.status)
    if status is Status.PENDING:
        return record.transaction.expires_at <= now
    return status not in PAID


def _worker_is_alive(record: IdempotencyRecord) -> bool:
    """Whether the database connection that reserved the key still exists; its process may have been killed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = %s AND backend_start <= %s)",
            [record.reserved_by, record.reserved_at],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
