"""Rows written without the ORM's compiler: what reaches PostgreSQL is what the ORM would have sent."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from audit.services import SYSTEM, prepare
from payments_site.kernel import clock
from payments_site.kernel.rows import Change, first, insert, lock, next_numbers, write
from transactions.models import DataKey
from webhooks.inbound.models import ProviderNotification

NOW = clock.now()


def notice(key: DataKey, **changes: object) -> ProviderNotification:
    facts = {"provider_code": "vnpay", "method": "GET", "raw_sealed": b"\x00\xff", "payload_hash": "0" * 64, "payload_size": 3}
    return ProviderNotification(**{**facts, "data_key": key, "received_at": NOW, **changes})


def entry(name: str = "a") -> AuditEntry:
    return prepare(actor=SYSTEM, action="noted", entity_type="webhook", entity_id=name, now=NOW, new={"số": [1, None]})


@pytest.fixture
def key(db: None) -> DataKey:
    row = DataKey(wrapped=b"wrapped", created_at=NOW)
    insert(row)
    return row


def test_new_rows_and_a_change_are_one_statement_and_read_back_by_the_orm_as_they_were_given(key: DataKey) -> None:
    [number] = next_numbers(DataKey)
    other = DataKey(id=number, wrapped=b"second", created_at=NOW)
    stored, told = notice(other, source_ip="203.0.113.9", next_try_at=NOW + timedelta(hours=1)), entry()
    key.wrapped, key.destroyed_at = None, NOW
    with CaptureQueriesContext(
        connection,
    ) as seen:
        write(other, stored, told, Change(key, ("wrapped", "destroyed_at")))
    assert len(seen) == 1
    found = ProviderNotification.objects.get(pk=stored.pk)
    assert {f.attname: getattr(found, f.attname) for f in found._meta.concrete_fields} == {
        f.attname: getattr(stored, f.attname) for f in stored._meta.concrete_fields
    }
    assert (bytes(found.raw_sealed), found.source_ip, found.verdict) == (b"\x00\xff", "203.0.113.9", "stored")
    assert AuditEntry.objects.get(pk=told.pk).new_values == {"số": [1, None]}
    assert DataKey.objects.get(pk=key.pk).destroyed_at == NOW
    assert other.pk == number
    assert not stored._state.adding


def test_either_all_of_a_statement_is_written_or_nothing(key: DataKey) -> None:
    stored = notice(key)
    insert(stored)
    key.wrapped, key.destroyed_at = None, NOW
    with pytest.raises(IntegrityError), transaction.atomic():
        write(Change(key, ("wrapped", "destroyed_at")), entry("lost"), notice(key, public_id=stored.public_id))
    assert DataKey.objects.get(pk=key.pk).destroyed_at is None
    assert not AuditEntry.objects.filter(entity_id="lost").exists()


def test_a_value_that_is_not_of_its_fields_own_class_goes_through_the_field(key: DataKey) -> None:
    stored = notice(key, verdict=ProviderNotification.Verdict.APPLIED, payload_size="7", reply_status=True)
    insert(stored)
    found = ProviderNotification.objects.get(pk=stored.pk)
    assert (found.verdict, found.payload_size, found.reply_status) == ("applied", 7, 1)


def test_a_naive_time_is_refused_as_the_orm_refuses_it(key: DataKey) -> None:
    with pytest.warns(RuntimeWarning, match="naive datetime"):
        insert(notice(key, received_at=datetime(2026, 1, 1)))  # noqa: DTZ001 the point of it


def test_the_first_row_by_a_condition_is_found_or_none(key: DataKey) -> None:
    assert first(DataKey, "t.wrapped = %s ORDER BY t.id", [b"nobody's"]) is None
    found = first(DataKey, "t.id = %s", [key.pk])
    assert found is not None
    assert bytes(found.wrapped or b"") == b"wrapped"
    assert lock(DataKey, key.pk).created_at == NOW


def test_the_driver_still_has_the_limits_that_are_raised_for_long_statements() -> None:
    assert psycopg._queries.MAX_CACHED_STATEMENT_PARAMS == 200
    assert psycopg._queries.MAX_CACHED_STATEMENT_LENGTH == 16_384
    assert "MAX_CACHED_STATEMENT_PARAMS" in psycopg._queries.PostgresQuery.convert.__code__.co_names
