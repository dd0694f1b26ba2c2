"""Writing rows without the ORM's compiler, for the hot paths: several rows in one prepared statement.

On a create through DRF and the ORM most of the time goes into compiling statements that never change. Here each statement is
put together once per process; values pass through the model's own fields, so what reaches PostgreSQL is the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models
from django.db.models import Field, Model
from psycopg import _queries

M = TypeVar("M", bound=Model)

# psycopg remembers how it reads a statement's placeholders, but of long ones only up to 50: what is written here has more, and
# reading it anew each time costs as much as the rest of sending it. The statements here are few, and each is made once.
_queries.MAX_CACHED_STATEMENT_PARAMS = 200
_queries.MAX_CACHED_STATEMENT_LENGTH = 16_384


class Change(NamedTuple):
    """Fields of a stored row that are to be written; one of a row and statement."""

    row: Model
    fields: tuple[str, ...]


def write(*steps: Model | Change) -> None:
    """Insert the models and make the changes, all in one statement. A new row without a primary key is given one.

    New rows may refer to each other only if the one referred to has its key already (``next_numbers``); foreign keys are checked
    at the end of the database transaction. Outside of one the statement is its own: all of it is done, or nothing.
    """
    shapes: list[_Shape] = []
    values: list[Any] = []
    for step in steps:
        if isinstance(step, Change):
            shape, row, is_new = _Shape(type(step.row), True, tuple(sorted(step.fields))), step.row, False
            values += [_prepared(field, row, is_new) for field in _named(shape.model, shape.names)]
            values.append(row.pk)
        else:
            shape, row, is_new = _Shape(type(step), step.pk is not None), step, True
            values += [_prepared(field, row, is_new) for field in _columns(shape.model, shape.with_key)]
        shapes.append(shape)
    with connection.cursor() as cursor:
        cursor.execute(_write_sql(tuple(shapes)), values)
        keys = cursor.fetchone()
    for step, key in zip(steps, keys, strict=True):
        if not isinstance(step, Change):
            step.pk = key
            step._state.adding = False
            step._state.db = connection.alias


def insert(*rows: Model) -> None:
    """Insert the rows in one statement, as ``write`` does."""
    write(*rows)


def update(row: Model, *names: str) -> None:
    """Write these fields of one row."""
    write(Change(row, names))


def lock(model: type[M], pk: int, *relations: str) -> M:
    """One row, locked until the database transaction ends, with the rows that ``relations`` (never-null keys) name, not locked.

    Raises ``model.DoesNotExist``.
    """
    return _fetch(model, pk, relations, " FOR NO KEY UPDATE OF t")


def load(model: type[M], pk: int, *relations: str) -> M:
    """One row as ``lock`` gives it, without the lock. Raises ``model.DoesNotExist``."""
    return _fetch(model, pk, relations, "")


def first(model: type[M], condition: str, values: Sequence[Any], *relations: str) -> M | None:
    """The first row ``t`` for which ``condition`` (SQL, which may end in ORDER BY) is true, with its relations ``r0``, ``r1``."""
    return _one(model, relations, condition + " LIMIT 1", values)


def _fetch(model: type[M], pk: int, relations: tuple[str, ...], tail: str) -> M:
    found = _one(model, relations, f"t.{_quoted(_key_column(model))} = %s{tail}", [pk])
    if found is None:
        raise model.DoesNotExist  # type: ignore[attr-defined]
    return found


def _one(model: type[M], relations: tuple[str, ...], condition: str, parameters: Sequence[Any]) -> M | None:
    with connection.cursor() as cursor:
        cursor.execute(_select_sql(model, relations) + condition, parameters)
        values = cursor.fetchone()
    if values is None:
        return None
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
    return f"SELECT {columns} FROM {_quoted(model._meta.db_table)} t{joins} WHERE "  # noqa: S608


def _relation(model: type[Model], name: str) -> type[Model]:
    return model._meta.get_field(name).related_model  # type: ignore[return-value]


@functools.cache
def _columns(model: type[Model], with_key: bool) -> tuple[Field[Any, Any], ...]:
    return tuple(field for field in model._meta.local_concrete_fields if with_key or not field.primary_key)


@functools.cache
def _named(model: type[Model], names: tuple[str, ...]) -> tuple[Field[Any, Any], ...]:
    return tuple(model._meta.get_field(name) for name in names)  # type: ignore[misc]


class _Shape(NamedTuple):
    """What a step's SQL depends on: a change has names, a new row has none."""

    model: type[Model]
    with_key: bool
    names: tuple[str, ...] = ()


@functools.cache
def _write_sql(shapes: tuple[_Shape, ...]) -> str:
    parts = [f"r{position} AS ({_step_sql(shape)})" for position, shape in enumerate(shapes)]
    keys = [f"(SELECT key FROM r{position})" for position in range(len(shapes))]  # noqa: S608 nothing from outside
    return f"WITH {', '.join(parts)} SELECT {', '.join(keys)}"


def _step_sql(shape: _Shape) -> str:
    table, key = _quoted(shape.model._meta.db_table), _quoted(_key_column(shape.model))
    if shape.names:
        changes = ", ".join(f"{_quoted(field.column)} = {_mark(field)}" for field in _named(shape.model, shape.names))
        return f"UPDATE {table} SET {changes} WHERE {key} = %s RETURNING {key} AS key"  # noqa: S608 names of our own models
    columns = _columns(shape.model, shape.with_key)
    names = ", ".join(_quoted(field.column) for field in columns)
    marks = ", ".join(_mark(field) for field in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING {key} AS key"  # noqa: S608 names of our own models


# What these fields hold goes to the driver as it is, where it is of this very class (no enum, no subclass) or NULL: most values
# are, and asking the field about each costs more than sending it.
_PLAIN: dict[type[Any], type[Any]] = {
    models.BigAutoField: int, models.BigIntegerField: int, models.BooleanField: bool, models.CharField: str,
    models.DateTimeField: datetime, models.ForeignKey: int, models.IntegerField: int, models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int, models.TextField: str, models.URLField: str,
}  # fmt: skip


def _prepared(field: Field[Any, Any], row: Model, is_new: bool) -> Any:
    """What the field would have the driver send."""
    plain = _plain_class(field)
    if plain is not None:
        value = row.__dict__.get(field.attname, row)
        if value is None or (type(value) is plain and (plain is not datetime or value.tzinfo is not None)):
            return value
    return field.get_db_prep_save(field.pre_save(row, is_new), connection)


@functools.cache
def _plain_class(field: Field[Any, Any]) -> type[Any] | None:
    """The class of the values that need nothing done; None for fields that are not Django's own or fill themselves in."""
    fills_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return None if fills_itself else _PLAIN.get(type(field))


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
