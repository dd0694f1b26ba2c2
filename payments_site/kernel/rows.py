"""Writing rows without the ORM's compiler, for the hot paths: several rows in one prepared statement.

On a create through DRF and the ORM most of the time goes into compiling statements that never change. Here each statement is
put together once per process; values pass through the model's own fields, so what reaches PostgreSQL is the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model

M = TypeVar("M", bound=Model)


def insert(*rows: Model) -> None:
    """Insert the rows in one statement, in order; a row without a primary key is given one.

    Rows may refer to each other only if the one referred to has its key already (``next_numbers``); foreign keys are checked
    at the end of the database transaction.
    """
    shapes = tuple((type(row), row.pk is not None) for row in rows)
    values: list[Any] = []
    for row, (model, with_key) in zip(rows, shapes, strict=True):
        values += [field.get_db_prep_save(field.pre_save(row, True), connection) for field in _columns(model, with_key)]
    with connection.cursor() as cursor:
        cursor.execute(_insert_sql(shapes), values)
        keys = cursor.fetchone()
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding = False
        row._state.db = connection.alias


def update(row: Model, *names: str) -> None:
    """Write these fields of one row."""
    fields = tuple(sorted(names))
    columns = _named(type(row), fields)
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in columns]
    with connection.cursor() as cursor:
        cursor.execute(_update_sql(type(row), fields), [*values, row.pk])


def lock(model: type[M], pk: int, *relations: str) -> M:
    """One row, locked until the database transaction ends, with the rows that ``relations`` (never-null keys) name, not locked.

    Raises ``model.DoesNotExist``.
    """
    return _fetch(model, pk, relations, " FOR NO KEY UPDATE OF t")


def load(model: type[M], pk: int, *relations: str) -> M:
    """One row as ``lock`` gives it, without the lock. Raises ``model.DoesNotExist``."""
    return _fetch(model, pk, relations, "")


def _fetch(model: type[M], pk: int, relations: tuple[str, ...], tail: str) -> M:
    with connection.cursor() as cursor:
        cursor.execute(_select_sql(model, relations) + tail, [pk])
        values = cursor.fetchone()
    if values is None:
        raise model.DoesNotExist  # type: ignore[attr-defined]
    row, start = _read(model, values, 0)
    for name in relations:
        related, start = _read(_relation(model, name), values, start)
        setattr(row, name, related)
    return row


def next_numbers(*models: type[Model]) -> list[int]:
    """The next primary key of each model, from its own sequence; one that is not used leaves a gap, nothing more."""
    with connection.cursor() as cursor:
        cursor.execute(_numbers_sql(models))
        return [int(number) for number in cursor.fetchone()]


def _read(model: type[M], values: Sequence[Any], start: int) -> tuple[M, int]:
    """The row whose columns begin at ``start``, and where the next one's begin."""
    readers = _readers(model)
    end = start + len(readers)
    read = [reader(value) if reader else value for reader, value in zip(readers, values[start:end], strict=True)]
    return model.from_db(connection.alias, [field.attname for field in _columns(model, True)], read), end


@functools.cache
def _readers(model: type[Model]) -> tuple[Callable[[Any], Any] | None, ...]:
    """What the model's fields make of a column's value; None where it is taken as it is."""
    return tuple(
        functools.partial(_converted, tuple(field.get_db_converters(connection))) if field.get_db_converters(connection) else None
        for field in _columns(model, True)
    )


def _converted(converters: Sequence[Callable[..., Any]], value: Any) -> Any:
    for convert in converters:
        value = convert(value, None, connection)
    return value


@functools.cache
def _select_sql(model: type[Model], relations: tuple[str, ...]) -> str:
    tables = [("t", model), *((f"r{position}", _relation(model, name)) for position, name in enumerate(relations))]
    columns = ", ".join(f"{alias}.{_quoted(field.column)}" for alias, table in tables for field in _columns(table, True))
    joins = "".join(
        f" JOIN {_quoted(_relation(model, name)._meta.db_table)} r{position}"
        f" ON r{position}.{_quoted(_key_column(_relation(model, name)))} = t.{_quoted(_named(model, (name,))[0].column)}"
        for position, name in enumerate(relations)
    )
    table, key = _quoted(model._meta.db_table), _quoted(_key_column(model))
    return f"SELECT {columns} FROM {table} t{joins} WHERE t.{key} = %s"  # noqa: S608


def _relation(model: type[Model], name: str) -> type[Model]:
    return model._meta.get_field(name).related_model  # type: ignore[return-value]


@functools.cache
def _columns(model: type[Model], with_key: bool) -> tuple[Field[Any, Any], ...]:
    return tuple(field for field in model._meta.local_concrete_fields if with_key or not field.primary_key)


@functools.cache
def _named(model: type[Model], names: tuple[str, ...]) -> tuple[Field[Any, Any], ...]:
    return tuple(model._meta.get_field(name) for name in names)  # type: ignore[misc]


@functools.cache
def _insert_sql(shapes: tuple[tuple[type[Model], bool], ...]) -> str:
    parts, keys = [], []
    for position, (model, with_key) in enumerate(shapes):
        columns = _columns(model, with_key)
        names = ", ".join(_quoted(field.column) for field in columns)
        marks = ", ".join(_mark(field) for field in columns)
        table, key = _quoted(model._meta.db_table), _quoted(_key_column(model))
        parts.append(f"r{position} AS (INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING {key} AS key)")  # noqa: S608
        keys.append(f"(SELECT key FROM r{position})")  # noqa: S608 names of our own models
    return f"WITH {', '.join(parts)} SELECT {', '.join(keys)}"


@functools.cache
def _update_sql(model: type[Model], names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_quoted(field.column)} = {_mark(field)}" for field in _named(model, names))
    return f"UPDATE {_quoted(model._meta.db_table)} SET {changes} WHERE {_quoted(_key_column(model))} = %s"  # noqa: S608


@functools.cache
def _numbers_sql(models: tuple[type[Model], ...]) -> str:
    return "SELECT " + ", ".join(
        f"nextval(pg_get_serial_sequence('{model._meta.db_table}', '{_key_column(model)}'))" for model in models
    )


def _key_column(model: type[Model]) -> str:
    key = model._meta.pk
    assert key is not None  # noqa: S101 every model of ours has one
    return str(key.column)


def _mark(field: Field[Any, Any]) -> str:
    """What stands for a value: arrays name their type."""
    if hasattr(field, "base_field"):
        return f"%s::{field.db_type(connection)}"
    return "%s"


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))
